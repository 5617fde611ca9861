#include "support/http.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <cctype>

#include "support/contract.hpp"
#include "support/loopback.hpp"

namespace parley::e2e {
namespace {

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
    const test::TcpSocket socket;
    const timeval limit{60, 0};
    setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (!socket.connect_to(port)) return {};

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

}  // namespace parley::e2e
