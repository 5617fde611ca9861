// HTTP as the rest of the host sees it: plain values and a Responder. No Beast, no Asio.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/byte_source.hpp"
#include "core/unique_function.hpp"

namespace parley::net {

// Header fields in order of arrival. Names compare without case.
class Headers {
public:
    // The first field of that name, or empty.
    std::string_view get(std::string_view name) const;
    bool has(std::string_view name) const;
    // In place of all fields of that name. Throws std::invalid_argument for a name that is no token and for a value
    // with control characters (CR, LF, NUL, ...): nothing that is set here can end the line.
    void set(std::string name, std::string value);
    // Beside those of that name (Set-Cookie). Throws as set() does.
    void add(std::string name, std::string value);
    void remove(std::string_view name);
    const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

private:
    std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
    std::string method;  // "GET", "POST", ... upper case
    std::string target;  // as sent: "/a%20b?x=1"
    std::string path;    // decoded, without the query: "/a b". Never contains NUL.
    std::string query;   // raw, without '?'
    Headers headers;     // as they stood before the body; trailers are refused
    std::string body;    // raw bytes
    std::string remote;  // the client's address without port, see forwarded.hpp; "local" on the control socket
    bool local = false;  // came in through the control socket: the operator of this machine

    // The decoded value of a query parameter, the first one of that name. None when its percent-encoding is broken.
    std::optional<std::string> query_value(std::string_view name) const;

    // What a `{name}` of the route's pattern matched, decoded.
    std::string_view path_value(std::string_view name) const;
    std::vector<std::pair<std::string, std::string>> path_values;
};

struct EventSource;  // event_stream.hpp

struct Response {
    int status = 200;
    Headers headers;
    std::string body;
    std::shared_ptr<const EventSource> events = nullptr;  // in place of a body: see event_stream()
    std::shared_ptr<ByteSource> source = nullptr;         // in place of a body: it is read from there while it goes

    static Response text(int status, std::string body);
    static Response json(int status, std::string body);
    static Response html(int status, std::string body);
    // {"error":{"code":"...","message":"..."}}: the shape of errors, but where Router::shape_errors() says otherwise.
    static Response problem(int status, std::string_view code, std::string_view message);
};

// How an error looks that the server answers by itself, before or in place of a handler.
using ErrorShape = std::function<Response(int status, std::string_view code, std::string_view message)>;

// Answers one request, once. [any thread] Destroying it unused answers 500, so no request is left hanging. It may
// outlive the server, not the loop. On the I/O thread the answer is written before the call returns; elsewhere it is
// posted there.
class Responder {
public:
    using Send = UniqueFunction<void(Response)>;
    Responder() = default;
    // `errors`: how it answers 500; as Response::problem() without.
    explicit Responder(Send send, std::shared_ptr<const ErrorShape> errors = nullptr)
        : send_(std::move(send)), errors_(std::move(errors)) {}
    Responder(Responder&& other) noexcept
        : send_(std::exchange(other.send_, nullptr)), errors_(std::move(other.errors_)) {}
    Responder& operator=(Responder&& other) noexcept;
    ~Responder();

    void operator()(Response response);

private:
    Send send_;
    std::shared_ptr<const ErrorShape> errors_;
};

// [I/O thread] Must not block; may keep the Responder and answer later.
using Handler = std::function<void(Request, Responder)>;

class Upgrade;  // websocket.hpp
using WebSocketHandler = std::function<void(Request, std::unique_ptr<Upgrade>)>;
class Upload;  // upload.hpp
using UploadHandler = std::function<void(Request, std::unique_ptr<Upload>, Responder)>;

struct RouteLimits {
    std::size_t max_body = 1 << 20;  // bytes; more is answered 413
    int deadline_ms = 30'000;        // from the end of the request to the answer; later is answered 503
    bool local_only = false;         // only through the control socket; 404 elsewhere
};

// (method, pattern) -> handler. Patterns: "/health", "/webhooks/{channel}/{account}". 404 and 405 (with Allow) come
// from the table; HEAD is served by GET's handler. A literal segment is preferred to a name. Build it before the server
// starts; it does not change after.
class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // Throws std::logic_error for a pattern that is malformed or taken.
    void add(std::string method, std::string pattern, Handler handler, RouteLimits limits = {});
    // Requests whose body goes to a sink piece by piece, see upload.hpp.
    void add_upload(std::string method, std::string pattern, UploadHandler handler, RouteLimits limits);
    // Requests to upgrade to a WebSocket, see websocket.hpp. GET may have a handler of its own beside it; without one,
    // plain requests are answered 426.
    void add_websocket(std::string pattern, WebSocketHandler handler, RouteLimits limits = {});

    // All there are, in the order in which they were added.
    struct RouteName {
        std::string method, pattern;
        bool websocket = false, local_only = false;
    };
    const std::vector<RouteName>& routes() const;

    // Errors of the server itself at and under `path` ("/api/v1") look so: unknown addresses and methods, malformed
    // requests, bodies that are too large or too slow, answers that take too long. Elsewhere like Response::problem().
    void shape_errors(std::string path, ErrorShape shape);
    std::shared_ptr<const ErrorShape> error_shape(std::string_view path) const;  // `path` is decoded

    struct Match;  // defined in router.hpp, for the server
    // `path` as it was sent: segments are split first and decoded then, so that %2F does not make a segment. Without
    // `local` the routes that are local_only do not exist.
    Match find(std::string_view method, std::string_view path, bool local = true) const;

private:
    struct Table;
    std::unique_ptr<Table> table_;
};

}  // namespace parley::net
