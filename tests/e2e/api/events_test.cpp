// The live stream: what happens is told, and who comes again misses nothing.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/stage.hpp"
#include "net/websocket_client.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

// One reader of the stream.
class Listener {
public:
    explicit Listener(const std::string& query = "", const std::string& last = "", const std::string& key = "s3cret")
        : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(stage().host.port());
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        const timeval limit{0, 100'000};
        setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string request = "GET /api/v1/events" + query + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
                              key + "\r\n" + (last.empty() ? "" : "Last-Event-ID: " + last + "\r\n") + "\r\n";
        REQUIRE(send(fd_, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
        REQUIRE(eventually([&] { return read().find("\r\n\r\n") != std::string::npos; }));
    }
    ~Listener() { close(fd_); }
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;

    // All that came so far.
    const std::string& read() {
        char room[4096];
        const auto got = recv(fd_, room, sizeof room, 0);
        if (got > 0) text_.append(room, static_cast<std::size_t>(got));
        over_ = over_ || got == 0;
        return text_;
    }
    bool heard(const std::string& words) {
        return eventually([&] { return read().find(words) != std::string::npos; });
    }
    bool ended() {
        return eventually([&] { return read(), over_; });
    }
    // The id of the last event.
    std::string last() const {
        const auto at = text_.rfind("\nid: ");
        const auto begin = at == std::string::npos ? std::string::npos : at + 5;
        return at == std::string::npos ? "" : text_.substr(begin, text_.find('\n', begin) - begin);
    }

private:
    int fd_;
    bool over_ = false;
    std::string text_;
};

void send_words(const std::string& text) {
    const auto answer = owner().post(
        "/messages", json::serialize(json::object{{"to", "4915100000061"}, {"account", "gateway"}, {"text", text}}));
    REQUIRE(answer.status == 202);
}

}  // namespace

TEST_CASE("messages, plugins and settings of readers are told live") {
    Listener all, plugins("?events=plugin");
    CHECK(all.read().find("200 OK") != std::string::npos);
    CHECK(all.read().find("text/event-stream") != std::string::npos);
    stage().say.direct("/echo live words", "923005550061");
    CHECK(all.heard("live words"));
    CHECK(all.heard(R"("status":"sent")"));
    CHECK(owner().post("/plugins/echo/disable").status == 200);
    CHECK(plugins.heard(R"("state":"disabled")"));
    CHECK(owner().post("/plugins/echo/enable").status == 200);
    CHECK(plugins.heard(R"("state":"serving")"));
    CHECK(plugins.read().find("live words") == std::string::npos);
}

TEST_CASE("who comes again goes on where the stream was cut") {
    std::string last;
    {
        Listener first;
        send_words("heard the first time");
        REQUIRE(first.heard("heard the first time"));
        REQUIRE(first.heard(R"("status":"sent")"));
        last = first.last();
    }
    REQUIRE_FALSE(last.empty());
    send_words("said meanwhile");
    Listener again("", last);
    CHECK(again.heard("said meanwhile"));
    CHECK(again.read().find("heard the first time") == std::string::npos);
    CHECK(again.read().find("event: gap") == std::string::npos);

    // An id that nobody remembers: what is in history follows.
    Listener late("", last.substr(0, last.find('-')) + "-1-1");
    CHECK(late.heard("event: gap"));
    CHECK(late.heard("said meanwhile"));
}

TEST_CASE("who missed much more than a slow reader may keep waiting catches up") {
    std::string last;
    {
        Listener first;
        send_words("before the long pause");
        REQUIRE(first.heard("before the long pause"));
        last = first.last();
    }
    for (int i = 0; i < 300; ++i) send_words("of many " + std::to_string(i));
    send_words("the last of many");
    // Told by now: the next reader is handed all of it at once.
    REQUIRE(Listener("", last).heard("the last of many"));
    Listener again("", last);
    CHECK(again.heard("the last of many"));
    CHECK(again.read().find("event: gap") == std::string::npos);
}

TEST_CASE("over a WebSocket the same is told, and a reader that comes again misses nothing") {
    const std::string target = "/api/v1/events?events=message&token=s3cret";
    const auto heard = [](test::WebSocketClient& socket, const std::string& words) {
        for (;;) {
            const auto frame = socket.read();
            REQUIRE(frame.opcode == 1);
            if (frame.payload.find(words) == std::string::npos) continue;
            const auto event = json::parse(frame.payload);
            CHECK(text_of(event, "event") == "message");
            return text_of(event, "id");
        }
    };
    auto first = test::WebSocketClient::to_port(stage().host.port(), target);
    REQUIRE(first.answer().status == 101);
    send_words("heard on a socket");
    const auto last = heard(first, "heard on a socket");
    first.hang_up(1000);
    send_words("said while the socket was closed");
    auto again = test::WebSocketClient::to_port(stage().host.port(), target + "&last=" + last);
    REQUIRE(again.answer().status == 101);
    heard(again, "said while the socket was closed");
    CHECK(test::WebSocketClient::to_port(stage().host.port(), "/api/v1/events?token=wrong").answer().status == 401);
}

TEST_CASE("the stream is for those who may, as long as they may") {
    const auto made = owner().post("/keys", R"({"name": "ears", "role": "operator", "scopes": ["events:read"]})");
    REQUIRE(made.status == 201);
    Listener ears("", "", text_of(body_of(made), "key"));
    CHECK(ears.read().find("200 OK") != std::string::npos);
    CHECK(owner().call("DELETE", "/keys/" + text_of(body_of(made), "id")).status == 204);
    CHECK(ears.ended());
    CHECK(owner().get("/events?events=colours").status == 400);
    CHECK(key_of("user").get("/events").status == 403);
}

}  // namespace parley::e2e
