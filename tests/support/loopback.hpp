// TCP on 127.0.0.1.
#pragma once

#include <cstdint>

namespace parley::test {

// Closed at the end.
class TcpSocket {
public:
    TcpSocket();
    ~TcpSocket();
    TcpSocket(const TcpSocket&) = delete;
    TcpSocket& operator=(const TcpSocket&) = delete;

    int fd() const { return fd_; }
    // False: nobody listens there.
    bool connect_to(std::uint16_t port) const;

private:
    int fd_;
};

// A port that nobody listened on a moment ago.
std::uint16_t free_port();

// Does somebody take connections there?
bool listens(std::uint16_t port);

}  // namespace parley::test
