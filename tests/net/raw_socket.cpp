#include "net/raw_socket.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace parley::test {

namespace {
constexpr int patience_ms = 20'000;

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

bool readable(int descriptor, int ms) {
    pollfd wait{descriptor, POLLIN, 0};
    return ::poll(&wait, 1, ms) > 0;
}
}  // namespace

std::string RawResponse::header(std::string_view name) const {
    auto lower = [](std::string text) {
        std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
        return text;
    };
    auto at = lower(head).find("\r\n" + lower(std::string(name)) + ": ");
    if (at == std::string::npos) return {};
    auto start = at + name.size() + 4;
    return head.substr(start, head.find("\r\n", start) - start);
}

RawSocket RawSocket::to_port(std::uint16_t port) {
    RawSocket out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    check(::connect(out.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    return out;
}

RawSocket RawSocket::to_path(const std::string& path) {
    RawSocket out(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    check(::connect(out.descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "connect");
    return out;
}

RawSocket::RawSocket(RawSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), buffer_(std::move(other.buffer_)) {}

RawSocket::~RawSocket() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void RawSocket::send(std::string_view bytes) {
    while (!bytes.empty()) {
        auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
}

void RawSocket::finish_sending() {
    ::shutdown(descriptor_, SHUT_WR);
}

void RawSocket::reset() {
    linger now{1, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    ::close(std::exchange(descriptor_, -1));
}

bool RawSocket::read_more(int ms) {
    if (!readable(descriptor_, ms)) return false;
    char bytes[16 * 1024];
    auto got = ::recv(descriptor_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
}

std::string RawSocket::read_until(std::string_view end) {
    std::size_t at;
    while ((at = buffer_.find(end)) == std::string::npos) {
        if (!read_more(patience_ms)) return {};
    }
    auto out = buffer_.substr(0, at + end.size());
    buffer_.erase(0, at + end.size());
    return out;
}

std::string RawSocket::read_bytes(std::size_t size) {
    while (buffer_.size() < size && read_more(patience_ms)) {
    }
    auto out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
}

RawResponse RawSocket::response(bool bodiless) {
    RawResponse out;
    out.head = read_until("\r\n\r\n");
    if (out.head.size() < 12) return out;
    out.status = std::stoi(out.head.substr(9, 3));
    auto length = out.header("Content-Length");
    std::size_t size = bodiless || length.empty() ? 0 : std::stoul(length);
    while (buffer_.size() < size && read_more(patience_ms)) {
    }
    out.body = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
}

bool RawSocket::closed_within(int ms) {
    if (!buffer_.empty() || !readable(descriptor_, ms)) return false;
    char byte;
    return ::recv(descriptor_, &byte, 1, 0) <= 0;
}

RawServer::RawServer(std::function<void(RawSocket&, int)> talk)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    check(::bind(listener_, raw, size) == 0 && ::listen(listener_, 2048) == 0, "listen");
    check(::getsockname(listener_, raw, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this, talk = std::move(talk)] {
        while (!stopping_) {
            if (!readable(listener_, 20)) continue;
            int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (descriptor < 0) continue;
            int number = accepted_++;
            talks_.emplace_back([descriptor, number, &talk] {
                RawSocket socket(descriptor);
                talk(socket, number);
            });
        }
        for (auto& thread : talks_) thread.join();
    });
}

RawServer::~RawServer() {
    stopping_ = true;
    acceptor_.join();
    ::close(listener_);
}

}  // namespace parley::test
