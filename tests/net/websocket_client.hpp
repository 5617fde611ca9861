// A WebSocket client without any library, which sends exactly the frames a test wants to be sent.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "raw_socket.hpp"

namespace parley::test {

struct Frame {
    bool fin = true;
    int opcode = -1;  // 1 text, 2 binary, 8 close, 9 ping, 10 pong; -1: the connection ended
    std::string payload;

    // Of a close frame; 0 without one.
    int close_code() const;
};

class WebSocketClient {
public:
    // Asks for the upgrade. `more` are header lines, each with its CRLF.
    explicit WebSocketClient(RawSocket socket, const std::string& target = "/ws", const std::string& more = "");
    static WebSocketClient to_port(std::uint16_t port, const std::string& target = "/ws", const std::string& more = "");

    const RawResponse& answer() const { return answer_; }  // 101 when it worked

    void send(int opcode, std::string_view payload, bool fin = true);
    void text(std::string_view payload) { send(1, payload); }
    void close(int code, std::string_view reason = "");
    // Answers a close frame with `code` (0: it has been) and waits for the end of the connection.
    void hang_up(int code = 0);
    RawSocket& raw() { return socket_; }

    // The next frame; pings are answered on the way when `pongs`.
    Frame read(bool pongs = true);
    // Frames up to the close frame or the end, which it is.
    Frame read_to_close();

private:
    RawSocket socket_;
    RawResponse answer_;
};

// One masked frame as bytes. `bits` are added to its first byte (0x40: RSV1).
std::string client_frame(int opcode, std::string_view payload, bool fin = true, int bits = 0);
std::string close_payload(int code, std::string_view reason = "");

}  // namespace parley::test
