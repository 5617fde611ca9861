// A channel at whose other end the test sits: it takes messages and answers when the test says how.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "channels/channel.hpp"

namespace parley::test {

class FakeChannel final : public channels::Channel {
public:
    using Class = channels::SendError::Class;
    using Done = UniqueFunction<void(channels::SendResult)>;

    std::string_view name() const override { return "gateway"; }
    channels::Capabilities capabilities() const override { return can; }
    Result<void> verify(const net::Request& request) const override {
        if (request.headers.get("X-Bad").empty()) return {};
        return make_error(Errc::unauthorized, "the signature is wrong");
    }
    Result<channels::Decoded> decode(const net::Request& request) const override {
        if (request.body == "junk") return make_error(Errc::invalid, "not JSON");
        return decoded;
    }
    void send(const Outbound& message, Done done) override {
        seen.push_back(message.text);
        if (answers_at_once) return done(channels::Sent{"P" + std::to_string(message.id)});
        waiting.emplace_back(message, std::move(done));
    }
    void find_sent(const Outbound& message, UnixMillis, UniqueFunction<void(channels::SentBefore)> done) override {
        looked_up.push_back(message.text);
        done(history);
    }
    void missed(UnixMillis since, UniqueFunction<void(Result<channels::Decoded>)> done) override {
        asked_since.push_back(since);
        done(was_missed);
    }
    void fetch(const Inbound&, std::size_t, std::shared_ptr<net::BodySink>, channels::FetchDone done) override {
        done(make_error(Errc::not_found, "no file"));
    }

    // Answers the message with this text; it must be on its way.
    void accept(const std::string& text) {
        auto [message, done] = take(text);
        done(channels::Sent{"P" + std::to_string(message.id)});
    }
    void refuse(const std::string& text, Class kind, int retry_after_ms = 0) {
        refuse(text, channels::SendError{kind, "because", retry_after_ms});
    }
    void refuse(const std::string& text, channels::SendError error) {
        auto [message, done] = take(text);
        done(std::move(error));
    }
    // The texts of what is on its way.
    std::vector<std::string> under_way() const {
        std::vector<std::string> texts;
        for (const auto& [message, done] : waiting) texts.push_back(message.text);
        return texts;
    }

    channels::Capabilities can{.media = true};
    channels::Decoded decoded;
    channels::SentBefore history;        // what find_sent() tells
    std::vector<std::string> looked_up;  // texts of those that it was asked about
    Result<channels::Decoded> was_missed{channels::Decoded{}};
    std::vector<UnixMillis> asked_since;  // what was missed
    bool answers_at_once = false;
    std::vector<std::string> seen;  // texts of all attempts
    std::deque<std::pair<Outbound, Done>> waiting;

private:
    std::pair<Outbound, Done> take(const std::string& text) {
        for (auto at = waiting.begin(); at != waiting.end(); ++at) {
            if (at->first.text != text) continue;
            auto found = std::move(*at);
            waiting.erase(at);
            return found;
        }
        FAIL("not on its way: " << text);
        return {};
    }
};

}  // namespace parley::test
