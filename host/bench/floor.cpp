#include "bench/floor.hpp"

#include <sys/epoll.h>

#include <boost/json.hpp>
#include <csignal>
#include <iostream>
#include <memory>
#include <pqxx/pqxx>
#include <unordered_map>

#include "bench/floor_writer.hpp"
#include "bench/load.hpp"
#include "bench/wire.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "db/cluster.hpp"
#include "db/migrate.hpp"

namespace parley::bench {
namespace {

namespace json = boost::json;

constexpr std::string_view http_ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
constexpr std::string_view http_refused = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view command = "/echo ";

class FloorLoop : private Poller::Handler {
public:
    FloorLoop(const FloorOptions& options, FloorWriter& writer);
    void run();

private:
    class Webhooks;
    class Posts;

    void ready(std::uint32_t events) override { (events & EPOLLIN) ? accept() : void(); }
    void accept();
    void request(Webhooks& from, const HttpMessage& message);
    void post(FloorMessage message);
    std::string post_bytes(const FloorMessage& message) const;
    void written(FloorWrite write);

    struct Event : Poller::Handler {
        explicit Event(FloorLoop& owner) : loop(owner) {}
        void ready(std::uint32_t) override {
            for (auto& write : loop.writer_.take_written()) loop.written(std::move(write));
        }
        FloorLoop& loop;
    };

    const FloorOptions& options_;
    FloorWriter& writer_;
    Poller poller_;
    Event event_{*this};
    FileDescriptor listener_;
    crypto::HmacSha256 hmac_;
    IdGenerator ids_;
    std::uint64_t accepted_ = 0;
    std::unordered_map<std::uint64_t, std::shared_ptr<Webhooks>> webhooks_;
    std::vector<std::shared_ptr<Posts>> posts_;
    std::vector<Posts*> idle_;
};

class FloorLoop::Webhooks : public Stream {
public:
    Webhooks(FloorLoop& loop, FileDescriptor socket, std::uint64_t which)
        : Stream(loop.poller_, std::move(socket)), number(which), loop_(loop) {}
    const std::uint64_t number;

private:
    void received() override {
        HttpMessage message;
        if (parse_http(in_, false, message) != Parse::complete) return;
        loop_.request(*this, message);
        in_.erase(0, message.bytes);
    }
    void ended() override {
        const auto found = loop_.webhooks_.find(number);
        if (found == loop_.webhooks_.end()) return;
        loop_.poller_.bury(found->second);
        loop_.webhooks_.erase(found);
    }
    FloorLoop& loop_;
};

class FloorLoop::Posts : public Stream {
public:
    explicit Posts(FloorLoop& loop) : Stream(loop.poller_, connect_to(loop.options_.gateway_port)), loop_(loop) {}
    void post(FloorMessage message) {
        message_ = std::move(message);
        if (!open()) start(connect_to(loop_.options_.gateway_port));
        send(loop_.post_bytes(message_));
    }

private:
    void received() override {
        HttpMessage answer;
        if (parse_http(in_, false, answer) != Parse::complete) return;
        const auto parsed = json::parse(json::string_view(answer.body.data(), answer.body.size()));
        const auto& id = parsed.as_object().at("results").as_object().at("message_id").as_string();
        message_.reply_provider_id.assign(id.data(), id.size());
        in_.clear();
        loop_.writer_.write(FloorStep::sent, std::move(message_));
        loop_.idle_.push_back(this);
    }
    void ended() override { std::cerr << "floor: the gateway went away\n"; }

    FloorLoop& loop_;
    FloorMessage message_;
};

FloorLoop::FloorLoop(const FloorOptions& options, FloorWriter& writer)
    : options_(options), writer_(writer), listener_(listen_on(options.port)), hmac_(Secret(options.secret)) {
    poller_.add(listener_.get(), EPOLLIN, *this);
    poller_.add(writer.event(), EPOLLIN, event_);
}

void FloorLoop::run() {
    while (!interrupted) poller_.poll(now_ns() + 100'000'000);
}

void FloorLoop::accept() {
    for (;;) {
        auto socket = accept_from(listener_.get());
        if (!socket) return;
        const auto number = ++accepted_;
        webhooks_.emplace(number, std::make_shared<Webhooks>(*this, std::move(socket), number));
    }
}

void FloorLoop::request(Webhooks& from, const HttpMessage& message) {
    if (message.method == "GET") {
        from.send(http_ok);
        return;
    }
    if (!crypto::equal_constant_time(message.signature, "sha256=" + hmac_.mac_hex(message.body))) {
        from.send(http_refused);
        return;
    }
    unsigned char room[4096];
    json::monotonic_resource memory(room);
    const auto parsed = json::parse(json::string_view(message.body.data(), message.body.size()), &memory);
    const auto& payload = parsed.as_object().at("payload").as_object();
    const auto text = [&](const char* name) {
        const auto& value = payload.at(name).as_string();
        return std::string(value.data(), value.size());
    };
    FloorMessage in;
    in.id = ids_.next();
    in.chat = text("chat_id");
    in.sender = in.chat.substr(0, in.chat.find('@'));
    in.name = text("from_name");
    in.provider_id = text("id");
    in.body = text("body");
    in.connection = from.number;
    writer_.write(FloorStep::admit, std::move(in));
}

std::string FloorLoop::post_bytes(const FloorMessage& message) const {
    constexpr std::string_view hex = "0123456789ABCDEF";
    std::string body = "phone=";
    const auto encode = [&](std::string_view text) {
        for (const char c : text) {
            const bool plain =
                (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
            if (plain) {
                body += c;
            } else {
                const auto byte = static_cast<unsigned char>(c);
                body += '%';
                body += hex[byte >> 4];
                body += hex[byte & 15];
            }
        }
    };
    encode(message.chat);
    body += "&message=";
    encode(message.reply);
    return "POST /send/message HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
           "Content-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

void FloorLoop::post(FloorMessage message) {
    if (idle_.empty()) {
        posts_.push_back(std::make_shared<Posts>(*this));
        idle_.push_back(posts_.back().get());
    }
    Posts* connection = idle_.back();
    idle_.pop_back();
    connection->post(std::move(message));
}

void FloorLoop::written(FloorWrite write) {
    auto& message = write.message;
    if (write.step == FloorStep::admit) {
        const auto from = webhooks_.find(message.connection);
        if (from != webhooks_.end()) from->second->send(http_ok);
        if (!write.fresh) return;
        message.reply_id = ids_.next();
        message.reply = message.body.substr(std::min(command.size(), message.body.size()));
        writer_.write(FloorStep::settle, std::move(message));
    } else if (write.step == FloorStep::settle) {
        post(std::move(message));
    }
}

std::int32_t make_account(const db::DatabaseOptions& database) {
    const auto connection = db::connect(database, "parley bench floor");
    pqxx::work tx(*connection);
    db::ensure_partitions(tx);
    const auto row = tx.exec1(
        "insert into accounts (channel, name) values ('gateway', 'gateway')"
        " on conflict (name) do update set channel = excluded.channel returning id");
    tx.commit();
    return row[0].as<std::int32_t>();
}

}  // namespace

int run_floor(const FloorOptions& options) {
    const auto log = Logger::to(stderr, LogFormat::human, LogLevel::error);
    auto cluster = db::Cluster::start(options.directory + "/postgres", log);
    if (!cluster) {
        std::cerr << "floor: " << cluster.error().message << '\n';
        return 1;
    }
    db::DatabaseOptions database;
    database.url = Secret((*cluster)->url());
    if (auto migrated = db::migrate(database, log); !migrated) {
        std::cerr << "floor: " << migrated.error().message << '\n';
        return 1;
    }
    FloorWriter writer(database, make_account(database));
    FloorLoop(options, writer).run();
    return 0;
}

}  // namespace parley::bench
