#include "channels/cloud/classify.hpp"

#include <catch2/catch.hpp>

#include "channels/cloud/errors.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

using Class = SendError::Class;

SendResult classify(int status, std::string body, int attempts = 1, std::string retry_after = "") {
    net::ClientResponse response;
    response.status = status;
    response.body = std::move(body);
    if (!retry_after.empty()) response.headers.set("Retry-After", std::move(retry_after));
    return classify_cloud_answer(response, attempts, 1'700'000'000'000);
}

std::string error_body(int code, int subcode = 0) {
    return R"x({"error":{"message":"(#)x" + std::to_string(code) +
           R"x() What it is","type":"OAuthException","code":)x" + std::to_string(code) +
           (subcode ? R"(,"error_subcode":)" + std::to_string(subcode) : "") +
           R"(,"error_data":{"messaging_product":"whatsapp","details":"More of it"},"fbtrace_id":"A1"}})";
}

}  // namespace

TEST_CASE("an accepted message has its id") {
    CHECK(classify(200, R"({"messages":[{"id":"wamid.OUT1","message_status":"accepted"}]})")->provider_id ==
          "wamid.OUT1");
    const std::string endless(5'000, 'x');
    CHECK(classify(200, R"({"messages":[{"id":")" + endless + R"("}]})")->provider_id.size() < 100);
    // A proxy's page: nobody knows.
    CHECK(classify(200, "<html>welcome</html>").error().kind == Class::in_doubt);
    CHECK(classify(200, error_body(131026)).error().kind == Class::permanent);
}

TEST_CASE("the code decides, whatever the HTTP status is") {
    const struct {
        int code, status;
        Class kind;
        bool alarm;
    } cases[] = {
        {1, 400, Class::transient, false},      {2, 503, Class::transient, false},
        {4, 400, Class::throttled, false},      {80007, 400, Class::throttled, false},
        {130429, 400, Class::throttled, false}, {130429, 429, Class::throttled, false},
        {131056, 400, Class::crowded, false},   {131056, 429, Class::crowded, false},
        {131048, 400, Class::permanent, true},  {131000, 500, Class::transient, false},
        {131016, 503, Class::transient, false}, {131057, 500, Class::transient, false},
        {133004, 503, Class::transient, false}, {0, 401, Class::halted, true},
        {190, 401, Class::halted, true},        {190, 400, Class::halted, true},
        {3, 500, Class::permanent, true},       {10, 403, Class::permanent, true},
        {200, 403, Class::permanent, true},     {299, 403, Class::permanent, true},
        {131005, 403, Class::permanent, true},  {100, 400, Class::permanent, false},
        {131008, 400, Class::permanent, false}, {131009, 400, Class::permanent, false},
        {132000, 400, Class::permanent, false}, {132001, 404, Class::permanent, false},
        {132005, 400, Class::permanent, false}, {132007, 400, Class::permanent, false},
        {132012, 400, Class::permanent, false}, {135000, 400, Class::permanent, false},
        {131047, 400, Class::permanent, false}, {131026, 400, Class::permanent, false},
        {131049, 400, Class::permanent, false}, {130472, 400, Class::permanent, false},
        {131050, 400, Class::permanent, false}, {131051, 400, Class::permanent, false},
        {131052, 400, Class::permanent, false}, {131053, 400, Class::permanent, false},
        {131021, 400, Class::permanent, true},  {131030, 400, Class::permanent, true},
        {131037, 400, Class::permanent, true},  {131042, 400, Class::permanent, true},
        {131045, 500, Class::permanent, true},  {131031, 403, Class::permanent, true},
        {368, 403, Class::permanent, true},     {130497, 403, Class::permanent, true},
        {132015, 400, Class::permanent, true},  {132016, 400, Class::permanent, true},
        {133010, 400, Class::permanent, true},  {131062, 400, Class::permanent, false},
        {999999, 400, Class::permanent, false}, {999999, 500, Class::transient, false},
        {999999, 429, Class::throttled, false},
    };
    for (const auto& expected : cases) {
        INFO(expected.code << " with HTTP " << expected.status);
        const SendResult result = classify(expected.status, error_body(expected.code));
        REQUIRE(!result);
        CHECK(result.error().kind == expected.kind);
        CHECK(result.error().alarm == expected.alarm);
        CHECK(result.error().opted_out == (expected.code == 131050));
        CHECK(result.error().code == expected.code);
        CHECK(result.error().reason.find(std::to_string(expected.code)) != std::string::npos);
    }
}

TEST_CASE("the wait for one recipient grows as Meta wants it") {
    const int seconds[] = {1, 4, 16, 64, 256, 900, 900};
    for (int attempt = 1; attempt <= 7; ++attempt)
        CHECK(classify(400, error_body(131056), attempt).error().retry_after_ms == seconds[attempt - 1] * 1'000);
    CHECK(classify(400, error_body(131056), 1'000).error().retry_after_ms == 900'000);
    CHECK(classify(400, error_body(130429)).error().retry_after_ms == 1'000);
    CHECK(classify(429, error_body(130429), 1, "30").error().retry_after_ms == 30'000);
    CHECK(classify(400, error_body(80007)).error().retry_after_ms >= 60'000);
}

TEST_CASE("an unknown error of Meta's is tried three times") {
    CHECK(classify(400, error_body(1), 2).error().kind == Class::transient);
    CHECK(classify(400, error_body(1), 3).error().kind == Class::permanent);
}

TEST_CASE("answers that are not Meta's own") {
    CHECK(classify(502, "<html>").error().kind == Class::in_doubt);
    CHECK(classify(504, "").error().kind == Class::in_doubt);
    CHECK(classify(503, "").error().kind == Class::transient);
    CHECK(classify(429, "").error().kind == Class::throttled);
    CHECK(classify(302, "").error().kind == Class::halted);
    CHECK(classify(404, "").error().kind == Class::permanent);
}

TEST_CASE("an answer that never came") {
    const auto classify_failure = [](Errc code, net::Progress progress) {
        return classify_cloud_answer(net::ClientError{make_error(code, "why"), progress}, 1, 0).error();
    };
    CHECK(classify_failure(Errc::timeout, net::Progress::in_doubt).kind == Class::in_doubt);
    CHECK(classify_failure(Errc::unavailable, net::Progress::not_sent).kind == Class::transient);
    CHECK(classify_failure(Errc::invalid, net::Progress::not_sent).kind == Class::halted);
    const SendError no_token = classify_failure(Errc::unauthorized, net::Progress::not_sent);
    CHECK(no_token.kind == Class::halted);
    CHECK(no_token.alarm);
    CHECK(no_token.reason == "why");
}

TEST_CASE("words for the admin") {
    CHECK(classify(400, error_body(131047)).error().reason.find("template") != std::string::npos);
    CHECK(classify(401, error_body(190, 463)).error().reason.find("has expired") != std::string::npos);
    CHECK(classify(400, error_body(131042)).error().reason.find("More of it") != std::string::npos);
    // No code may stand in two rows: the first would hide the second.
    for (int code : {0, 1, 2, 3, 4, 10, 100, 190, 368, 131026, 131047, 131056, 133010}) CHECK(find_cloud_error(code));
    CHECK_FALSE(find_cloud_error(7));
}

TEST_CASE("a token that Meta quotes does not get into the log") {
    const std::string token = "EAAJB" + std::string(180, 'Z');
    const SendResult result =
        classify(401, R"({"error":{"code":190,"message":"Malformed access token )" + token + R"(, sorry"}})");
    CHECK(result.error().reason.find(token.substr(0, 40)) == std::string::npos);
    CHECK(result.error().reason.find("Malformed access token EAAJ..., sorry") != std::string::npos);
}
