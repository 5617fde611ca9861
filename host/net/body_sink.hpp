// Takes a body piece by piece: of an answer to the client, or of a request to the server.
#pragma once

#include <cstddef>
#include <string>

#include "core/error.hpp"
#include "core/unique_function.hpp"

namespace parley::net {

class BodySink {
public:
    virtual ~BodySink() = default;

    // How many bytes are worth a write() before the body has ended; 1: whatever has come, for a stream that is followed
    // while it goes on.
    virtual std::size_t worth() const { return 64 * 1024; }

    // [I/O thread] The next bytes, about 64 KiB at most. `written` is called once, from any thread, and no more bytes
    // come before that: so a slow disk slows the peer down. An error ends the exchange with that error. When the
    // exchange ends otherwise (its time is over, the host stops), a write may still be under way; nothing follows it.
    virtual void write(std::string bytes, UniqueFunction<void(Result<void>)> written) = 0;
};

}  // namespace parley::net
