#include "support/provider.hpp"

#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "net/loop.hpp"
#include "net/server.hpp"

namespace parley::e2e {

struct FakeProvider::Impl {
    net::Loop loop{Logger()};
    std::thread thread;
    net::Router router;
    std::unique_ptr<net::Server> server;  // [loop]
    std::uint16_t port = 0;

    mutable std::mutex mutex;
    Handle handle;
    std::vector<net::Request> requests;

    void on_loop(const std::function<void()>& work) {
        std::promise<void> done;
        loop.post([&] {
            work();
            done.set_value();
        });
        done.get_future().wait();
    }

    // After a cut the port may be held for a moment.
    void listen() {
        server = std::make_unique<net::Server>(loop, router, net::ServerOptions{}, Logger());
        if (const auto bound = server->listen("127.0.0.1", port)) {
            port = *bound;
            return;
        }
        server.reset();
        loop.after(std::chrono::milliseconds(5), [this] { listen(); });
    }

    void take(const net::Request& request, net::Responder respond) {
        Handle answer;
        {
            std::lock_guard lock(mutex);
            requests.push_back(request);
            answer = handle;
        }
        if (auto response = answer(request)) {
            respond(std::move(*response));
            return;
        }
        auto held = std::make_shared<net::Responder>(std::move(respond));
        loop.post([this, held] {
            server.reset();
            listen();
        });
    }
};

FakeProvider::FakeProvider(const Routes& routes, Handle handle) : impl_(std::make_unique<Impl>()) {
    auto* impl = impl_.get();
    impl->handle = std::move(handle);
    net::RouteLimits wide;
    wide.max_body = 64u << 20;
    for (const auto& [method, pattern] : routes)
        impl->router.add(
            method, pattern,
            [impl](const net::Request& request, net::Responder respond) { impl->take(request, std::move(respond)); },
            wide);
    impl->thread = std::thread([impl] { impl->loop.run(); });
    impl->on_loop([impl] { impl->listen(); });
    if (impl->port == 0) throw std::runtime_error("the fake provider cannot listen");
}

FakeProvider::~FakeProvider() {
    impl_->on_loop([this] { impl_->server.reset(); });
    impl_->loop.stop();
    impl_->thread.join();
}

std::string FakeProvider::url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->port);
}

void FakeProvider::answer_with(Handle handle) {
    std::lock_guard lock(impl_->mutex);
    impl_->handle = std::move(handle);
}

std::vector<net::Request> FakeProvider::requests() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->requests;
}

std::vector<net::Request> FakeProvider::requests_to(const std::string& path) const {
    std::vector<net::Request> found;
    for (auto& request : requests())
        if (request.path == path) found.push_back(request);
    return found;
}

}  // namespace parley::e2e
