// Broken webhooks: whatever bytes come, each decoder answers with an error or with fields that can be stored.
#include <algorithm>

#include "channels/cloud/decode.hpp"
#include "channels/fixture_files.hpp"
#include "channels/gateway/decode.hpp"
#include "channels/support/decode.hpp"
#include "channels/twilio/decode.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using namespace parley::channels;
using test::must;

constexpr UnixMillis now = 1'800'000'000'000;
constexpr std::size_t longest_id = 200;  // that an index takes

void check(const Inbound& event) {
    for (const auto* field : {&event.provider_id, &event.type, &event.chat, &event.sender, &event.sender_name,
                              &event.group, &event.text, &event.reply_to, &event.refers_to, &event.payload})
        must(text::is_storable(*field));
    for (const auto* id : {&event.provider_id, &event.chat, &event.reply_to, &event.refers_to})
        must(id->size() <= longest_id);
    for (const auto& identity : event.identities)
        must(!identity.value.empty() && identity.value.size() <= longest_id && text::is_storable(identity.value));
    if (event.media) must(text::is_storable(event.media->source + event.media->name + event.media->mime));
    must(event.payload.empty() || parse_json(event.payload));
}

void check(const Result<Decoded>& decoded) {
    if (!decoded) {
        must(!decoded.error().message.empty() && text::is_storable(decoded.error().message));
        return;
    }
    for (const auto& event : decoded->messages) check(event);
    for (const auto& status : decoded->statuses) {
        must(text::is_storable(status.reason) && (status.details.empty() || parse_json(status.details)));
        for (const auto& id : status.provider_ids) must(id.size() <= longest_id && text::is_storable(id));
    }
    for (const auto& event : decoded->events) must(text::is_storable(event.type) && parse_json(event.payload));
    for (const auto& part : decoded->unclaimed) must(text::is_storable(part.reason));
    for (const auto& echo : decoded->echoes) must(text::is_storable(echo.chat + echo.provider_id + echo.text));
}

const TwilioConfig& twilio() {
    static const auto config = [] {
        TwilioConfig made;
        made.account_sid = "AC5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e";
        made.from = "whatsapp:+447700900999";
        return made;
    }();
    return config;
}

void run(std::string_view bytes) {
    check(decode_gateway(bytes, 1, now));
    const auto cloud = decode_cloud(
        bytes, [](auto...) { return AccountId(1); }, now);
    check(cloud);
    // An event without an id would be taken again and again.
    if (cloud) must(std::ranges::none_of(cloud->messages, &std::string::empty, &Inbound::provider_id));
    net::Request request;
    request.method = "POST";
    request.headers.set("Content-Type", "application/x-www-form-urlencoded");
    request.body = bytes;
    check(decode_twilio(request, twilio(), 1, now));
    if (const auto message = decode_support_webhook(bytes, now)) check(to_inbound(*message, bytes, 1));
    (void)decode_support_send(bytes, now);
}

std::vector<std::string> fixtures() {
    std::vector<std::string> bodies{R"({"sender":"+44 7700 900123","receiver":"Me","content":"hello","id":"m1",)"
                                    R"("timestamp":"2025-01-25T10:05:00Z"})"};
    for (const auto& folder : {test::gateway_fixtures(), test::cloud_fixtures(), test::twilio_fixtures()})
        for (const auto& file : test::list_files(folder)) bodies.push_back(test::read_whole_file(folder / file));
    return bodies;
}

const std::vector<std::string> poison{"\\u0000",     "\xFF",
                                      "\xC0\x80",    "\\ud800",
                                      "1e400",       "null",
                                      "{}",          "[]",
                                      "\"\"",        "[[[[[[[[",
                                      "@g.us",       " in ",
                                      "\xC2\xA0",    "-1",
                                      "true",        "\"from\":",
                                      "%00",         "%FF",
                                      "%ED%A0%80",   "&&",
                                      "=",           "&From=",
                                      "whatsapp%3A", "%5B%5B",
                                      "&Body=%2F",   "&MessageStatus=read"};

}  // namespace

const test::FuzzTarget test::fuzz_target{run, fixtures(), poison, 40'000};
