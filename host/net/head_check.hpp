// The gate in front of the parser: looks at the raw bytes of a request's head and refuses everything that two readers
// could understand differently (request smuggling), before Beast sees it. Beast 1.81 lets much of it pass. Pure: no
// I/O.
#pragma once

#include <cstdint>
#include <string_view>

namespace parley::net {

// Where the head ends in what has arrived so far.
struct HeadEnd {
    enum class State {
        more,      // not there yet
        complete,  // `size` bytes, the empty line included
        malformed  // it never will be: a bare LF or CR, or no request line
    };
    State state = State::more;
    std::size_t size = 0;
};

// `scanned` is kept by the caller between calls for the same head (start with 0), so that no byte is looked at twice.
HeadEnd find_head_end(std::string_view bytes, std::size_t& scanned);

struct HeadCheck {
    int status = 0;           // 0: good. Else the answer to give, after which the connection must be closed.
    const char* reason = "";  // for that answer
    bool keep_alive = true;   // as the client wishes; HTTP/1.0 never
    bool chunked = false;
    std::uint64_t length = 0;  // Content-Length
    bool expects_continue = false;

    bool has_body() const { return chunked || length > 0; }
};

// `head` is a whole head with its empty line.
HeadCheck check_head(std::string_view head, unsigned max_fields);

}  // namespace parley::net
