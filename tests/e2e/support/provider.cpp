#include "support/provider.hpp"

#include <mutex>

#include "support/local_server.hpp"

namespace parley::e2e {

struct FakeProvider::Impl {
    mutable std::mutex mutex;
    Handle handle;
    std::vector<net::Request> requests;

    LocalServer server;  // last: its thread uses the others

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
        server.cut(std::move(respond));
    }
};

FakeProvider::FakeProvider(const Routes& routes, Handle handle) : impl_(std::make_unique<Impl>()) {
    auto* impl = impl_.get();
    impl->handle = std::move(handle);
    net::RouteLimits wide;
    wide.max_body = 64u << 20;
    for (const auto& [method, pattern] : routes)
        impl->server.router().add(
            method, pattern,
            [impl](const net::Request& request, net::Responder respond) { impl->take(request, std::move(respond)); },
            wide);
    impl->server.start();
}

FakeProvider::~FakeProvider() = default;

std::string FakeProvider::url() const {
    return "http://127.0.0.1:" + std::to_string(impl_->server.port());
}

void FakeProvider::answer_with(Handle handle) {
    std::lock_guard lock(impl_->mutex);
    impl_->handle = std::move(handle);
}

void FakeProvider::go_down() {
    impl_->server.go_down();
}

void FakeProvider::come_up() {
    impl_->server.come_up();
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
