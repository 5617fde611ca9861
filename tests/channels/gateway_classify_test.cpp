#include <catch2/catch.hpp>

#include "channels/gateway/classify.hpp"
#include "channels/gateway/decode.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

using Class = SendError::Class;
constexpr UnixMillis kNow = 1'737'799'200'000;  // Sat, 25 Jan 2025 10:00:00 GMT

net::ClientResult answer(int status, std::string body, std::string retry_after = "") {
    net::ClientResponse response;
    response.status = status;
    response.body = std::move(body);
    if (!retry_after.empty()) response.headers.set("Retry-After", retry_after);
    return response;
}

net::ClientResult failure(Errc code, net::Progress progress) {
    return net::ClientError{make_error(code, "the words"), progress};
}

std::string coded(const std::string& code) {
    return R"({"code":")" + code + R"(","message":"some words"})";
}

SendError refused(const net::ClientResult& result) {
    const SendResult sent = classify_gateway_answer(result, kNow);
    REQUIRE(!sent);
    CHECK_FALSE(sent.error().reason.empty());
    return sent.error();
}

}  // namespace

TEST_CASE("a success carries the id of the message") {
    const auto sent = classify_gateway_answer(
        answer(200, R"({"code":"SUCCESS","message":"Success","results":{"message_id":"3EB0B430","status":"sent"}})"),
        kNow);
    REQUIRE(sent);
    CHECK(sent->provider_id == "3EB0B430");
    // It went out, whatever else the answer says.
    for (const char* body : {"", "\n", "{}", R"({"results":null})", R"({"results":{"message_id":5}})"}) {
        INFO(body);
        const auto unnamed = classify_gateway_answer(answer(200, body), kNow);
        REQUIRE(unnamed);
        CHECK(unnamed->provider_id.empty());
    }
}

TEST_CASE("a page of somebody else is no success, whatever its status") {
    for (const char* body : {"<!doctype html><title>Sign in</title>", "It works!", "[]", "\"SUCCESS\""}) {
        INFO(body);
        const SendError error = refused(answer(200, body));
        CHECK(error.kind == Class::halted);
        CHECK(error.reason.find("no gateway") != std::string::npos);
        CHECK(error.reason.find("WHATSAPP_CLIENT_URL") != std::string::npos);
    }
}

TEST_CASE("an id that no index can hold is the same one in the answer and in the webhooks about it") {
    const std::string longest(5000, 'A');
    const auto sent = classify_gateway_answer(answer(200, R"({"results":{"message_id":")" + longest + R"("}})"), kNow);
    REQUIRE(sent);
    CHECK(sent->provider_id.size() < 100);
    const auto report = decode_gateway(
        R"({"event":"message.ack","payload":{"ids":[")" + longest + R"("],"receipt_type":"delivered"}})", 1, kNow);
    REQUIRE(report);
    REQUIRE(report->statuses.size() == 1);
    CHECK(report->statuses[0].provider_ids == std::vector{sent->provider_id});
}

TEST_CASE("every refusal has its class") {
    struct Row {
        int status;
        const char* code;
        Class kind;
    };
    for (const Row& row : {
             Row{400, "VALIDATION_ERROR", Class::permanent},
             Row{400, "INVALID_JID", Class::permanent},
             Row{400, "DEVICE_ID_REQUIRED", Class::halted},
             Row{401, "AUTHENTICATION_ERROR", Class::halted},
             Row{401, "", Class::halted},
             Row{403, "", Class::permanent},
             Row{404, "DEVICE_NOT_FOUND", Class::halted},
             Row{404, "", Class::permanent},
             Row{408, "", Class::transient},
             Row{409, "", Class::transient},
             Row{410, "", Class::permanent},
             Row{413, "", Class::permanent},
             Row{425, "", Class::transient},
             Row{429, "WA_REACHOUT_TIMELOCK", Class::permanent},
             Row{429, "", Class::throttled},
             Row{500, "INTERNAL_SERVER_ERROR", Class::transient},
             Row{500, "UPLOAD_MEDIA_ERROR", Class::transient},
             Row{502, "", Class::in_doubt},
             Row{503, "", Class::transient},
             Row{504, "GATEWAY_TIMEOUT", Class::in_doubt},
             Row{504, "", Class::in_doubt},
             Row{301, "", Class::halted},
             Row{599, "", Class::in_doubt},
             Row{777, "", Class::in_doubt},
         }) {
        INFO(row.status << " " << row.code);
        CHECK(refused(answer(row.status, coded(row.code))).kind == row.kind);
        if (*row.code == '\0') CHECK(refused(answer(row.status, "<html>no JSON</html>")).kind == row.kind);
    }
}

TEST_CASE("the reason says what happened and what to do") {
    CHECK(refused(answer(400, coded("VALIDATION_ERROR"))).reason == "HTTP 400 VALIDATION_ERROR: some words");
    const std::string locked = refused(answer(429, coded("WA_REACHOUT_TIMELOCK"))).reason;
    CHECK(locked.find("463") != std::string::npos);
    CHECK(locked.find("must write first") != std::string::npos);
    CHECK(refused(answer(401, coded("AUTHENTICATION_ERROR"))).reason.find("QR code") != std::string::npos);
    CHECK(refused(answer(400, R"({"message":")" + std::string(5'000, 'x') + R"("})")).reason.size() < 500);
}

TEST_CASE("the gateway's wish to wait is kept, within a quarter of an hour") {
    CHECK(refused(answer(503, "", "7")).retry_after_ms == 7'000);
    CHECK(refused(answer(429, "", " 30 ")).retry_after_ms == 30'000);
    CHECK(refused(answer(429, "", "86400")).retry_after_ms == 900'000);
    CHECK(refused(answer(429, "", "99999999999999999999999")).retry_after_ms == 900'000);
    CHECK(refused(answer(429, "", "Sat, 25 Jan 2025 10:01:30 GMT")).retry_after_ms == 90'000);
    CHECK(refused(answer(429, "", "Sat, 25 Jan 2025 09:00:00 GMT")).retry_after_ms == 0);
    for (const char* none : {"", "-5", "soon", "1.5"}) CHECK(refused(answer(503, "", none)).retry_after_ms == 0);
}

TEST_CASE("a failed exchange is judged by how far it got") {
    CHECK(refused(failure(Errc::unavailable, net::Progress::not_sent)).kind == Class::transient);
    CHECK(refused(failure(Errc::timeout, net::Progress::not_sent)).kind == Class::transient);
    CHECK(refused(failure(Errc::overloaded, net::Progress::not_sent)).kind == Class::transient);
    CHECK(refused(failure(Errc::timeout, net::Progress::in_doubt)).kind == Class::in_doubt);
    CHECK(refused(failure(Errc::too_large, net::Progress::in_doubt)).kind == Class::in_doubt);
    CHECK(refused(failure(Errc::invalid, net::Progress::not_sent)).kind == Class::halted);
}
