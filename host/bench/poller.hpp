// An epoll loop and non-blocking streams on it, for the bench's own ends of the measurement: the cheapest thing that
// works, because it shares the cores with what it measures. One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace parley::bench {

// Nanoseconds of the monotonic clock.
using Nanos = std::int64_t;
Nanos now_ns();

class FileDescriptor {
public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();
    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }

private:
    int fd_ = -1;
};

class Poller {
public:
    class Handler {
    public:
        virtual ~Handler() = default;
        virtual void ready(std::uint32_t events) = 0;
    };

    Poller();

    void add(int fd, std::uint32_t events, Handler& handler);
    void change(int fd, std::uint32_t events, Handler& handler);

    // Waits until something is ready or `until` has come, and calls the handlers.
    void poll(Nanos until);

    // A handler that ends while events for it may be on their way: kept until the round is over.
    void bury(std::shared_ptr<Handler> handler) { graveyard_.push_back(std::move(handler)); }

private:
    FileDescriptor epoll_;
    std::vector<std::shared_ptr<Handler>> graveyard_;
};

// One TCP connection. What arrives is appended to in_; what is sent and does not fit the socket waits in a buffer.
class Stream : public Poller::Handler {
public:
    Stream(Poller& poller, FileDescriptor socket);

    bool open() const { return static_cast<bool>(socket_); }
    void send(std::string_view bytes);
    void close() { socket_ = {}; }
    void ready(std::uint32_t events) final;

protected:
    // in_ has grown.
    virtual void received() = 0;
    // The peer has gone, or the connection could not be made; in_ has what came before. close() has been called.
    virtual void ended() = 0;

    void start(FileDescriptor socket);
    std::string in_;

private:
    void flush();

    Poller& poller_;
    FileDescriptor socket_;
    std::string out_;
    bool waits_for_room_ = false;
};

// Non-blocking, on the loopback interface, without Nagle's delay. Throw std::system_error.
FileDescriptor connect_to(std::uint16_t port);
FileDescriptor listen_on(std::uint16_t port);
FileDescriptor accept_from(int listener);  // none: nobody waits
std::uint16_t port_of(int socket);

}  // namespace parley::bench
