// A WhatsApp gateway that delivers nothing: takes the posts of a server under test, tells what arrived, and answers as
// the real one does, at once or after a delay. On the bench's own thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "bench/poller.hpp"
#include "bench/wire.hpp"

namespace parley::bench {

class FakeGateway : private Poller::Handler {
public:
    using Delivery = std::function<void(const std::string& to, const std::string& text)>;

    FakeGateway(Poller& poller, std::uint16_t port);
    ~FakeGateway() override;

    std::uint16_t port() const { return port_; }
    void set_delay(Nanos delay) { delay_ = delay; }
    void on_delivery(Delivery delivery) { delivery_ = std::move(delivery); }

    // How many messages were taken so far, and what the n-th of them (from 1) is called here.
    std::uint64_t taken() const { return answered_; }
    static std::string message_id(std::uint64_t n);

    // While held, nobody gets the file that was asked for; then all do.
    void hold_files(bool hold);

    // Answers that are due. Call it after each poll; next_due() says until when there is nothing to do.
    void answer(Nanos now);
    Nanos next_due(Nanos otherwise) const;

private:
    class Connection;

    void ready(std::uint32_t events) override;
    void request(const std::shared_ptr<Connection>& from, const HttpMessage& message);
    void gone(const std::shared_ptr<Connection>& connection);

    struct Late {
        Nanos due;
        std::weak_ptr<Connection> to;
        std::string bytes;
    };

    Poller& poller_;
    FileDescriptor listener_;
    std::uint16_t port_;
    Nanos delay_ = 0;
    Delivery delivery_;
    std::uint64_t answered_ = 0;
    std::deque<Late> late_;
    bool hold_files_ = false;
    std::vector<std::weak_ptr<Connection>> held_;
    std::set<std::shared_ptr<Connection>> connections_;
};

}  // namespace parley::bench
