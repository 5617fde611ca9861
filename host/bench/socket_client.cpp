#include "bench/socket_client.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <stdexcept>

namespace parley::bench {
namespace {

std::string upgrade_request(const std::string& target) {
    return "GET " + target +
           " HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
}

// A frame of a client; its mask is zero, which leaves the payload as it is.
std::string client_frame(int opcode, std::string_view payload) {
    std::string out{static_cast<char>(0x80 | opcode)};
    if (payload.size() < 126) {
        out += static_cast<char>(0x80 | payload.size());
    } else {
        out += static_cast<char>(0x80 | 126);
        out += static_cast<char>(payload.size() >> 8);
        out += static_cast<char>(payload.size());
    }
    out.append(4, '\0');
    return out.append(payload);
}

// A frame of a server at the front of `bytes`; size 0: not there yet.
struct ServerFrame {
    int opcode = 0;
    std::string_view payload;
    std::size_t size = 0;
};
ServerFrame parse_frame(std::string_view bytes) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
    if (bytes.size() < 2) return {};
    std::size_t head = 2, size = byte(1) & 0x7f;
    if (size >= 126) {
        head = size == 126 ? 4 : 10;
        if (bytes.size() < head) return {};
        size = 0;
        for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
    }
    if (bytes.size() - head < size) return {};
    return {static_cast<int>(byte(0) & 0x0f), bytes.substr(head, size), head + size};
}

}  // namespace

SocketClient::SocketClient(Poller& poller, std::uint16_t port, const std::string& target,
                           std::function<void(std::string_view)> on_text)
    : Stream(poller, connect_to(port)), on_text_(std::move(on_text)) {
    send(upgrade_request(target));
}

void SocketClient::send_text(std::string_view text) {
    send(client_frame(1, text));
}

void SocketClient::received() {
    std::size_t at = 0;
    if (!upgraded_) {
        const auto end = in_.find("\r\n\r\n");
        if (end == std::string::npos) return;
        upgraded_ = in_.starts_with("HTTP/1.1 101 ");
        failed_ = !upgraded_;
        if (failed_) return close();
        at = end + 4;
    }
    while (open() && take_frame(at)) {
    }
    in_.erase(0, at);
    if (in_.empty() && in_.capacity() > 4096) in_.shrink_to_fit();
}

bool SocketClient::take_frame(std::size_t& at) {
    const auto frame = parse_frame(std::string_view(in_).substr(at));
    if (frame.size == 0) return false;
    if (frame.opcode == 1) on_text_(frame.payload);
    if (frame.opcode == 9) send(client_frame(10, frame.payload));
    if (frame.opcode == 8) {
        failed_ = true;
        close();
    }
    at += frame.size;
    return true;
}

SlowReader::SlowReader(std::uint16_t port, const std::string& target) : socket_(connect_to(port)) {
    pollfd wait{socket_.get(), POLLOUT, 0};
    const auto request = upgrade_request(target);
    const bool sent = poll(&wait, 1, 5000) == 1 && ::send(socket_.get(), request.data(), request.size(),
                                                          MSG_NOSIGNAL) == static_cast<ssize_t>(request.size());
    if (!sent) throw std::runtime_error("the slow reader cannot connect");
}

bool SlowReader::cut_off() const {
    pollfd look{socket_.get(), POLLRDHUP, 0};
    return poll(&look, 1, 0) == 1 && (look.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0;
}

int SlowReader::read_code(Nanos patience) {
    std::string bytes;
    const auto until = now_ns() + patience;
    std::array<char, 64 * 1024> room;
    while (now_ns() < until) {
        pollfd wait{socket_.get(), POLLIN, 0};
        poll(&wait, 1, 100);
        const auto got = recv(socket_.get(), room.data(), room.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
        if (got > 0) bytes.append(room.data(), static_cast<std::size_t>(got));
    }
    const auto head = bytes.find("\r\n\r\n");
    std::string_view rest = head == std::string::npos ? std::string_view() : std::string_view(bytes).substr(head + 4);
    for (auto frame = parse_frame(rest); frame.size > 0; frame = parse_frame(rest)) {
        const auto code = frame.payload;
        if (frame.opcode == 8 && code.size() >= 2)
            return static_cast<unsigned char>(code[0]) << 8 | static_cast<unsigned char>(code[1]);
        rest.remove_prefix(frame.size);
    }
    return 0;
}

}  // namespace parley::bench
