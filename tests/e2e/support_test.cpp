// The plain JSON channel: two routes, their answers word for word, and who may use them.
#include <catch2/catch.hpp>

#include "net/local_client.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

const std::string token = "support token";

Stage& stage() {
    static Stage one({{"SUPPORT_TOKEN", token}}, {"echo"});
    return one;
}

Answer post(const std::string& target, const std::string& body, const std::string& bearer = token) {
    Headers headers{{"Content-Type", "application/json"}};
    if (!bearer.empty()) headers["Authorization"] = "Bearer " + bearer;
    return http(stage().host.port(), "POST", target, body, headers);
}

const std::string valid = R"({"sender":"923001234567","receiver":"923007654321","content":"I need help"})";

// What the desk reads back.
std::string outgoing() {
    const auto answer = net::local_request(stage().host.data_dir() + "/control.sock", "GET",
                                           "/api/v1/messages/outgoing?account=support", "", 10'000);
    return answer ? answer->body : answer.error().message;
}

// The answer with its time taken out, and whether that was one: 2025-01-25T10:00:00Z.
std::pair<std::string, bool> without_time(const std::string& body) {
    const std::string name = "\"timestamp\":\"";
    const auto at = body.find(name);
    if (at == std::string::npos) return {body, false};
    const auto end = body.find('"', at + name.size());
    const std::string time = body.substr(at + name.size(), end - at - name.size());
    const bool good = time.size() == 20 && time[4] == '-' && time[10] == 'T' && time[13] == ':' && time.back() == 'Z';
    return {body.substr(0, at + name.size()) + body.substr(end), good};
}

}  // namespace

TEST_CASE("the webhook stores a message and says so") {
    const auto answer = post("/api/webhook/", valid);
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type").rfind("application/json", 0) == 0);
    const auto [body, has_time] = without_time(answer.body);
    CHECK(has_time);
    CHECK(body == R"({"message":"Webhook received asynchronously","data":{"sender":"923001234567",)"
                  R"("receiver":"923007654321","content":"I need help","timestamp":""}})");
}

TEST_CASE("the send route stores a message and says so") {
    const auto answer = post("/api/send-message/", valid);
    CHECK(answer.status == 201);
    const auto [body, has_time] = without_time(answer.body);
    CHECK(has_time);
    CHECK(body == R"({"message":"Message sent asynchronously","data":{"sender":"923001234567",)"
                  R"("receiver":"923007654321","content":"I need help","timestamp":""}})");
}

TEST_CASE("what was sent can be read back") {
    CHECK(
        post("/api/send-message/", R"({"sender":"desk","receiver":"923009990007","content":"we are on it"})").status ==
        201);
    CHECK(eventually([] {
        const auto sent = outgoing();
        return sent.find(R"("chat":"923009990007")") != std::string::npos &&
               sent.find(R"("text":"we are on it")") != std::string::npos &&
               sent.find(R"("payload":{"sender":"desk","status":"sent"})") != std::string::npos;
    }));
}

TEST_CASE("a payload that is wrong is refused word for word") {
    const std::vector<std::string> wrong{
        "",
        "not json",
        "[]",
        "{}",
        R"({"sender":"1","receiver":"2"})",
        R"({"sender":"1","content":"x"})",
        R"({"receiver":"2","content":"x"})",
        R"({"sender":"","receiver":"2","content":"x"})",
        R"({"sender":"1","receiver":"2","content":""})",
        R"({"sender":{},"receiver":"2","content":"x"})",
    };
    for (const auto& body : wrong) {
        CAPTURE(body);
        const auto answer = post("/api/send-message/", body);
        CHECK(answer.status == 400);
        CHECK(answer.body == R"({"error":"Invalid payload"})");
    }
    for (const auto& body : {wrong[0], wrong[1], wrong[2], wrong[3], wrong[4], wrong[6]}) {
        CAPTURE(body);
        const auto answer = post("/api/webhook/", body);
        CHECK(answer.status == 400);
        CHECK(answer.body == R"({"error":"Invalid payload"})");
    }
}

TEST_CASE("both routes want the bearer token") {
    const auto received = stage().metric("parley_messages_received_total");
    for (const char* target : {"/api/webhook/", "/api/send-message/"}) {
        for (const std::string bearer : {"", "wrong", "support toke", "support tokens"}) {
            CAPTURE(target, bearer);
            CHECK(post(target, valid, bearer).status == 401);
        }
        CHECK(http(stage().host.port(), "GET", target).status == 405);
    }
    CHECK(stage().metric("parley_messages_received_total") == received);
}

TEST_CASE("a command that comes by this channel is handled") {
    const auto handled = stage().metric("parley_messages_handled_total");
    CHECK(post("/api/webhook/", R"({"sender":"923009990001","receiver":"Me","content":"/echo hi"})").status == 200);
    CHECK(eventually([&] { return stage().metric("parley_messages_handled_total") > handled; }));
    CHECK(eventually([] { return outgoing().find(R"("text":"hi")") != std::string::npos; }));
    // Its answer is for that channel and does not reach the WhatsApp gateway.
    CHECK(stage().gateway.calls().empty());
}

TEST_CASE("without a token configured nobody gets in, unless everybody may") {
    auto& host = stage().host;
    REQUIRE(host.stop() == 0);
    host.start({{"SUPPORT_TOKEN", ""}});
    CHECK(post("/api/webhook/", valid).status == 401);
    CHECK(post("/api/webhook/", valid, "").status == 401);
    REQUIRE(host.stop() == 0);
    host.start({{"SUPPORT_TOKEN", ""}, {"SUPPORT_ALLOW_UNAUTHENTICATED", "true"}});
    CHECK(post("/api/webhook/", valid, "").status == 200);
    CHECK(post("/api/send-message/", valid, "").status == 201);
    CHECK(host.stop() == 0);
}

}  // namespace parley::e2e
