#include "bench/fake_gateway.hpp"

#include <sys/epoll.h>

#include <cstdio>

namespace parley::bench {
namespace {

constexpr std::string_view file = "It says that it is a picture.";

std::string http_ok(std::string_view body) {
    std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ";
    bytes += std::to_string(body.size());
    bytes += "\r\n\r\n";
    bytes += body;
    return bytes;
}

}  // namespace

class FakeGateway::Connection : public Stream, public std::enable_shared_from_this<Connection> {
public:
    Connection(FakeGateway& gateway, Poller& poller, FileDescriptor socket)
        : Stream(poller, std::move(socket)), gateway_(gateway) {}

private:
    void received() override {
        HttpMessage message;
        std::size_t taken = 0;
        for (;;) {
            const auto parsed = parse_http(std::string_view(in_).substr(taken), false, message);
            if (parsed == Parse::malformed) {
                close();
                ended();
                return;
            }
            if (parsed == Parse::incomplete) break;
            taken += message.bytes;
            gateway_.request(shared_from_this(), message);
        }
        in_.erase(0, taken);
    }
    void ended() override { gateway_.gone(shared_from_this()); }

    FakeGateway& gateway_;
};

FakeGateway::FakeGateway(Poller& poller, std::uint16_t port)
    : poller_(poller), listener_(listen_on(port)), port_(port_of(listener_.get())) {
    poller_.add(listener_.get(), EPOLLIN, *this);
}

FakeGateway::~FakeGateway() = default;

void FakeGateway::ready(std::uint32_t) {
    for (int i = 0; i < 64; ++i) {
        auto socket = accept_from(listener_.get());
        if (!socket) return;
        connections_.insert(std::make_shared<Connection>(*this, poller_, std::move(socket)));
    }
}

void FakeGateway::gone(const std::shared_ptr<Connection>& connection) {
    poller_.bury(connection);
    connections_.erase(connection);
}

void FakeGateway::request(const std::shared_ptr<Connection>& from, const HttpMessage& message) {
    if (message.method == "GET" && message.target.substr(0, 9) == "/statics/") {
        if (hold_files_) {
            held_.push_back(from);
        } else {
            from->send(http_ok(file));
        }
        return;
    }
    if (message.method != "POST" || message.target != "/send/message") {
        from->send(http_ok(R"({"code":"SUCCESS","message":"ok","results":null})"));
        return;
    }
    if (delivery_) delivery_(form_field(message.body, "phone"), form_field(message.body, "message"));
    const std::string id = message_id(++answered_);
    std::string body = R"({"code":"SUCCESS","message":"Message sent","results":{"message_id":")";
    body += id;
    body += R"(","status":"Message sent to the server"}})";
    if (delay_ == 0) {
        from->send(http_ok(body));
    } else {
        late_.push_back({now_ns() + delay_, from, http_ok(body)});
    }
}

std::string FakeGateway::message_id(std::uint64_t n) {
    char id[24];
    std::snprintf(id, sizeof id, "3EB0%016llX", static_cast<unsigned long long>(n * 0x9E3779B97F4A7C15u));
    return id;
}

void FakeGateway::hold_files(bool hold) {
    hold_files_ = hold;
    if (hold) return;
    for (const auto& waiting : held_)
        if (const auto connection = waiting.lock()) connection->send(http_ok(file));
    held_.clear();
}

void FakeGateway::answer(Nanos now) {
    while (!late_.empty() && late_.front().due <= now) {
        if (const auto connection = late_.front().to.lock()) connection->send(late_.front().bytes);
        late_.pop_front();
    }
}

Nanos FakeGateway::next_due(Nanos otherwise) const {
    return late_.empty() ? otherwise : std::min(otherwise, late_.front().due);
}

}  // namespace parley::bench
