// Just enough HTTP/1.1 for the bench: reading whole messages out of a buffer. Not the host's own code, so that neither
// side of a measurement can share the other's mistakes. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::bench {

// Views into the buffer that was parsed.
struct HttpMessage {
    int status = 0;           // of a response
    std::string_view method;  // of a request
    std::string_view target;
    std::string_view signature;  // X-Hub-Signature-256
    std::string_view content_type;
    std::string_view body;
    bool close = false;     // "Connection: close"
    std::size_t bytes = 0;  // the whole message's length
};

enum class Parse { incomplete, complete, malformed };

// Is there a whole message at the start of `buffer`? `ended`: the peer has closed, so a body without a length ends
// here.
Parse parse_http(std::string_view buffer, bool ended, HttpMessage& out);

// "a=b&c=d+e%21": the value of one field, decoded; empty when it is not there.
std::string form_field(std::string_view form, std::string_view name);

}  // namespace parley::bench
