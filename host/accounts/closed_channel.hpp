// The channel of an account that takes no part: disabled, removed, or not to be made. Nothing comes in, and what is to
// go out waits.
#pragma once

#include <string>

#include "channels/channel.hpp"
#include "core/executor.hpp"

namespace parley::accounts {

class ClosedChannel final : public channels::Channel {
public:
    ClosedChannel(std::string channel, std::string why, Executor& executor)
        : channel_(std::move(channel)), why_(std::move(why)), executor_(executor) {}

    std::string_view name() const override { return channel_; }
    // All, so that nothing is turned into text while it waits.
    channels::Capabilities capabilities() const override {
        return {.media = true,
                .link = true,
                .reaction = true,
                .groups = true,
                .location = true,
                .contacts = true,
                .interactive = true,
                .templates = true,
                .poll = true,
                .corrections = true};
    }
    Result<void> verify(const net::Request&) const override { return make_error(Errc::unauthorized, why_); }
    Result<channels::Decoded> decode(const net::Request&) const override { return make_error(Errc::unavailable, why_); }
    void send(const Outbound&, UniqueFunction<void(channels::SendResult)> done) override {
        executor_.post([why = why_, done = std::move(done)]() mutable {
            done(channels::SendError{channels::SendError::Class::halted, why});
        });
    }
    void fetch(const Inbound&, std::size_t, std::shared_ptr<net::BodySink>, channels::FetchDone done) override {
        executor_.post([why = why_, done = std::move(done)]() mutable { done(make_error(Errc::unavailable, why)); });
    }

private:
    std::string channel_, why_;
    Executor& executor_;
};

}  // namespace parley::accounts
