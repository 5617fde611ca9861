// Response to bytes. Framing, Date and Connection are the server's own; whatever the handler set of them is left out.
// [I/O thread]
#pragma once

#include <ctime>
#include <string>

#include "net/http.hpp"

namespace parley::net {

class ResponseWriter {
public:
    struct Wire {
        std::string head;  // with the body when that is small: one write, one packet
        std::string body;
    };
    // `head_only`: the answer to HEAD, with the length that GET would have had. A body that comes from a source is left
    // to the caller.
    Wire write(Response response, bool head_only, bool close);
    // Of a body that comes in chunks, with which the connection ends.
    std::string stream_head(const Response& response);

private:
    void append_start(std::string& head, int status);
    const std::string& date_line();

    std::time_t date_of_ = 0;
    std::string date_;  // made once a second
};

// "Not Found"; empty for a status without a name.
std::string_view reason_phrase(int status);

}  // namespace parley::net
