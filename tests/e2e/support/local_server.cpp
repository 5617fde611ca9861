#include "support/local_server.hpp"

#include <future>
#include <stdexcept>

namespace parley::e2e {

LocalServer::~LocalServer() {
    if (!thread_.joinable()) return;
    go_down();
    loop_.stop();
    thread_.join();
}

void LocalServer::start() {
    thread_ = std::thread([this] { loop_.run(); });
    come_up();
    if (port_ == 0) throw std::runtime_error("a server of the tests cannot listen");
}

void LocalServer::go_down() {
    on_loop([this] {
        wanted_ = false;
        server_.reset();
    });
}

void LocalServer::come_up() {
    on_loop([this] {
        wanted_ = true;
        if (!server_) listen();
    });
}

void LocalServer::cut(net::Responder unanswered) {
    const auto held = std::make_shared<net::Responder>(std::move(unanswered));
    loop_.post([this, held] {
        server_.reset();
        listen();
    });
}

void LocalServer::on_loop(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

void LocalServer::listen() {
    server_ = std::make_unique<net::Server>(loop_, router_, net::ServerOptions{}, Logger());
    if (const auto bound = server_->listen("127.0.0.1", port_)) {
        port_ = *bound;
        return;
    }
    // The server before it has not let go of the port yet.
    server_.reset();
    loop_.after(std::chrono::milliseconds(5), [this] {
        if (wanted_ && !server_) listen();
    });
}

}  // namespace parley::e2e
