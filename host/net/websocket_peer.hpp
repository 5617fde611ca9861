// A connection that has become a WebSocket.
#pragma once

#include <memory>
#include <string>

#include "net/byte_stream.hpp"
#include "net/server_core.hpp"
#include "net/websocket.hpp"

namespace parley::net {

// What Upgrade::accept() said.
struct Acceptance {
    WebSocketLimits limits;
    std::string subprotocol;
    UniqueFunction<void(std::shared_ptr<WebSocket>)> opened;
};

// Answers 101 and goes on by itself, in place of `from`. `key` is the request's Sec-WebSocket-Key. [I/O thread]
void open_websocket(const std::shared_ptr<ServerCore>& core, std::unique_ptr<ByteStream> stream, Connection& from,
                    const std::string& key, Acceptance acceptance);

}  // namespace parley::net
