#include "support/http.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "support/contract.hpp"

namespace parley::e2e {
namespace {

class Socket {
public:
    Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        if (fd_ < 0) throw std::runtime_error("no socket");
    }
    ~Socket() { close(fd_); }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int fd() const { return fd_; }

private:
    int fd_;
};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void send_all(int fd, const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto sent = send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) return;
        at += static_cast<std::size_t>(sent);
    }
}

std::string lower(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

}  // namespace

std::string Answer::header(const std::string& name) const {
    const std::string all = lower(headers);
    const auto at = all.find("\r\n" + name + ":");
    if (at == std::string::npos) return "";
    const auto begin = headers.find_first_not_of(' ', at + name.size() + 3);
    return headers.substr(begin, headers.find("\r\n", begin) - begin);
}

Answer exchange(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
                const Headers& headers) {
    const Socket socket;
    const timeval limit{60, 0};
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    const auto address = loopback(port);
    if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};

    std::string request = method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n";
    for (const auto& [name, value] : headers) request.append(name).append(": ").append(value).append("\r\n");
    if (!body.empty() || method == "POST") request += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    send_all(socket.fd(), request + "\r\n" + body);  // who refuses a body may answer before it has all

    std::string received;
    char room[8192];
    for (;;) {
        const auto got = recv(socket.fd(), room, sizeof room, 0);
        if (got <= 0) break;
        received.append(room, static_cast<std::size_t>(got));
    }
    const auto head_end = received.find("\r\n\r\n");
    if (head_end == std::string::npos || received.size() < 12) return {};
    Answer answer;
    answer.status = std::atoi(received.c_str() + 9);
    answer.headers = received.substr(0, head_end + 2);
    answer.body = received.substr(head_end + 4);
    // Cut off in the middle is no answer.
    const std::string length = answer.header("content-length");
    if (!length.empty() && answer.body.size() != std::stoul(length)) return {};
    return answer;
}

Answer http(std::uint16_t port, const std::string& method, const std::string& target, const std::string& body,
            const Headers& headers) {
    auto answer = exchange(port, method, target, body, headers);
    check_documented(method, target, answer);
    return answer;
}

std::uint16_t free_port() {
    const Socket socket;
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(socket.fd(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

}  // namespace parley::e2e
