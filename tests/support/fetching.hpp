// Files of channels, in memory.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "channels/channel.hpp"
#include "core/crypto.hpp"

namespace parley::test {

struct MemorySink : net::BodySink {
    std::string bytes;

    void write(std::string more, UniqueFunction<void(Result<void>)> written) override {
        bytes += more;
        written({});
    }
};

// What the client does with the answer to a request that has a sink, for scripted exchanges.
inline void pour(const net::ClientRequest& request, net::ClientResult& answer) {
    if (!request.sink || !answer || answer->status != 200) return;
    request.sink->write(std::exchange(answer->body, ""), [](const Result<void>&) {});
}

inline void fetch_text(channels::Channel& channel, const Inbound& message, std::size_t max_bytes,
                       std::function<void(Result<std::string>)> done) {
    auto sink = std::make_shared<MemorySink>();
    channel.fetch(message, max_bytes, sink, [sink, done = std::move(done)](const Result<channels::Fetched>& file) {
        if (!file) return done(file.error());
        // As the store does.
        const bool damaged = !file->sha256.empty() && file->sha256 != crypto::sha256_hex(sink->bytes);
        if (damaged) return done(make_error(Errc::unavailable, "the file arrived damaged"));
        done(sink->bytes);
    });
}

}  // namespace parley::test
