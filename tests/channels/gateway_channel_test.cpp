// The channel as a whole, with a scripted gateway in place of the network.
#include <catch2/catch.hpp>
#include <deque>

#include "channels/gateway/gateway_channel.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

// Answers each request with the next of its answers and keeps the requests.
struct ScriptedGateway {
    std::deque<net::ClientResult> answers;
    std::vector<net::ClientRequest> requests;

    GatewayChannel::Exchange exchange() {
        return [this](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            requests.push_back(std::move(request));
            REQUIRE_FALSE(answers.empty());
            net::ClientResult answer = std::move(answers.front());
            answers.pop_front();
            test::pour(requests.back(), answer);
            done(std::move(answer));
        };
    }
    void will_answer(int status, std::string body) {
        net::ClientResponse response;
        response.status = status;
        response.body = std::move(body);
        answers.emplace_back(std::move(response));
    }
};

GatewayConfig make_config() {
    GatewayConfig config;
    config.base_url = "http://gateway.test:3000";
    config.allow_unsigned = true;
    return config;
}

Inbound with_file(std::string source, std::string id = "3EB0") {
    Inbound message;
    message.provider_id = std::move(id);
    message.chat = "447700900123@s.whatsapp.net";
    message.media = Media{};
    message.media->source = std::move(source);
    return message;
}

Result<std::string> fetch(ScriptedGateway& gateway, const Inbound& message) {
    GatewayChannel channel(1, make_config(), gateway.exchange());
    std::optional<Result<std::string>> result;
    test::fetch_text(channel, message, 1000, [&](Result<std::string> r) {
        REQUIRE_FALSE(result);
        result = std::move(r);
    });
    REQUIRE(result);
    return *result;
}

}  // namespace

TEST_CASE("the gateway channel sends and reports") {
    ScriptedGateway gateway;
    gateway.will_answer(200, R"({"code":"SUCCESS","results":{"message_id":"OUT1"}})");
    GatewayChannel channel(1, make_config(), gateway.exchange());
    CHECK(channel.name() == "gateway");
    CHECK(channel.capabilities().media);
    Outbound message;
    message.chat = "447700900123@s.whatsapp.net";
    message.text = "hello";
    std::string id;
    channel.send(message, [&](SendResult result) { id = result->provider_id; });
    CHECK(id == "OUT1");

    bool permanent = false;
    message.chat.clear();
    channel.send(message, [&](SendResult result) { permanent = result.error().kind == SendError::Class::permanent; });
    CHECK(permanent);
    CHECK(gateway.requests.size() == 1);

    gateway.will_answer(500, "");
    channel.typing("447700900123@s.whatsapp.net", "", true);
    CHECK(gateway.requests.back().url == "http://gateway.test:3000/send/chat-presence");
    gateway.will_answer(200, "");
    channel.presence(false);
    CHECK(gateway.requests.back().url == "http://gateway.test:3000/send/presence");
    CHECK(gateway.requests.back().body == "type=unavailable");
}

TEST_CASE("a gateway that has lost WhatsApp is asked to connect again") {
    ScriptedGateway gateway;
    gateway.will_answer(401, R"({"code":"AUTHENTICATION_ERROR","message":"you are not logged in"})");
    gateway.will_answer(200, R"({"code":"SUCCESS"})");
    gateway.will_answer(401, "Unauthorized");  // the gateway's own password
    GatewayChannel channel(1, make_config(), gateway.exchange());
    Outbound message;
    message.chat = "447700900123@s.whatsapp.net";
    message.text = "hello";
    for (int i = 0; i < 2; ++i) {
        bool halted = false;
        channel.send(message, [&](SendResult result) { halted = result.error().kind == SendError::Class::halted; });
        CHECK(halted);
    }
    REQUIRE(gateway.requests.size() == 3);
    CHECK(gateway.requests[1].url == "http://gateway.test:3000/app/reconnect");
    CHECK(gateway.requests[1].method == "GET");
}

TEST_CASE("the gateway channel verifies and decodes a request") {
    ScriptedGateway gateway;
    const GatewayChannel channel(7, make_config(), gateway.exchange());
    net::Request request;
    request.body = R"({"from":"447700900123@s.whatsapp.net","message":{"id":"M1","text":"/help"}})";
    CHECK(channel.verify(request));
    const auto decoded = channel.decode(request);
    REQUIRE(decoded);
    CHECK(decoded->messages.front().account == 7);
    CHECK(decoded->messages.front().text == "/help");
    CHECK(decoded->messages.front().timestamp > 1'700'000'000'000);

    GatewayConfig config = make_config();
    config.device_id = "desk";
    request.body = R"({"event":"message","session_id":"shop","device_id":"62@s.whatsapp.net","payload":{"from":"63"}})";
    CHECK(GatewayChannel(7, config, gateway.exchange()).decode(request)->messages.empty());
}

TEST_CASE("a file with a path is fetched in one step") {
    ScriptedGateway gateway;
    gateway.will_answer(200, "BYTES");
    CHECK(fetch(gateway, with_file("statics/media/1.jpe")).value() == "BYTES");
    REQUIRE(gateway.requests.size() == 1);
    CHECK(gateway.requests[0].url == "http://gateway.test:3000/statics/media/1.jpe");
    CHECK(gateway.requests[0].max_response == 1000);
}

TEST_CASE("an encrypted file is asked for by the message's id") {
    for (const char* results :
         {R"({"file_path":"statics/media/a/1.ogg","file_url":"http://evil.test/x"})",
          R"({"file_path":"/var/data/1.ogg","file_url":"http://evil.test/statics/media/a/1.ogg"})"}) {
        ScriptedGateway gateway;
        gateway.will_answer(200, std::string(R"({"code":"SUCCESS","results":)") + results + "}");
        gateway.will_answer(200, "BYTES");
        CHECK(fetch(gateway, with_file("https://mmg.whatsapp.net/v/x.enc")).value() == "BYTES");
        REQUIRE(gateway.requests.size() == 2);
        CHECK(gateway.requests[0].url ==
              "http://gateway.test:3000/message/3EB0/download?phone=447700900123%40s.whatsapp.net");
        CHECK(gateway.requests[1].url == "http://gateway.test:3000/statics/media/a/1.ogg");
    }
}

TEST_CASE("a fetch that cannot work says why and asks nobody") {
    ScriptedGateway gateway;
    CHECK(fetch(gateway, with_file("app/logout")).error().code == Errc::denied);
    CHECK(fetch(gateway, with_file("statics/../app/logout")).error().code == Errc::denied);
    CHECK(fetch(gateway, with_file("https://mmg.whatsapp.net/v/x.enc", "")).error().code == Errc::not_found);
    CHECK(fetch(gateway, with_file("https://mmg.whatsapp.net/v/x.enc", "sha256:00")).error().code == Errc::not_found);
    CHECK(fetch(gateway, Inbound{}).error().code == Errc::not_found);
    CHECK(gateway.requests.empty());
}

TEST_CASE("a fetch that fails on the way says how") {
    ScriptedGateway gateway;
    gateway.will_answer(404, "");
    CHECK(fetch(gateway, with_file("statics/media/1.jpe")).error().code == Errc::not_found);
    gateway.will_answer(500, "");
    CHECK(fetch(gateway, with_file("statics/media/1.jpe")).error().code == Errc::unavailable);
    gateway.answers.emplace_back(net::ClientError{make_error(Errc::too_large, "too much"), net::Progress::in_doubt});
    CHECK(fetch(gateway, with_file("statics/media/1.jpe")).error().code == Errc::too_large);
    gateway.will_answer(200, "<html>");
    CHECK(fetch(gateway, with_file("")).error().code == Errc::unavailable);
    gateway.will_answer(200, R"({"results":{"file_path":"/etc/passwd"}})");
    CHECK(fetch(gateway, with_file("")).error().code == Errc::not_found);
    gateway.will_answer(200, R"({"results":{"file_path":"statics/../app/logout"}})");
    CHECK(fetch(gateway, with_file("")).error().code == Errc::denied);
}

TEST_CASE("an answer that comes after the channel's end still arrives") {
    std::vector<UniqueFunction<void(net::ClientResult)>> waiting;
    net::ClientRequest last;
    auto channel = std::make_unique<GatewayChannel>(
        1, make_config(), [&](net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done) {
            last = std::move(request);
            waiting.push_back(std::move(done));
        });
    std::optional<Result<std::string>> result;
    test::fetch_text(*channel, with_file(""), 10, [&](Result<std::string> r) { result = std::move(r); });
    channel.reset();
    net::ClientResponse named, bytes;
    named.status = bytes.status = 200;
    named.body = R"({"results":{"file_path":"statics/media/1.ogg"}})";
    bytes.body = "BYTES";
    REQUIRE(waiting.size() == 1);
    auto first = std::move(waiting[0]);
    first(named);
    REQUIRE(waiting.size() == 2);
    net::ClientResult answer(bytes);
    test::pour(last, answer);
    waiting[1](answer);
    REQUIRE(result);
    CHECK(result->value() == "BYTES");
}

TEST_CASE("a probe of a gateway says what is missing") {
    const auto probe = [](int status, const std::string& body, GatewayConfig config = make_config()) {
        ScriptedGateway gateway;
        gateway.will_answer(status, body);
        GatewayChannel channel(1, config, gateway.exchange());
        std::vector<ProbeLine> lines;
        channel.probe([&](std::vector<ProbeLine> found) { lines = std::move(found); });
        CHECK(gateway.requests.at(0).url == "http://gateway.test:3000/app/status");
        REQUIRE(lines.size() == 2);
        for (const ProbeLine& line : lines) CHECK(line.ok == line.advice.empty());
        return lines;
    };
    const auto good =
        probe(200, R"({"code":"SUCCESS","results":{"is_connected":true,"is_logged_in":true,"jid":"62"}})");
    CHECK((good[0].ok && good[1].ok));
    CHECK(good[0].what.ends_with("as 62"));
    CHECK(probe(404, "Cannot GET /app/status")[0].ok);  // before version 8

    const std::pair<const char*, const char*> sessions[] = {
        {R"({"results":{"is_connected":true,"is_logged_in":false}})", "QR code"},
        {R"({"results":{"is_connected":false,"is_logged_in":true}})", "reconnect"},
        {"<html>hello</html>", "address"},
    };
    for (const auto& [body, advice] : sessions) {
        INFO(body);
        const auto lines = probe(200, body);
        CHECK_FALSE(lines[0].ok);
        CHECK(lines[0].advice.find(advice) != std::string::npos);
    }
    CHECK(probe(401, "Unauthorized")[0].what.find("user and password") != std::string::npos);
    CHECK(probe(404, R"({"code":"DEVICE_NOT_FOUND"})")[0].what.find("GATEWAY_DEVICE_ID") != std::string::npos);

    GatewayConfig without_secret = make_config();
    without_secret.allow_unsigned = false;
    CHECK_FALSE(probe(404, "", without_secret)[1].ok);
}
