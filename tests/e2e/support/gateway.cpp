#include "support/gateway.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>

#include "net/http.hpp"
#include "support/gateway_form.hpp"
#include "support/local_server.hpp"

namespace parley::e2e {

struct FakeGateway::Impl {
    mutable std::mutex mutex;
    mutable std::condition_variable changed;
    std::vector<Call> calls;
    std::vector<std::string> violations;
    std::map<std::string, std::deque<Fault>> faults;
    std::map<std::string, std::string> files;
    std::chrono::milliseconds delay{0};

    LocalServer server;  // last: its thread uses the others

    void answer_later(std::chrono::milliseconds wait, net::Responder respond, net::Response response) {
        if (wait.count() == 0) {
            respond(std::move(response));
            return;
        }
        server.after(wait, [respond = std::move(respond), response = std::move(response)]() mutable {
            respond(std::move(response));
        });
    }

    net::Response success() {
        const std::string id = "3EB0" + std::to_string(1'000'000'000 + calls.size());
        return net::Response::json(200, R"({"code":"SUCCESS","message":"Message sent","results":{"message_id":")" + id +
                                            R"(","status":"Message sent"}})");
    }

    void take(const net::Request& request, net::Responder respond) {
        std::unique_lock lock(mutex);
        Call call;
        call.at = std::chrono::steady_clock::now();
        const std::string wrong = read_call(request, call);
        if (call.path == "/send/chat-presence" && wrong.empty()) {
            lock.unlock();
            respond(net::Response::json(200, R"({"code":"SUCCESS","message":"ok","results":null})"));
            return;
        }
        Fault fault;
        bool faulty = false;
        auto found = faults.find(call.text());
        if (wrong.empty() && found != faults.end() && !found->second.empty()) {
            fault = found->second.front();
            found->second.pop_front();
            faulty = true;
        }
        call.refused = !wrong.empty() || (faulty && fault.kind == Fault::Kind::answer);
        calls.push_back(std::move(call));
        if (!wrong.empty())
            violations.push_back(request.path + ": " + wrong + "; body: " + request.body.substr(0, 300));
        auto response = success();
        const auto wait = faulty && fault.kind == Fault::Kind::slow ? fault.delay : delay;
        changed.notify_all();
        lock.unlock();

        if (!wrong.empty()) {
            respond(net::Response::json(400, R"({"code":"VALIDATION_ERROR","message":"what was sent is wrong"})"));
        } else if (faulty && fault.kind == Fault::Kind::cut) {
            server.cut(std::move(respond));
        } else if (faulty && fault.kind == Fault::Kind::answer) {
            auto refusal = net::Response::json(fault.status, fault.body);
            if (!fault.retry_after.empty()) refusal.headers.set("Retry-After", fault.retry_after);
            answer_later(fault.delay, std::move(respond), std::move(refusal));
        } else {
            answer_later(wait, std::move(respond), std::move(response));
        }
    }

    void serve(const net::Request& request, net::Responder respond) {
        std::lock_guard lock(mutex);
        const auto found = files.find(std::string(request.path_value("name")));
        if (found == files.end()) {
            respond(net::Response::json(404, R"({"code":"NOT_FOUND","message":"no such file"})"));
            return;
        }
        auto response = net::Response::text(200, found->second);
        response.headers.set("Content-Type", "application/octet-stream");
        respond(std::move(response));
    }
};

FakeGateway::FakeGateway() : impl_(std::make_unique<Impl>()) {
    auto* impl = impl_.get();
    net::RouteLimits wide;
    wide.max_body = 64u << 20;
    wide.deadline_ms = 120'000;
    const auto take = [impl](const net::Request& request, net::Responder respond) {
        impl->take(request, std::move(respond));
    };
    impl->server.router().add("POST", "/send/{what}", take, wide);
    for (const char* what : {"reaction", "update", "revoke"})
        impl->server.router().add("POST", std::string("/message/{id}/") + what, take, wide);
    impl->server.router().add("GET", "/app/reconnect", [](const net::Request&, net::Responder respond) {
        respond(net::Response::json(200, R"({"code":"SUCCESS","message":"reconnected","results":null})"));
    });
    impl->server.router().add(
        "GET", "/statics/media/{name}",
        [impl](const net::Request& request, net::Responder respond) { impl->serve(request, std::move(respond)); });
    impl->server.start();
}

FakeGateway::~FakeGateway() = default;

std::uint16_t FakeGateway::port() const {
    return impl_->server.port();
}

void FakeGateway::script(const std::string& text, std::vector<Fault> faults) {
    std::lock_guard lock(impl_->mutex);
    impl_->faults[text].assign(faults.begin(), faults.end());
}

void FakeGateway::set_delay(std::chrono::milliseconds delay) {
    std::lock_guard lock(impl_->mutex);
    impl_->delay = delay;
}

void FakeGateway::serve_file(const std::string& name, const std::string& bytes) {
    std::lock_guard lock(impl_->mutex);
    impl_->files[name] = bytes;
}

void FakeGateway::go_down() {
    impl_->server.go_down();
}

void FakeGateway::come_up() {
    impl_->server.come_up();
}

std::vector<Call> FakeGateway::calls() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->calls;
}

std::vector<Call> FakeGateway::calls_to(const std::string& chat) const {
    std::lock_guard lock(impl_->mutex);
    std::vector<Call> found;
    for (const auto& call : impl_->calls)
        if (call.to() == chat) found.push_back(call);
    return found;
}

std::size_t FakeGateway::count() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->calls.size();
}

std::vector<std::string> FakeGateway::violations() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->violations;
}

bool FakeGateway::wait_for(const std::function<bool(const std::vector<Call>&)>& condition,
                           std::chrono::milliseconds limit) const {
    std::unique_lock lock(impl_->mutex);
    return impl_->changed.wait_for(lock, limit, [&] { return condition(impl_->calls); });
}

}  // namespace parley::e2e
