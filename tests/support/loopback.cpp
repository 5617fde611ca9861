#include "support/loopback.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

namespace parley::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

TcpSocket::TcpSocket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw std::runtime_error("no socket");
}

TcpSocket::~TcpSocket() {
    close(fd_);
}

bool TcpSocket::connect_to(std::uint16_t port) const {
    const auto address = loopback(port);
    return connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

std::uint16_t free_port() {
    const TcpSocket socket;
    auto address = loopback(0);
    socklen_t size = sizeof address;
    if (bind(socket.fd(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

bool listens(std::uint16_t port) {
    return TcpSocket().connect_to(port);
}

}  // namespace parley::test
