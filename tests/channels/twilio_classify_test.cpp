#include "channels/twilio/classify.hpp"

#include <set>

#include "channels/twilio/errors.hpp"
#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;
using Class = SendError::Class;

namespace {

constexpr UnixMillis kNow = 1'692'853'305'000;

net::ClientResult answer(int status, std::string body) {
    net::ClientResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

SendError refused(int status, const std::string& body) {
    const SendResult result = classify_twilio_answer(answer(status, body), kNow);
    REQUIRE(!result);
    return result.error();
}

std::string code(int number, const std::string& words = "words") {
    return R"({"code":)" + std::to_string(number) + R"(,"message":")" + words + R"(","more_info":"u","status":400})";
}

}  // namespace

TEST_CASE("a message that Twilio takes has its id") {
    CHECK(classify_twilio_answer(answer(201, R"({"sid":"SM1","status":"queued","error_code":null})"), kNow)
              ->provider_id == "SM1");
    CHECK(classify_twilio_answer(answer(201, R"({"sid":")" + std::string(500, 'x') + R"("})"), kNow)
              ->provider_id.size() == 71);
}

TEST_CASE("an answer without a message's id leaves the send in doubt") {
    for (const char* body : {"", "<html>", "{}", R"({"status":"queued"})", R"({"sid":"","status":"queued"})"}) {
        INFO(body);
        const SendError error = refused(201, body);
        CHECK(error.kind == Class::in_doubt);
        CHECK(error.reason.find("TWILIO_API_URL") != std::string::npos);
    }
}

TEST_CASE("Twilio's error codes decide, not the HTTP status") {
    struct Row {
        int code;
        Class kind;
        const char* words;
    };
    for (const Row& row :
         {Row{20003, Class::halted, "TWILIO_AUTH_TOKEN"}, Row{63007, Class::halted, "no WhatsApp sender"},
          Row{30002, Class::halted, "suspended"}, Row{20429, Class::throttled, ""},
          Row{63018, Class::throttled, "24 hours"}, Row{63038, Class::throttled, "tomorrow"},
          Row{20500, Class::transient, ""}, Row{20503, Class::transient, ""}, Row{63010, Class::transient, ""},
          Row{63012, Class::transient, ""}, Row{63016, Class::permanent, "template"},
          Row{63015, Class::permanent, "join"}, Row{63019, Class::permanent, "PUBLIC_URL"},
          Row{21211, Class::permanent, "number"}, Row{21610, Class::permanent, "STOP"},
          Row{21617, Class::permanent, "1600"}, Row{21999, Class::permanent, ""}, Row{63888, Class::permanent, ""}}) {
        INFO(row.code);
        for (const int status : {400, 429, 500}) {
            const SendError error = refused(status, code(row.code));
            CHECK(error.kind == row.kind);
            CHECK(error.code == row.code);
            CHECK(error.alarm == (row.kind == Class::halted || row.code == 63038));
            CHECK(error.opted_out == (row.code == 21610));
            CHECK(error.reason.find(row.words) != std::string::npos);
            CHECK(error.reason.starts_with("HTTP " + std::to_string(status) + " " + std::to_string(row.code)));
            CHECK(error.reason.ends_with(": words"));
        }
    }
}

TEST_CASE("without a code that is known the HTTP status decides") {
    struct Row {
        int status;
        Class kind;
    };
    for (const Row& row :
         {Row{400, Class::permanent}, Row{401, Class::halted}, Row{403, Class::halted}, Row{404, Class::permanent},
          Row{409, Class::transient}, Row{429, Class::throttled}, Row{302, Class::halted}, Row{500, Class::in_doubt},
          Row{502, Class::in_doubt}, Row{503, Class::transient}, Row{504, Class::in_doubt}}) {
        INFO(row.status);
        for (const std::string& body : {std::string(), std::string("<html>"), code(99'999), std::string("[1]")})
            CHECK(refused(row.status, body).kind == row.kind);
    }
    // Accepted and refused in one breath.
    CHECK(refused(201, R"({"sid":"SM1","status":"failed","error_code":63016,"error_message":"late"})").kind ==
          Class::permanent);
    CHECK(refused(201, R"({"sid":"SM1","status":"undelivered","error_code":63018})").kind == Class::throttled);
    CHECK(refused(201, R"({"sid":"SM1","status":"failed"})").kind == Class::permanent);
}

TEST_CASE("the wish to wait, and answers that never came") {
    net::ClientResponse busy;
    busy.status = 429;
    busy.headers.set("Retry-After", "3");
    CHECK(classify_twilio_answer(busy, kNow).error().retry_after_ms == 3'000);
    const auto lost = [](Errc code, net::Progress progress) {
        return classify_twilio_answer(net::ClientError{make_error(code, "why"), progress}, kNow).error();
    };
    CHECK(lost(Errc::timeout, net::Progress::in_doubt).kind == Class::in_doubt);
    CHECK(lost(Errc::unavailable, net::Progress::not_sent).kind == Class::transient);
    CHECK(lost(Errc::invalid, net::Progress::not_sent).kind == Class::halted);
    CHECK(lost(Errc::denied, net::Progress::not_sent).kind == Class::halted);
    CHECK(lost(Errc::timeout, net::Progress::in_doubt).reason == "no answer from Twilio: why");
}

TEST_CASE("the table of errors") {
    CHECK(find_twilio_error(12'345) == nullptr);
    CHECK(twilio_code_of_whatsapp(470) == 63016);
    CHECK(twilio_code_of_whatsapp(471) == 63018);
    CHECK(twilio_code_of_whatsapp(472) == 63032);
    CHECK(twilio_code_of_whatsapp(63016) == 63016);
    CHECK(twilio_reason(0, "").empty());
    CHECK(twilio_reason(0, " words ") == "words");
    CHECK(twilio_reason(99'999, "") == "99999");
    CHECK(twilio_reason(63012, "words") == "63012: words");
    CHECK(twilio_reason(63012, std::string(1'000, 'x')).size() < 320);
    std::set<std::string> names;
    for (const Class kind :
         {Class::transient, Class::in_doubt, Class::throttled, Class::crowded, Class::permanent, Class::halted})
        names.insert(to_string(kind));
    CHECK(names.size() == 6);
}
