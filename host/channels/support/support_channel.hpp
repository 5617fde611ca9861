// Channel "support": the plain JSON routes of a support desk. Nothing leaves the host: what is sent is stored, where
// the desk reads it. Owned by the application. [I/O thread]
#pragma once

#include "channels/channel.hpp"
#include "core/executor.hpp"
#include "core/secret.hpp"

namespace parley::channels {

struct SupportConfig {
    Secret token;                        // SUPPORT_TOKEN: what callers send as bearer token
    bool allow_unauthenticated = false;  // take requests without one; development only
};

class SupportChannel final : public Channel {
public:
    // `executor` outlives the channel; answers are posted there, so that `done` is never called from inside send().
    SupportChannel(AccountId account, SupportConfig config, Executor& executor);

    std::string_view name() const override { return "support"; }
    Capabilities capabilities() const override { return {}; }
    // For both routes.
    Result<void> verify(const net::Request& request) const override;
    // POST /api/webhook/
    Result<Decoded> decode(const net::Request& request) const override;
    // Sent at once, under an id made here.
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;

private:
    AccountId account_;
    SupportConfig config_;
    Executor& executor_;
};

}  // namespace parley::channels
