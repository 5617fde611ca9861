// Sockets without any HTTP library, for saying exactly what a test wants to say. Every wait has a deadline.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace parley::test {

struct RawResponse {
    int status = 0;  // 0: the connection ended without one
    std::string head;
    std::string body;

    // The value of a header of the head, or empty.
    std::string header(std::string_view name) const;
};

class RawSocket {
public:
    explicit RawSocket(int descriptor) : descriptor_(descriptor) {}
    static RawSocket to_port(std::uint16_t port);
    static RawSocket to_path(const std::string& path);
    RawSocket(RawSocket&& other) noexcept;
    ~RawSocket();

    void send(std::string_view bytes);  // what the peer does not take any more is dropped
    void finish_sending();
    void reset();  // closes with RST

    // The next whole response; `bodiless` for the answer to HEAD.
    RawResponse response(bool bodiless = false);
    // The bytes up to and including `end`.
    std::string read_until(std::string_view end);
    // That many, or what came before the connection ended.
    std::string read_bytes(std::size_t size);
    // True when the peer closes without another byte within `ms`.
    bool closed_within(int ms);

private:
    bool read_more(int ms);

    int descriptor_;
    std::string buffer_;
};

// A TCP server on 127.0.0.1 that runs `talk` in a thread for each connection of its own.
class RawServer {
public:
    explicit RawServer(std::function<void(RawSocket&, int connection)> talk);
    ~RawServer();

    std::uint16_t port() const { return port_; }
    int accepted() const { return accepted_; }

private:
    int listener_;
    std::uint16_t port_ = 0;
    std::atomic<int> accepted_{0};
    std::atomic<bool> stopping_{false};
    std::vector<std::thread> talks_;
    std::thread acceptor_;
};

}  // namespace parley::test
