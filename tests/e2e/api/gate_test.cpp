// What every operation has in common: idempotency keys, ETags, the audit log, limits.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <thread>

#include "api/stage.hpp"
#include "net/local_client.hpp"
#include "net/raw_socket.hpp"
#include "support/contract.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

std::string note(const std::string& text) {
    return json::serialize(json::object{{"to", "4915100000001"}, {"account", "gateway"}, {"text", text}});
}

json::array audit(const std::string& filter) {
    return owner().read("/audit?" + filter).at("items").as_array();
}

// What the document does not allow of this answer.
std::optional<std::string> wrong_with(const std::string& method, const std::string& path,
                                      const test::RawResponse& answer) {
    const auto* operation = operation_of(method, path);
    REQUIRE(operation);
    return contract().check_answer(*operation, answer.status, answer.header("Content-Type"), answer.body);
}

}  // namespace

TEST_CASE("the same key and request are carried out once") {
    const Headers key{{"Idempotency-Key", "first"}};
    const auto first = owner().post("/messages", note("once"), key);
    CHECK(first.status == 202);
    const auto again = owner().post("/messages", note("once"), key);
    CHECK(again.status == 202);
    CHECK(again.body == first.body);
    CHECK(again.header("idempotency-replayed") == "true");
    CHECK(owner().read("/messages?q=once").at("items").as_array().size() == 1);

    const auto other = owner().post("/messages", note("something else"), key);
    CHECK(other.status == 422);
    CHECK(text_of(body_of(other), "code") == "key_reused");
    // Another's key of the same name is another key.
    CHECK(key_of("operator").post("/messages", note("something else"), key).status == 202);
}

TEST_CASE("requests with one key at the same time make one thing") {
    const Headers key{{"Idempotency-Key", "crowd"}};
    std::vector<Answer> answers(8);
    std::vector<std::thread> threads;
    for (auto& answer : answers)
        threads.emplace_back([&answer, &key, port = stage().host.port()] {
            Headers headers = key;
            headers["Authorization"] = "Bearer s3cret";
            headers["Content-Type"] = "application/json";
            answer = http(port, "POST", "/api/v1/messages", note("crowded"), headers);
        });
    for (auto& thread : threads) thread.join();
    int made = 0;
    for (const auto& answer : answers) {
        CHECK((answer.status == 202 || answer.status == 409));
        made += answer.status == 202 ? 1 : 0;
    }
    CHECK(made >= 1);
    CHECK(owner().read("/messages?q=crowded").at("items").as_array().size() == 1);
}

TEST_CASE("what a request lacks does not use up its key") {
    const Headers key{{"Idempotency-Key", "mended"}};
    CHECK(owner().post("/messages", R"({"text": "nobody"})", key).status == 400);
    CHECK(owner().post("/messages", note("mended"), key).status == 202);
}

TEST_CASE("an edit of something that changed meanwhile is refused") {
    const auto before = owner().get("/settings/opt_in_words");
    const auto etag = before.header("etag");
    REQUIRE_FALSE(etag.empty());
    const auto put = [&](const char* value, const std::string& match) {
        return owner().call("PUT", "/settings/opt_in_words", json::serialize(json::object{{"value", value}}),
                            {{"If-Match", match}});
    };
    CHECK(put("start,yes", etag).status == 200);
    CHECK(put("start,no", etag).status == 412);
    CHECK(text_of(owner().read("/settings/opt_in_words"), "value") == "start,yes");
    CHECK(put("start", owner().get("/settings/opt_in_words").header("etag")).status == 200);
    CHECK(put("start", "*").status == 200);
    CHECK(owner().call("DELETE", "/accounts/nobody", "", {{"If-Match", "*"}}).status == 412);
}

TEST_CASE("every change is in the audit log, with what was before and after") {
    CHECK(owner().call("PUT", "/settings/opt_out_reply", R"({"value": "Goodbye."})").status == 200);
    const auto found = audit("action=putSetting&target=/api/v1/settings/opt_out_reply");
    REQUIRE(found.size() == 1);
    CHECK(text_of(found[0].at("before"), "value") != "Goodbye.");
    CHECK(text_of(found[0].at("after"), "value") == "Goodbye.");
    CHECK(text_of(found[0], "actor_kind") == "local");
    CHECK(found[0].at("status").as_int64() == 200);

    const auto key = key_of("operator");
    CHECK(key.post("/messages", note("by a key")).status == 202);
    const auto mine = audit("action=sendMessage&actor_kind=api_key");
    REQUIRE_FALSE(mine.empty());
    CHECK(text_of(mine[0], "actor") == "test operator");

    // What changed nothing is not there.
    CHECK(owner().call("PUT", "/settings/nothing", R"({"value": "x"})").status == 404);
    CHECK(audit("target=/api/v1/settings/nothing").empty());
}

TEST_CASE("no secret gets into the audit log or is kept for a repetition") {
    CHECK(owner().call("PUT", "/settings/ocr_space_api_key", R"({"value": "canary-77aa88bb99"})").status == 200);
    const Headers repeat{{"Idempotency-Key", "a key"}};
    const std::string wish = R"({"name": "secret", "role": "user", "scopes": ["me:read"]})";
    const auto made = owner().post("/keys", wish, repeat);
    REQUIRE(made.status == 201);
    const auto key = text_of(body_of(made), "key");
    CHECK(owner().with_key(key).get("/me").status == 200);
    const auto again = owner().post("/keys", wish, repeat);
    CHECK(again.status == 201);
    CHECK(text_of(body_of(again), "key") == "***");
    for (const char* filter : {"action=putSetting", "action=createApiKey"}) {
        const auto all = json::serialize(audit(filter));
        CHECK(all.find("canary-77aa88bb99") == std::string::npos);
        CHECK(all.find(key) == std::string::npos);
    }
}

TEST_CASE("bodies are what the document says") {
    const auto wrong = owner().post("/messages", R"({"to": 5})");
    CHECK(wrong.status == 400);
    CHECK(wrong.header("content-type") == "application/problem+json");
    CHECK(text_of(body_of(wrong), "detail") == "body.to: must be a text");
    CHECK(text_of(body_of(wrong), "code") == "invalid");
    CHECK(owner().post("/messages", R"({"to": "1", "colour": "red"})").status == 400);
    CHECK(owner().post("/messages", "to=1", {{"Content-Type", "application/x-www-form-urlencoded"}}).status == 415);
    CHECK(owner().post("/messages", "{").status == 400);
    CHECK(owner().post("/messages").status == 400);
    CHECK(owner().get("/messages?colour=red").status == 400);
}

TEST_CASE("what the server refuses by itself is a problem too, and elsewhere has the shape of its routes") {
    const std::string host = "Host: a\r\n";
    struct Case {
        const char *method, *path;
        std::string fields, body;
        int status;
    };
    const std::vector<Case> cases = {
        {"GET", "/nothing", host, "", 404},
        {"PUT", "/messages", host, "", 405},
        {"GET", "/messages", "", "", 400},
        {"GET", "/messages", host + "X: " + std::string(20'000, 'x') + "\r\n", "", 431},
        {"GET", "/messages", host + "Expect: magic\r\n", "", 417},
        {"POST", "/messages", host + "Content-Length: 9999999999\r\n", "", 413},
        {"POST", "/messages", host + "Transfer-Encoding: chunked\r\n", "zz\r\n", 400},
    };
    for (const auto& one : cases) {
        const auto path = std::string("/api/v1") + one.path;
        CAPTURE(one.method, path, one.status);
        auto socket = test::RawSocket::to_port(stage().host.port());
        socket.send(std::string(one.method) + " " + path + " HTTP/1.1\r\n" + one.fields + "\r\n" + one.body);
        const auto answer = socket.response();
        CHECK(answer.status == one.status);
        CHECK(wrong_with_problem(answer.header("Content-Type"), answer.body).value_or("a problem") == "a problem");
        if (answer.status != 404 && answer.status != 405)
            CHECK(wrong_with(one.method, path, answer).value_or("as described") == "as described");
    }
    const auto elsewhere = http(stage().host.port(), "GET", "/nothing");
    CHECK(elsewhere.body == R"({"error":{"code":"not_found","message":"there is nothing under this address"}})");
}

TEST_CASE("who asks too often waits, and is told how long") {
    Stage slow({{"API_TOKEN", "s3cret"}, {"API_RATE", "1"}, {"TRUSTED_PROXIES", "127.0.0.0/8"}}, {});
    const Api api(slow.host.port(), "s3cret");
    const auto first = api.get("/me");
    CHECK(first.header("ratelimit-limit") == "4");
    CHECK(first.header("ratelimit-remaining") == "3");
    int refused = 0;
    for (int i = 0; i < 8; ++i) {
        const auto answer = api.get("/me");
        if (answer.status != 429) continue;
        ++refused;
        CHECK(answer.header("retry-after") == "1");
    }
    CHECK(refused >= 3);
    // The operator of the machine does not wait.
    for (int i = 0; i < 8; ++i)
        CHECK(net::local_request(slow.host.data_dir() + "/control.sock", "GET", "/api/v1/me")->status == 200);
    // Guessing keys is slower still, and does not keep others of that address out.
    const auto made = net::local_request(slow.host.data_dir() + "/control.sock", "POST", "/api/v1/keys",
                                         R"({"name": "another", "role": "user", "scopes": ["me:read"]})");
    REQUIRE(made->status == 201);
    const auto another = api.with_key(text_of(json::parse(made->body), "key"));
    bool stopped = false;
    for (int i = 0; i < 40 && !stopped; ++i)
        stopped = api.with_key("plk_" + std::string(64, "0123456789abcdef"[i % 16])).get("/me").status == 429;
    CHECK(stopped);
    CHECK(another.get("/me").status == 200);
    // The proxy here says whose guesses they are; what the guesser says of itself stands further left.
    const auto guess = [&](const std::string& list) {
        return api.with_key("wrong").call("GET", "/me", "", {{"X-Forwarded-For", list}}).status;
    };
    CHECK(guess("203.0.113.1") == 401);
    stopped = false;
    for (int i = 0; i < 40 && !stopped; ++i) stopped = guess(std::to_string(i) + ".1.1.1, 203.0.113.1") == 429;
    CHECK(stopped);
    CHECK(guess("203.0.113.2") == 401);
}

}  // namespace parley::e2e
