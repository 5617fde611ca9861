// A loop on a thread of its own, and a server or client on it.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include "net/client.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "support/temp_directory.hpp"
#include "support/wait.hpp"

namespace parley::test {

using namespace std::chrono_literals;

class LoopThread {
public:
    LoopThread() {
        std::promise<void> running;
        auto ready = running.get_future();
        loop.post([&] { running.set_value(); });
        thread_ = std::thread([this] { loop.run(); });
        ready.wait();
    }
    ~LoopThread() { stop(); }

    void stop() {
        if (!thread_.joinable()) return;
        loop.stop();
        thread_.join();
    }

    // Runs `work` on the loop's thread and waits for it.
    void run(std::function<void()> work) {
        std::promise<void> done;
        auto finished = done.get_future();
        loop.post([&] {
            work();
            done.set_value();
        });
        if (finished.wait_for(20s) != std::future_status::ready) throw std::runtime_error("the loop is stuck");
    }

    net::Loop loop{Logger()};

private:
    std::thread thread_;
};

class TestServer {
public:
    explicit TestServer(const std::function<void(net::Router&)>& routes, net::ServerOptions options = {}) {
        routes(router);
        on_loop([&] {
            server = std::make_unique<net::Server>(thread.loop, router, options, Logger());
            port = server->listen("127.0.0.1", 0).value();
        });
    }
    ~TestServer() {
        on_loop([&] { server.reset(); });
    }

    void on_loop(std::function<void()> work) { thread.run(std::move(work)); }

    net::Router router;
    LoopThread thread;
    std::unique_ptr<net::Server> server;
    std::uint16_t port = 0;
};

class TestClient {
public:
    explicit TestClient(net::ClientOptions options = {}) {
        thread.run([&] { client = std::make_unique<net::Client>(thread.loop, options, Logger()); });
    }
    ~TestClient() {
        thread.run([&] { client.reset(); });
    }

    std::future<net::ClientResult> start(net::ClientRequest request) {
        auto promise = std::make_shared<std::promise<net::ClientResult>>();
        auto future = promise->get_future();
        thread.loop.post([this, promise, request = std::move(request)]() mutable {
            client->send(std::move(request),
                         [promise](net::ClientResult result) { promise->set_value(std::move(result)); });
        });
        return future;
    }

    net::ClientResult send(net::ClientRequest request) {
        auto future = start(std::move(request));
        if (future.wait_for(40s) != std::future_status::ready) throw std::runtime_error("no result");
        return future.get();
    }

    LoopThread thread;
    std::unique_ptr<net::Client> client;
};

// A request to 127.0.0.1, which only the operator may send.
inline net::ClientRequest local_request(std::uint16_t port, const std::string& target = "/",
                                        const std::string& method = "GET") {
    net::ClientRequest request;
    request.method = method;
    request.url = "http://127.0.0.1:" + std::to_string(port) + target;
    request.reach = net::Reach::any;
    request.timeout_ms = 15'000;
    return request;
}

}  // namespace parley::test
