// WebSockets as the rest of the host sees them: text frames in and out of one peer. No Beast, no Asio.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/unique_function.hpp"
#include "net/http.hpp"

namespace parley::net {

struct WebSocketLimits {
    std::size_t max_message = 64 << 10;  // bytes of one message; more closes with 1009
    std::size_t max_queue = 256;         // messages waiting for a slow reader; more closes with 1013
    std::size_t max_queue_bytes = 1 << 20;
    int idle_timeout_ms = 60'000;  // a ping at half of it; no sign of life in all of it: closed
};

// One open connection: text messages only; a binary one closes it with 1003, one that is no UTF-8 with 1007. [I/O
// thread] Kept alive by the connection itself; others hold a weak_ptr or drop it in on_close, and none outlives the
// loop.
class WebSocket {
public:
    virtual ~WebSocket() = default;

    // Queues one text message, which has to be UTF-8. The bytes are shared, so that one text goes to many sockets
    // without a copy. Nothing happens on a closed one. A full queue closes the socket.
    virtual void send(std::shared_ptr<const std::string> text) = 0;
    // Closes with a code of RFC 6455 (1000, 1008, 1011, 1013, 3000 to 4999) and says why, in at most 123 bytes. What
    // is queued goes first. on_close follows, later, within 5 s even when the peer does not answer; on_message does
    // not. Nothing happens on a closed one.
    virtual void close(std::uint16_t code, std::string reason) = 0;
    virtual std::size_t queued() const = 0;  // messages

    // Set in `opened`. on_close is called exactly once, after the last on_message and at the latest when the server
    // ends; both are gone after it. Its code is the one that closed the socket, ours or the peer's: 1005 when the peer
    // gave none, 1006 when the connection broke. An exception that leaves on_message is logged and closes with 1011.
    std::function<void(std::string text)> on_message;
    std::function<void(std::uint16_t code)> on_close;
};

// What to do with a request to upgrade: accept it with the socket's callbacks, or answer it as plain HTTP (401, 403,
// 404). Exactly one of both, once, now or later on the I/O thread; destroyed unused it answers 500.
class Upgrade {
public:
    virtual ~Upgrade() = default;
    // `opened` is called once the peer has its answer; never when the connection breaks before, or when this comes
    // after the route's deadline.
    virtual void accept(WebSocketLimits limits, UniqueFunction<void(std::shared_ptr<WebSocket>)> opened) = 0;
    virtual void refuse(Response response) = 0;

    // For accept(): the one of the offered subprotocols that is spoken. A browser that offered some and is told of
    // none gives up.
    std::string subprotocol;
};

// What the client offers in Sec-WebSocket-Protocol, in its order of preference.
std::vector<std::string> offered_subprotocols(const Request& request);

// [I/O thread] Must not block. Registered with Router::add_websocket(pattern, handler). The server has checked the
// handshake (version 13, key, Origin against the allowed ones) before it is called. A request without an Origin comes
// from no browser and gets in: whoever goes by cookies has to refuse those as well.
using WebSocketHandler = std::function<void(Request, std::unique_ptr<Upgrade>)>;

}  // namespace parley::net
