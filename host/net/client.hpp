// The one way out of the host: an HTTP/1.1 client with connection pools, TLS verification, deadlines, limits and a
// guard against private addresses (the resolved endpoint is checked, not the name).
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/byte_source.hpp"
#include "core/error.hpp"
#include "core/log.hpp"
#include "net/body_sink.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

namespace parley::net {

// Which addresses may be connected to.
enum class Reach {
    public_only,  // for URLs that come from users, plugins or providers
    any,          // for URLs that the operator configured (a gateway on localhost)
};

struct ClientRequest {
    std::string method = "GET";
    std::string url;  // http:// or https://
    Headers headers;
    std::string body;
    // A file in the middle of the body, or none: read while it is sent, between `body` and `body_end`.
    std::shared_ptr<ByteSource> file;
    std::string body_end;
    Reach reach = Reach::public_only;
    int connect_timeout_ms = 3'000;
    int timeout_ms = 30'000;               // for the whole exchange, redirects included
    int idle_timeout_ms = 0;               // that no byte of the answer comes for; 0: as long as the whole may take
    std::size_t max_response = 16u << 20;  // bytes of body; more is Errc::too_large
    unsigned redirects = 0;  // followed at most; each target is checked; Authorization is dropped on another host
    // Gets the body of an answer 200, which is then empty in the ClientResponse. Other answers (redirects, errors) keep
    // their body, up to 64 KiB of it.
    std::shared_ptr<BodySink> sink;
};

struct ClientResponse {
    int status = 0;
    Headers headers;
    std::string body;
};

// How far a failed exchange got: decides whether the peer may have acted on the request.
enum class Progress {
    not_sent,  // no byte of the request left: it is safe to try again
    in_doubt,  // some or all of the request was sent and no whole answer came back
};

struct ClientError {
    Error error;  // denied (guard), invalid (URL), unavailable, timeout, too_large
    Progress progress = Progress::not_sent;
};

// What ClientResult::value() throws when there is none.
[[noreturn]] inline void throw_exception_from_error(const ClientError& error, const boost::source_location&) {
    throw ErrorException(error.error);
}

using ClientResult = boost::system::result<ClientResponse, ClientError>;

struct ClientOptions {
    unsigned max_connections_per_host = 1024;  // more requests wait their turn (their timeout runs)
    unsigned max_waiting = 20'000;             // more are refused: Errc::overloaded
    int idle_timeout_ms = 15'000;              // of a pooled connection
    std::string ca_file;                       // empty: the system's
};

class Client {
public:
    // Throws ErrorException when the CA file cannot be used.
    Client(Loop& loop, ClientOptions options, Logger log);
    // What is still under way gets Errc::gone, with the loop's next turn. Waits for name lookups at hand.
    ~Client();

    // [I/O thread] `done` is called on the I/O thread, exactly once, never from inside send(). A pooled connection that
    // turns out to be closed before a byte of the answer came is replaced and the request sent again only when nothing
    // had been sent.
    void send(ClientRequest request, UniqueFunction<void(ClientResult)> done);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Parse and check a URL as the client does: http or https, host, no user info, port 1..65535, no tricks that let two
// parsers disagree. Returns the normalised parts.
struct Url {
    bool tls = false;
    std::string host;  // lower case, without brackets
    std::uint16_t port = 0;
    std::string target;  // "/path?query", at least "/"
};
Result<Url> parse_url(std::string_view text);

}  // namespace parley::net
