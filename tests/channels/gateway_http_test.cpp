// The gateway channel over real sockets: our own server plays the gateway.
#include <catch2/catch.hpp>
#include <memory>

#include "channels/gateway/gateway_channel.hpp"
#include "net/form.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;
using namespace std::chrono_literals;

namespace {

// A gateway with one text endpoint, one file endpoint and one file.
net::Router make_gateway(std::vector<net::Request>& seen) {
    net::Router router;
    const auto answer_sent = [&seen](net::Request request, net::Responder respond) {
        seen.push_back(std::move(request));
        respond(net::Response::json(200, R"({"code":"SUCCESS","results":{"message_id":"OUT1"}})"));
    };
    router.add("POST", "/wa/send/message", answer_sent);
    router.add("POST", "/wa/send/file", answer_sent);
    router.add("POST", "/wa/send/link", [&seen](net::Request request, net::Responder respond) {
        seen.push_back(std::move(request));
        net::Response response = net::Response::json(503, R"({"code":"BUSY","message":"later"})");
        response.headers.set("Retry-After", "2");
        respond(std::move(response));
    });
    router.add("GET", "/wa/statics/media/{file}", [&seen](net::Request request, net::Responder respond) {
        seen.push_back(std::move(request));
        respond(net::Response::text(200, std::string(1000, 'x')));
    });
    return router;
}

struct Gateway {
    std::vector<net::Request> seen;
    net::Router router = make_gateway(seen);
    net::Loop loop{Logger()};
    net::Server server{loop, router, {}, Logger()};
    net::Client client{loop, {}, Logger()};
    std::unique_ptr<GatewayChannel> channel;

    Gateway() {
        std::uint16_t port = 0;
        await<bool>([&](auto done) {
            port = server.listen("127.0.0.1", 0).value();
            done(true);
        });
        GatewayConfig config;
        config.base_url = "http://127.0.0.1:" + std::to_string(port) + "/wa";
        config.basic_user = "user";
        config.basic_password = Secret("password");
        channel = std::make_unique<GatewayChannel>(1, config, client);
    }
    ~Gateway() {
        await<bool>([&](auto done) { server.stop(100, [done] { done(true); }); });
    }

    // Runs the loop until what `start` began calls its `done`; nothing after five seconds.
    template <class T>
    std::optional<T> await(std::function<void(std::function<void(T)>)> start) {
        std::optional<T> result;
        loop.post([&] {
            start([&](T value) {
                result = std::move(value);
                loop.stop();
            });
        });
        const Executor::TimerId deadline = loop.after(5s, [this] { loop.stop(); });
        loop.run();
        loop.cancel(deadline);
        return result;
    }

    SendResult send(const Outbound& message) {
        const auto result = await<SendResult>([&](auto done) { channel->send(message, done); });
        REQUIRE(result);
        return *result;
    }
    Result<std::string> fetch(const Inbound& message, std::size_t max_bytes) {
        const auto result =
            await<Result<std::string>>([&](auto done) { test::fetch_text(*channel, message, max_bytes, done); });
        REQUIRE(result);
        return *result;
    }
};

Outbound make(OutboundKind kind) {
    Outbound message;
    message.kind = kind;
    message.chat = "447700900123@s.whatsapp.net";
    message.text = "grüße";
    return message;
}

}  // namespace

TEST_CASE("a text reaches a gateway over HTTP, and its id comes back") {
    Gateway gateway;
    const SendResult sent = gateway.send(make(OutboundKind::text));
    REQUIRE(sent);
    CHECK(sent->provider_id == "OUT1");
    REQUIRE(gateway.seen.size() == 1);
    CHECK(gateway.seen[0].headers.get("Authorization") == "Basic dXNlcjpwYXNzd29yZA==");
    CHECK(net::form_value(gateway.seen[0].body, "phone") == "447700900123@s.whatsapp.net");
    CHECK(net::form_value(gateway.seen[0].body, "message") == "grüße");
}

TEST_CASE("a file reaches a gateway whole") {
    Gateway gateway;
    Outbound file = make(OutboundKind::media);
    file.media.content = test::source_of(std::string(100'000, '\0') + "\r\n--end");
    file.media.mime = "application/pdf";
    file.media.name = "minutes.pdf";
    REQUIRE(gateway.send(file));
    REQUIRE(gateway.seen.size() == 1);
    CHECK(gateway.seen[0].headers.get("Content-Type").starts_with("multipart/form-data"));
    CHECK(gateway.seen[0].body.find(test::text_of(*file.media.content)) != std::string::npos);
}

TEST_CASE("a gateway's refusal and its wish to wait come back") {
    Gateway gateway;
    const SendResult refused = gateway.send(make(OutboundKind::link));
    REQUIRE(!refused);
    CHECK(refused.error().kind == SendError::Class::transient);
    CHECK(refused.error().retry_after_ms == 2'000);
    CHECK(refused.error().reason == "HTTP 503 BUSY: later");
}

TEST_CASE("a gateway that is not there is tried again later") {
    Gateway gateway;
    gateway.await<bool>([&](auto done) { gateway.server.stop(100, [done] { done(true); }); });
    const SendResult refused = gateway.send(make(OutboundKind::text));
    REQUIRE(!refused);
    CHECK(refused.error().kind == SendError::Class::transient);
}

TEST_CASE("a file is fetched from a gateway, up to the limit") {
    Gateway gateway;
    Inbound incoming;
    incoming.media = Media{};
    incoming.media->source = "statics/media/a b.png";
    CHECK(gateway.fetch(incoming, 1000).value().size() == 1000);
    CHECK(gateway.seen[0].path == "/wa/statics/media/a b.png");
    CHECK(gateway.fetch(incoming, 999).error().code == Errc::too_large);
}
