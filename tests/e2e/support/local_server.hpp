// A server on 127.0.0.1 with a loop and a thread of its own. It keeps its port: it can go away and come back.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "net/loop.hpp"
#include "net/server.hpp"

namespace parley::e2e {

class LocalServer {
public:
    LocalServer() = default;
    ~LocalServer();
    LocalServer(const LocalServer&) = delete;
    LocalServer& operator=(const LocalServer&) = delete;

    // Add routes before start(), which throws when no port can be had.
    net::Router& router() { return router_; }
    void start();

    void go_down();
    void come_up();
    std::uint16_t port() const { return port_; }

    // For handlers, on the server's thread.
    void cut(net::Responder unanswered);  // ends every connection, that of this request as well, and listens again
    void after(std::chrono::milliseconds wait, UniqueFunction<void()> work) { loop_.after(wait, std::move(work)); }

private:
    void on_loop(const std::function<void()>& work);
    void listen();

    net::Loop loop_{Logger()};
    std::thread thread_;
    net::Router router_;
    std::unique_ptr<net::Server> server_;  // [loop]
    bool wanted_ = false;                  // [loop] to be listening
    std::uint16_t port_ = 0;
};

}  // namespace parley::e2e
