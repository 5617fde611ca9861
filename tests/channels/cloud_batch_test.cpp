// Large and damaged bodies of the Cloud API.
#include <catch2/catch.hpp>
#include <chrono>

#include "channels/cloud/decode.hpp"
#include "channels/fixture_files.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const CloudResolve kAny = [](std::string_view, std::string_view) { return std::optional<AccountId>(1); };

std::string text_message(int number, const std::string& escaped_text) {
    return R"({"from":"447700900123","id":"wamid.)" + std::to_string(number) +
           R"(","timestamp":"1760000000","type":"text","text":{"body":")" + escaped_text + R"("}})";
}

std::string status(int number) {
    return R"({"id":"wamid.OUT)" + std::to_string(number) +
           R"(","status":"delivered","timestamp":"1760000001","recipient_id":"447700900123"})";
}

std::string change(const std::string& key, const std::string& items) {
    return R"({"field":"messages","value":{"metadata":{"phone_number_id":"100000000000001"},)"
           R"("contacts":[{"profile":{"name":"Ada"},"wa_id":"447700900123"}],")" +
           key + R"(":[)" + items + "]}}";
}

std::string envelope(const std::string& changes) {
    return R"({"object":"whatsapp_business_account","entry":[{"id":"2","changes":[)" + changes + "]}]}";
}

}  // namespace

TEST_CASE("a thousand updates in one body are all found") {
    std::string messages, statuses;
    for (int i = 0; i < 500; ++i) {
        messages += (i ? "," : "") + text_message(i, std::string(2'000, 'x') + std::to_string(i));
        statuses += (i ? "," : "") + status(i);
    }
    const std::string body = envelope(change("messages", messages) + "," + change("statuses", statuses));
    CHECK(body.size() > 1'000'000);
    const Result<Decoded> decoded = decode_cloud(body, kAny, 1);
    REQUIRE(decoded);
    REQUIRE(decoded->messages.size() == 500);
    REQUIRE(decoded->statuses.size() == 500);
    for (int i = 0; i < 500; ++i) {
        const std::size_t n = static_cast<std::size_t>(i);
        if (decoded->messages[n].provider_id != "wamid." + std::to_string(i)) FAIL("out of order at " << i);
        if (decoded->messages[n].sender_name != "Ada") FAIL("no name at " << i);
        if (decoded->statuses[n].provider_ids[0] != "wamid.OUT" + std::to_string(i)) FAIL("out of order at " << i);
    }
}

TEST_CASE("three megabytes are read, a bomb is not") {
    std::string messages;
    for (int i = 0; i < 1'000; ++i) messages += (i ? "," : "") + text_message(i, std::string(2'950, 'x'));
    const std::string body = envelope(change("messages", messages));
    CHECK(body.size() > 3'000'000);
    CHECK(decode_cloud(body, kAny, 1)->messages.size() == 1'000);
    std::string zeros = "0";
    for (int i = 0; i < 1'000'000; ++i) zeros += ",0";
    CHECK(decode_cloud(envelope(change("messages", zeros)), kAny, 1).error().code == Errc::too_large);
    CHECK(decode_cloud(std::string(5'000'000, ' '), kAny, 1).error().code == Errc::too_large);
}

TEST_CASE("characters that no text can hold cost nobody else a message") {
    const std::string body =
        envelope(change("messages", text_message(1, "a\\u0000b") + "," + text_message(2, "half \\ud83d pair") + "," +
                                        text_message(3, "\\ude00 \\\\u0000 \\ud83d\\ude00")));
    const Result<Decoded> decoded = decode_cloud(body, kAny, 1);
    REQUIRE(decoded);
    REQUIRE(decoded->messages.size() == 3);
    CHECK(decoded->messages[0].text == "a\uFFFDb");
    CHECK(decoded->messages[1].text == "half \uFFFD pair");
    CHECK(decoded->messages[2].text == "\uFFFD \\u0000 😀");
}

TEST_CASE("what is no webhook of the Cloud API is an error with words") {
    for (const char* body : {"", "{", "[]", "{}", R"({"entry":{}})", "null"}) {
        const Result<Decoded> decoded = decode_cloud(body, kAny, 1);
        REQUIRE(!decoded);
        CHECK_FALSE(decoded.error().message.empty());
    }
    // Well formed, and nothing in it makes sense: it is kept.
    CHECK(decode_cloud(R"({"entry":[{"id":"2"}]})", kAny, 1)->unclaimed.size() == 1);
    CHECK(decode_cloud(R"({"entry":[{"changes":[{"field":"messages"}]}]})", kAny, 1)->unclaimed.size() == 1);
    CHECK(decode_cloud(R"({"entry":[]})", kAny, 1)->unclaimed.empty());
}
