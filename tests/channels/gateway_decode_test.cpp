// Every fixture of the gateway, one row each: what the host makes of it.
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "channels/fixture_files.hpp"
#include "channels/gateway/decode.hpp"
#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

constexpr UnixMillis kNow = 1'800'000'000'000;
const std::string kAda = "447700900123", kGroup = "120363041234567890", kLid = "98765432101234";
const std::string kAdaChat = kAda + "@s.whatsapp.net", kGroupChat = kGroup + "@g.us";
const std::string kDigest = "digest";  // stands for "sha256:" and the digest of the file

struct Expected {
    const char* file;
    EventKind kind;
    std::string chat, sender, group, provider_id, text;
    std::string refers_to = "", reply_to = "";
    MediaKind media = MediaKind::none;
    std::string source = "";
    std::string payload_has = "";  // "" means: no payload at all
};

const auto message = EventKind::message;

const Expected kMessages[] = {
    {"first/text_direct", message, kAdaChat, kAda, "", "A1FIRST", "/weather Leeds"},
    {"first/text_group", message, kGroupChat, kAda, kGroup, "A2FIRST", "./weather Leeds"},
    {"first/image_caption", message, kAdaChat, kAda, "", "A3FIRST", "/read", "", "", MediaKind::image,
     "statics/media/1700000001-kettle.png"},
    {"first/file_caption", message, kAdaChat, kAda, "", "A4FIRST", "/print 2", "", "", MediaKind::document,
     "statics/media/1700000002-plans.zip"},
    {"first/hook", message, kAdaChat, kAda, "", "", "./deadline_api", "", "", MediaKind::none, "",
     "\"application_id\":11"},
    {"first/nbsp", message, kAdaChat, kAda, "", "A5FIRST", "/add 1 2"},

    {"v4/text", message, kAdaChat, kAda, "", "B1V4", "good morning"},
    {"v4/group_device", message, kGroupChat, kAda, kGroup, "B2V4", "./tide"},
    {"v4/old_group", message, "447700900456-1583000000@g.us", kAda, "447700900456-1583000000", "B9V4", "./old"},
    {"v4/reply", message, kAdaChat, kAda, "", "B3V4", "at nine", "", "B1ORIG", MediaKind::none, "",
     R"({"quoted_text":"when do we meet?"})"},
    {"v4/forwarded", message, kAdaChat, kAda, "", "B4V4", "read this", "", "", MediaKind::none, "",
     R"({"forwarded":true})"},
    {"v4/location", message, kAdaChat, kAda, "", "B5V4", "", "", "", MediaKind::none, "", R"({"location":{)"},
    {"v4/list", message, kAdaChat, kAda, "", "B6V4", "", "", "", MediaKind::none, "", R"("buttonText":"Choose")"},
    {"v4/order", message, kAdaChat, kAda, "", "B7V4", "", "", "", MediaKind::none, "", R"("orderID":"77")"},
    {"v4/contact", message, kAdaChat, kAda, "", "B8V4", "", "", "", MediaKind::none, "", R"("displayName":"Plumber")"},
    {"v4/reaction", EventKind::reaction, kAdaChat, kAda, "", "reaction:BAV4", "🎉", "B1V4"},
    {"v4/audio", message, kAdaChat, kAda, "", "BBV4", "", "", "", MediaKind::audio,
     "statics/media/1700000003-note.oga"},

    {"v5/text", message, kAdaChat, kAda, "", "C1V5", "Hi there"},
    {"v5/document_without_message", message, kAdaChat, kAda, "", kDigest, "the bill", "", "", MediaKind::document,
     "statics/media/1700000004-bill.pdf"},
    {"v5/text_without_id", message, kAdaChat, kAda, "", kDigest, "ok"},
    {"v6/group_lid", message, kGroupChat, kAda, kGroup, "D1V6", "hello all"},
    {"v6/lid_unresolved", message, kLid + "@lid", kLid, "", "D2V6", "who am I"},
    {"v6/revoked", EventKind::revoked, kAdaChat, kAda, "", "revoke:D3V6", "", "D1V6"},
    {"v6/edited", EventKind::edited, kAdaChat, kAda, "", "edit:D4V6", "hello you all"},

    {"v7/text", message, kAdaChat, kAda, "", "E1V7", "is it raining?", "", "E0ORIG", MediaKind::none, "",
     "take a coat"},
    {"v7/image_url_only", message, kAdaChat, kAda, "", "E2V7", "my kettle", "", "", MediaKind::image,
     "https://mmg.whatsapp.net/v/t62.7118-24/kettle.enc?ccb=1"},
    {"v7/video_note", message, kAdaChat, kAda, "", "E3V7", "", "", "", MediaKind::video,
     "statics/media/1700000005-wave.m4v"},
    {"v7/edited", EventKind::edited, kAdaChat, kAda, "", "edit:E4V7", "is it snowing?", "E1V7"},
    {"v7/delete_for_me", EventKind::other, kAdaChat, kAda, "", "event.delete_for_me:E5V7", "", "", "", MediaKind::none,
     "", "deleted_message_id"},
    {"v7/group_leave", EventKind::other, kGroupChat, "", kGroup, kDigest, "", "", "", MediaKind::none, "",
     R"("event":"group.participants")"},

    {"v8/text", message, kAdaChat, kAda, "", "G1V8", "Hello from eight"},
    {"v8/image_media_path", message, kAdaChat, kAda, "", "G3V8", "the cat", "", "", MediaKind::image,
     "statics/media/1700000006-cat.jpeg"},

    {"v9/text", message, kAdaChat, kAda, "", "H1V9", "Good evening"},
    {"v9/group_text", message, kGroupChat, kAda, kGroup, "H2V9", "@447700900999 ./tide"},
    {"v9/lid_from_number_chat", message, kAdaChat, kAda, "", "H3V9", "hi"},
    {"v9/reply", message, kAdaChat, kAda, "", "H5V9", "yes", "", "H1ORIG", MediaKind::none, "", "shall we?"},
    {"v9/reaction", EventKind::reaction, kAdaChat, kAda, "", "reaction:H6V9", "🙂", "H1V9"},
    {"v9/reaction_removed", EventKind::reaction, kAdaChat, kAda, "", "reaction:H7V9", "", "H1V9"},
    {"v9/edited", EventKind::edited, kAdaChat, kAda, "", "edit:H8V9", "Good night", "H1V9"},
    {"v9/revoked", EventKind::revoked, kAdaChat, kAda, "", "revoke:H9V9", "", "H1V9"},
    {"v9/deleted", EventKind::other, kAdaChat, kAda, "", "message.deleted:HAV9", "", "", "", MediaKind::none, "",
     "H1V9"},
    {"v9/sticker_path", message, kAdaChat, kAda, "", "HBV9", "", "", "", MediaKind::sticker,
     "statics/media/1700000007-duck.webp"},
    {"v9/document_path_caption", message, kAdaChat, kAda, "", "HCV9", "minutes", "", "", MediaKind::document,
     "statics/media/1700000008-minutes.pdf"},
    {"v9/document_url_only", message, kAdaChat, kAda, "", "HDV9", "", "", "", MediaKind::document,
     "https://mmg.whatsapp.net/v/minutes.enc"},
    {"v9/live_location", message, kAdaChat, kAda, "", "HEV9", "", "", "", MediaKind::none, "", R"({"live_location":{)"},
    {"v9/contact", message, kAdaChat, kAda, "", "HFV9", "", "", "", MediaKind::none, "", R"({"contact":{)"},
    {"v9/interactive", message, kAdaChat, kAda, "", "HGV9", "Pick one\n[Red]\n[Blue]", "", "", MediaKind::none, "",
     "interactive"},
    {"v9/referral", message, kAdaChat, kAda, "", "HHV9", "Is the lamp in stock?", "", "", MediaKind::none, "",
     "https://fb.example/lamp"},
    {"v9/view_once", message, kAdaChat, kAda, "", "HIV9", "", "", "", MediaKind::image,
     "statics/media/1700000009-once.jpeg", R"({"view_once":true})"},
    {"v9/newsletter", EventKind::other, "120363999999999999@newsletter", kAda, "", "message:HJV9", "", "", "",
     MediaKind::none, "", "news of the day"},
    {"v9/chat_presence", EventKind::other, kAdaChat, kAda, "", kDigest, "", "", "", MediaKind::none, "", "composing"},
    {"v9/label_edit", EventKind::other, "", "", "", kDigest, "", "", "", MediaKind::none, "", "Paid"},
    {"v9/unknown_event", EventKind::other, "447700900456@s.whatsapp.net", "447700900456", "", "call.offer:CALL1", "",
     "", "", MediaKind::none, "", "call.offer"},
    {"v9/ack_server_error", EventKind::other, kAdaChat, kAda, "", kDigest, "", "", "", MediaKind::none, "",
     "server-error"},
};

const std::map<std::string, std::pair<DeliveryStatus, std::vector<std::string>>> kStatuses = {
    {"v7/ack_read", {DeliveryStatus::read, {"F1OUT", "F2OUT"}}},
    {"v9/ack_delivered", {DeliveryStatus::delivered, {"I1OUT"}}},
    {"v9/ack_read", {DeliveryStatus::read, {"I1OUT", "I2OUT", "I3OUT"}}},
    {"v9/ack_played", {DeliveryStatus::played, {"I4OUT"}}},
};

const std::set<std::string> kIgnored = {
    "v5/status_broadcast", "v8/own_unmarked",         "v9/own", "v9/ack_read_self", "v9/ack_sender",
    "v9/ack_retry",        "v9/ack_status_broadcast",
};

Decoded decode(const std::string& body) {
    const Result<Decoded> decoded = decode_gateway(body, 42, kNow);
    INFO(body << "\n" << (decoded ? "" : decoded.error().message));
    REQUIRE(decoded);
    return *decoded;
}

std::string load(const std::string& name) {
    return test::read_whole_file(test::gateway_fixtures() / (name + ".json"));
}

}  // namespace

TEST_CASE("each gateway fixture becomes the message that it is") {
    for (const Expected& expected : kMessages) {
        const std::string body = load(expected.file);
        INFO(expected.file << "\n" << body);
        const Decoded decoded = decode(body);
        REQUIRE(decoded.messages.size() == 1);
        CHECK(decoded.statuses.empty());
        const Inbound& event = decoded.messages.front();
        CHECK(std::string(to_string(event.kind)) == to_string(expected.kind));
        CHECK(event.account == 42);
        CHECK(event.chat == expected.chat);
        CHECK(event.sender == expected.sender);
        CHECK(event.group == expected.group);
        const bool by_digest = expected.provider_id == kDigest;
        CHECK(event.provider_id == (by_digest ? "sha256:" + crypto::sha256_hex(body) : expected.provider_id));
        CHECK(event.text == expected.text);
        CHECK(event.refers_to == expected.refers_to);
        CHECK(event.reply_to == expected.reply_to);
        CHECK((event.media ? event.media->kind : MediaKind::none) == expected.media);
        CHECK((event.media ? event.media->source : "") == expected.source);
        INFO(event.payload);
        CHECK(event.payload.empty() == expected.payload_has.empty());
        CHECK(event.payload.find(expected.payload_has) != std::string::npos);
        if (!event.payload.empty()) CHECK(parse_json(event.payload));
    }
}

TEST_CASE("each receipt becomes a status update for all of its messages") {
    for (const auto& [name, expected] : kStatuses) {
        INFO(name);
        const Decoded decoded = decode(load(name));
        CHECK(decoded.messages.empty());
        REQUIRE(decoded.statuses.size() == 1);
        CHECK(decoded.statuses.front().account == 42);
        CHECK(decoded.statuses.front().status == expected.first);
        CHECK(decoded.statuses.front().provider_ids == expected.second);
        CHECK(decoded.statuses.front().timestamp > 1'700'000'000'000);
    }
}

TEST_CASE("our own messages, stories and receipts between devices are ignored") {
    for (const std::string& name : kIgnored) {
        INFO(name);
        const Decoded decoded = decode(load(name));
        CHECK(decoded.messages.empty());
        CHECK(decoded.statuses.empty());
    }
}

TEST_CASE("the table knows every fixture") {
    std::set<std::string> known = kIgnored;
    for (const Expected& expected : kMessages) known.insert(expected.file);
    for (const auto& [name, expected] : kStatuses) known.insert(name);
    std::set<std::string> present;
    for (const std::string& file : test::list_files(test::gateway_fixtures())) {
        present.insert(file.substr(0, file.rfind(".json")));
    }
    CHECK(known == present);
}

TEST_CASE("names, types and times of gateway messages") {
    const Inbound flat = decode(load("v4/audio")).messages.front();
    CHECK(flat.sender_name == "Ada Example");
    CHECK(flat.media->mime == "audio/ogg; codecs=opus");
    CHECK(flat.timestamp == kNow);  // v4 tells no time

    const Inbound named = decode(load("v9/document_url_only")).messages.front();
    CHECK(named.media->name == "minutes.pdf");
    CHECK(named.sender_name == "Ada Example");
    CHECK(named.timestamp == 1'767'323'045'000);

    CHECK(decode(load("v7/text")).messages.front().timestamp == 1'751'389'205'000);  // an offset of two hours
}
