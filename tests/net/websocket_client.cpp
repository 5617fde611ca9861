#include "websocket_client.hpp"

namespace parley::test {

int Frame::close_code() const {
    if (opcode != 8 || payload.size() < 2) return 0;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

std::string client_frame(int opcode, std::string_view payload, bool fin, int bits) {
    std::string out;
    out += static_cast<char>((fin ? 0x80 : 0) | bits | opcode);
    auto size = payload.size();
    if (size < 126) {
        out += static_cast<char>(0x80 | size);
    } else {
        int bytes = size < 65536 ? 2 : 8;
        out += static_cast<char>(0x80 | (bytes == 2 ? 126 : 127));
        for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i));
    }
    const std::string mask = "\x12\x34\x56\x78";
    out += mask;
    for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ mask[i % 4]);
    return out;
}

std::string close_payload(int code, std::string_view reason) {
    std::string out{static_cast<char>(code >> 8), static_cast<char>(code)};
    return out += reason;
}

WebSocketClient::WebSocketClient(RawSocket socket, const std::string& target, const std::string& more)
    : socket_(std::move(socket)) {
    socket_.send("GET " + target +
                 " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 more + "\r\n");
    answer_ = socket_.response();
}

WebSocketClient WebSocketClient::to_port(std::uint16_t port, const std::string& target, const std::string& more) {
    return WebSocketClient(RawSocket::to_port(port), target, more);
}

void WebSocketClient::send(int opcode, std::string_view payload, bool fin) {
    socket_.send(client_frame(opcode, payload, fin));
}

void WebSocketClient::close(int code, std::string_view reason) {
    send(8, close_payload(code, reason));
}

void WebSocketClient::hang_up(int code) {
    if (code != 0) close(code);
    socket_.finish_sending();
    while (read().opcode != -1) {
    }
}

Frame WebSocketClient::read(bool pongs) {
    for (;;) {
        Frame frame;
        auto head = socket_.read_bytes(2);
        if (head.size() < 2) return frame;
        auto first = static_cast<unsigned char>(head[0]), second = static_cast<unsigned char>(head[1]);
        std::uint64_t size = second & 0x7f;
        int extra = size == 126 ? 2 : size == 127 ? 8 : 0;
        if (extra > 0) {
            size = 0;
            for (unsigned char byte : socket_.read_bytes(extra)) size = size << 8 | byte;
        }
        frame.payload = socket_.read_bytes(size);
        if (frame.payload.size() != size || (second & 0x80) != 0) return {};  // a server does not mask
        frame.fin = (first & 0x80) != 0;
        frame.opcode = first & 0x0f;
        if (frame.opcode != 9 || !pongs) return frame;
        send(10, frame.payload);
    }
}

Frame WebSocketClient::read_to_close() {
    for (;;) {
        auto frame = read();
        if (frame.opcode == 8 || frame.opcode == -1) return frame;
    }
}

}  // namespace parley::test
