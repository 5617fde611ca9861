#include "channels/payload.hpp"

#include <catch2/catch.hpp>

#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

std::string check(OutboundKind kind, const std::string& json) {
    const Result<std::string> checked = check_payload(kind, json);
    return checked ? *checked : checked.error().message;
}

std::string say(OutboundKind kind, std::string payload, std::string text = "") {
    Outbound message;
    message.kind = kind;
    message.payload = std::move(payload);
    message.text = std::move(text);
    return describe(message);
}

std::string button(const std::string& id, const std::string& title) {
    return R"({"type":"reply","reply":{"id":")" + id + R"(","title":")" + title + R"("}})";
}
std::string buttons(const std::string& list, const std::string& body = "Go?") {
    return R"({"type":"button","body":{"text":")" + body + R"("},"action":{"buttons":[)" + list + "]}}";
}
std::string list_message(const std::string& sections) {
    return R"({"type":"list","body":{"text":"When?"},"action":{"button":"Choose","sections":[)" + sections + "]}}";
}
std::string rows(int count, int from = 0) {
    std::string text;
    for (int i = from; i < from + count; ++i)
        text += (i > from ? "," : "") + std::string(R"({"id":"r)") + std::to_string(i) + R"(","title":"Row )" +
                std::to_string(i) + R"("})";
    return text;
}

constexpr auto kInteractive = OutboundKind::interactive;

}  // namespace

TEST_CASE("a payload is normalised") {
    CHECK(check(OutboundKind::location, R"( { "latitude": 1, "longitude" : 2 , "name": null } )") ==
          R"({"latitude":1,"longitude":2})");
    CHECK(check(OutboundKind::poll, R"({"question":"Tea?","options":["yes","no"],"max_answers":2})").starts_with("{"));
    CHECK(check_payload(OutboundKind::text, "{}").error().code == Errc::unsupported);
    CHECK(check_payload(OutboundKind::location, "{").error().code == Errc::invalid);
}

TEST_CASE("what is wrong with a payload is said with its place and its limit") {
    CHECK(check(OutboundKind::location, "{}") == "the document: is empty");
    CHECK(check(OutboundKind::location, R"({"latitude":1})") == "longitude: is missing");
    CHECK(check(OutboundKind::location, R"({"latitude":"x","longitude":1})") == "latitude: must be a number");
    CHECK(check(OutboundKind::contacts, "[]") == "the document: has 0 items, must have between 1 and 257");
    CHECK(check(OutboundKind::contacts, R"([{"name":{}}])") == "[0].name.formatted_name: is missing");
    CHECK(check(OutboundKind::contacts, R"([{"name":{"formatted_name":"B"},"birthday":"soon"}])") ==
          "[0].birthday: must be a date such as 1990-12-31");
    CHECK(check(OutboundKind::poll, R"({"question":"Tea?","options":["yes"]})") ==
          "options: has 1 items, must have between 2 and 12");
    CHECK(check(OutboundKind::poll, R"({"question":"Tea?","options":["yes","no"],"max_answers":3})") ==
          "max_answers: must be between 1 and the number of options");
}

TEST_CASE("buttons have their limits") {
    CHECK(check(kInteractive, buttons(button("a", "A"))).starts_with("{"));
    const std::string four =
        button("a", "A") + "," + button("b", "B") + "," + button("c", "C") + "," + button("d", "D");
    CHECK(check(kInteractive, buttons(four)) == "action.buttons: has 4 items, must have between 1 and 3");
    CHECK(check(kInteractive, buttons(button("a", std::string(21, 'x')))) ==
          "action.buttons[0].reply.title: has 21 characters, at most 20 are allowed");
    CHECK(check(kInteractive, buttons(button(std::string(257, 'x'), "A"))) ==
          "action.buttons[0].reply.id: has 257 characters, at most 256 are allowed");
    CHECK(check(kInteractive, buttons(button("a", "A") + "," + button("a", "B")))
              .starts_with("action.buttons[1].reply.id: is used twice"));
    CHECK(check(kInteractive, buttons(button("a", "A"), std::string(1025, 'x'))) ==
          "body.text: has 1025 characters, at most 1024 are allowed");
    CHECK(check(kInteractive, R"({"type":"buttons"})").starts_with("type: must be one of button, list"));
    CHECK(check(kInteractive, R"({"body":{"text":"x"}})").starts_with("type: is missing"));
}

TEST_CASE("lists have their limits") {
    CHECK(check(kInteractive, list_message(R"({"rows":[)" + rows(10) + "]}")).starts_with("{"));
    CHECK(check(kInteractive, list_message(R"({"rows":[)" + rows(11) + "]}")) ==
          "action.sections[0].rows: has 11 items, must have between 1 and 10");
    CHECK(check(kInteractive, list_message(R"({"title":"a","rows":[)" + rows(6) + R"(]},{"title":"b","rows":[)" +
                                           rows(6, 6) + "]}")) ==
          "action.sections: have 12 rows in all, at most 10 are allowed");
    CHECK(check(kInteractive, list_message(R"({"rows":[)" + rows(1) + R"(]},{"rows":[)" + rows(1, 1) + "]}")) ==
          "action.sections[0].title: is missing");
    CHECK(check(kInteractive, list_message(R"({"rows":[{"id":"a","title":"1234567890123456789012345"}]})")) ==
          "action.sections[0].rows[0].title: has 25 characters, at most 24 are allowed");
}

TEST_CASE("the other interactive messages") {
    CHECK(
        check(
            kInteractive,
            R"({"type":"cta_url","body":{"text":"x"},"action":{"name":"cta_url","parameters":{"display_text":"Go","url":"ftp://x"}}})") ==
        "action.parameters.url: must be an address that begins with https:// or http://");
    CHECK(check(kInteractive,
                R"({"type":"location_request_message","body":{"text":"x"},"action":{"name":"send_location"}})")
              .starts_with("{"));
    CHECK(check(kInteractive, R"({"type":"flow","body":{"text":"x"},"action":{"name":"flow"}})") ==
          "action.parameters: is missing");
    CHECK(check(kInteractive, R"({"type":"product","action":{"catalog_id":"1","product_retailer_id":"2"}})")
              .starts_with("{"));
    CHECK(
        check(
            kInteractive,
            R"({"type":"button","header":{"type":"image","image":{"link":"x"}},"body":{"text":"x"},"action":{"buttons":[]}})") ==
        "header.image.link: must be an address that begins with https:// or http://");
}

TEST_CASE("templates have names, languages and parameters") {
    const auto kind = OutboundKind::template_message;
    CHECK(
        check(
            kind,
            R"({"name":"order","language":{"code":"en_US"},"components":[{"type":"body","parameters":[{"type":"text","text":"5"}]}]})")
            .starts_with("{"));
    CHECK(check(kind, R"({"name":"Order","language":{"code":"en"}})").starts_with("name: has only small letters"));
    CHECK(check(kind, R"({"name":"order","language":{"code":"english"}})").starts_with("language.code: must be"));
    CHECK(check(kind, R"({"name":"order"})") == "language.code: is missing");
    CHECK(
        check(
            kind,
            R"({"name":"order","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text"}]}]})") ==
        "components[0].parameters[0].text: is missing");
    CHECK(check(kind, R"({"name":"order","language":{"code":"en"},"components":[{"type":"button","sub_type":"url"}]})")
              .starts_with("components[0].index: is missing"));
}

TEST_CASE("Twilio's templates are named by content ids, which have their language in them") {
    const auto kind = OutboundKind::template_message;
    const std::string name = R"({"name":"HX0123456789abcdefABCDEF0123456789")";
    CHECK(check(kind, name + "}").starts_with("{"));
    CHECK(check(kind, name + R"(,"language":{"code":"en"}})").starts_with("{"));
    CHECK(check(kind, name + R"(,"language":{"code":"english"}})").starts_with("language.code: must be"));
    CHECK(check(kind, R"({"name":"HX0123"})").find("HX and 32 hexadecimal digits") != std::string::npos);
}

TEST_CASE("structured messages said in words") {
    CHECK(
        say(OutboundKind::location, R"({"latitude":51.5,"longitude":-0.125,"name":"Office","address":"1 Main St"})") ==
        "Office\n1 Main St\nhttps://maps.google.com/?q=51.5,-0.125");
    CHECK(
        say(OutboundKind::contacts,
            R"([{"name":{"formatted_name":"Bob"},"phones":[{"phone":"+44 7700"},{"wa_id":"4477"}]},{"name":{"formatted_name":"Eve"}}])") ==
        "Bob\n+44 7700\n+4477\n\nEve");
    CHECK(say(kInteractive, buttons(button("y", "Yes") + "," + button("/help", "Help"))) ==
          "Go?\n\n1. Yes\n2. Help: /help");
    CHECK(
        say(kInteractive,
            list_message(
                R"({"title":"Day","rows":[{"id":"a","title":"Monday","description":"at 9"}]},{"title":"Night","rows":[{"id":"b","title":"Friday"}]})")) ==
        "When?\n\nDay\n1. Monday (at 9)\nNight\n2. Friday");
    CHECK(
        say(kInteractive,
            R"({"type":"cta_url","header":{"type":"text","text":"News"},"body":{"text":"Read"},"footer":{"text":"bye"},"action":{"name":"cta_url","parameters":{"display_text":"Open","url":"https://x.org"}}})") ==
        "News\nRead\n\nOpen: https://x.org\n\nbye");
    const std::string order =
        R"({"name":"order","language":{"code":"en"},"components":[{"type":"body","parameters":[{"type":"text","text":"Ada"},{"type":"currency","currency":{"fallback_value":"5 GBP"}}]}]})";
    CHECK(say(OutboundKind::template_message, order) == "[order] Ada, 5 GBP");
    CHECK(say(OutboundKind::template_message, order, "Your order, Ada") == "Your order, Ada");
    CHECK(say(OutboundKind::poll, R"({"question":"Tea?","options":["yes","no"]})") == "Tea?\n\n1. yes\n2. no");
    CHECK(say(OutboundKind::poll, "broken", "as it was") == "as it was");
}
