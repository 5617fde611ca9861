// What becomes of each webhook of the Cloud API, file by file.
#include <catch2/catch.hpp>

#include "channels/cloud/decode.hpp"
#include "channels/fixture_files.hpp"
#include "core/json_reader.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

constexpr UnixMillis kNow = 1'800'000'000'000;

std::optional<AccountId> resolve(std::string_view number, std::string_view waba) {
    if (number == "100000000000001") return 1;
    if (number == "100000000000002") return 2;
    if (number.empty() && waba == "200000000000001") return 1;
    return std::nullopt;
}

Decoded decode_file(const std::string& name) {
    const std::string body = test::read_whole_file(test::cloud_fixtures() / (name + ".json"));
    const Result<Decoded> decoded = decode_cloud(body, resolve, kNow);
    REQUIRE(decoded);
    return *decoded;
}

Inbound decode_one(const std::string& name) {
    Decoded decoded = decode_file(name);
    INFO(name);
    REQUIRE(decoded.messages.size() == 1);
    CHECK(decoded.statuses.empty());
    CHECK(decoded.unclaimed.empty());
    const Inbound& event = decoded.messages.front();
    CHECK(event.account == 1);
    CHECK_FALSE(event.provider_id.empty());
    return event;
}

AccountEvent decode_event(const std::string& name) {
    const Decoded decoded = decode_file(name);
    INFO(name);
    REQUIRE(decoded.events.size() == 1);
    CHECK(decoded.messages.empty());
    CHECK(decoded.unclaimed.empty());
    CHECK(decoded.events.front().account == 1);
    return decoded.events.front();
}

bool holds(const Inbound& event, IdentityKind kind, const std::string& value) {
    return std::find(event.identities.begin(), event.identities.end(), Identity{kind, value}) != event.identities.end();
}

bool mentions(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a text of the Cloud API") {
    const Inbound text = decode_one("text");
    CHECK(text.kind == EventKind::message);
    CHECK(text.type == "text");
    CHECK(text.provider_id == "wamid.IN1");
    CHECK(text.chat == "447700900123");
    CHECK(text.sender == "447700900123");
    CHECK(text.sender_name == "Ada Byron");
    CHECK(text.text == "café at 5?");
    CHECK(text.timestamp == 1'760'000'000'000);
    CHECK(text.payload.empty());
    CHECK(text.group.empty());
    CHECK(text.identities == std::vector<Identity>{{IdentityKind::phone, "447700900123"}});

    const Inbound reply = decode_one("text_reply");
    CHECK(reply.reply_to == "wamid.OUT9");
    CHECK(reply.payload.empty());
    CHECK(decode_one("text_forwarded").payload == R"({"context":{"frequently_forwarded":true}})");
    const Inbound advertised = decode_one("text_referral");
    CHECK(advertised.text == "Info?");
    CHECK(mentions(advertised.payload, R"("referral":{"source_url")"));
}

TEST_CASE("a person without a phone number is known by the user id") {
    const Inbound hidden = decode_one("text_user_id_empty_phone");
    CHECK(hidden.chat == "GB.10000000000000000001");
    CHECK(hidden.sender == "GB.10000000000000000001");
    CHECK(hidden.sender_name == "Ada Byron");
    CHECK(holds(hidden, IdentityKind::user_id, "GB.10000000000000000001"));
    CHECK(holds(hidden, IdentityKind::parent_user_id, "GB.ENT.20000000000000000001"));
    CHECK(holds(hidden, IdentityKind::username, "ada"));
    CHECK(hidden.identities.size() == 3);
    const Inbound bare = decode_one("text_user_id_no_phone_no_contact");
    CHECK(bare.chat == "GB.10000000000000000001");
    CHECK(bare.text == "hi");
}

TEST_CASE("a group's message has the group as its chat") {
    const Inbound group = decode_one("text_group");
    CHECK(group.chat == "R3JvdXBPbmU6MTIzNDU2Nzg5");
    CHECK(group.group == "R3JvdXBPbmU6MTIzNDU2Nzg5");
    CHECK(group.sender == "447700900123");
}

TEST_CASE("files of the Cloud API") {
    const struct {
        const char *file, *id, *mime, *text;
        MediaKind kind;
    } cases[] = {
        {"image", "3001", "image/jpeg", "the map", MediaKind::image},
        {"video", "3002", "video/mp4", "look", MediaKind::video},
        {"audio", "3003", "audio/mpeg", "", MediaKind::audio},
        {"voice", "3004", "audio/ogg; codecs=opus", "", MediaKind::audio},
        {"document", "3005", "application/pdf", "Minutes", MediaKind::document},
        {"sticker", "3006", "image/webp", "", MediaKind::sticker},
    };
    for (const auto& expected : cases) {
        INFO(expected.file);
        const Inbound event = decode_one(expected.file);
        CHECK(event.kind == EventKind::message);
        REQUIRE(event.media);
        CHECK(event.media->source == expected.id);
        CHECK(event.media->mime == expected.mime);
        CHECK(event.media->kind == expected.kind);
        CHECK(event.text == expected.text);
        // The digest and the address are needed when the file is fetched.
        CHECK(mentions(event.payload, "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ="));
    }
    CHECK(decode_one("document").media->name == "minutes.pdf");
    CHECK(mentions(decode_one("image").payload, "lookaside.fbsbx.com"));
    CHECK(mentions(decode_one("voice").payload, R"("voice":true)"));
}

TEST_CASE("places, cards and orders keep their structure") {
    const Inbound place = decode_one("location");
    CHECK(place.kind == EventKind::message);
    CHECK(place.text.empty());
    CHECK(mentions(place.payload, R"({"location":{"latitude":5.15E1)"));
    CHECK(mentions(decode_one("contacts").payload, R"({"contacts":[{"name":{"formatted_name":"Bob"})"));
    const Inbound order = decode_one("order");
    CHECK(order.text == "please");
    CHECK(mentions(order.payload, R"("product_items")"));
}

TEST_CASE("a choice is the text that was seen, or the command behind it") {
    const Inbound button = decode_one("button_reply");
    CHECK(button.text == "Yes");
    CHECK(button.reply_to == "wamid.OUT9");
    CHECK(mentions(button.payload, R"("id":"yes-1")"));
    CHECK(decode_one("button_reply_command").text == "/help remind");
    CHECK(decode_one("list_reply").text == "Tomorrow");
    CHECK(mentions(decode_one("list_reply").payload, "row-2"));
    CHECK(decode_one("template_button").text == "Stop");
    CHECK(decode_one("flow_reply").text == "Sent");
    CHECK(mentions(decode_one("flow_reply").payload, "flow_token"));
}

TEST_CASE("changes of earlier messages name them") {
    const Inbound reaction = decode_one("reaction");
    CHECK(reaction.kind == EventKind::reaction);
    CHECK(reaction.text == "👍");
    CHECK(reaction.refers_to == "wamid.OUT9");
    const Inbound removed = decode_one("reaction_removed");
    CHECK(removed.kind == EventKind::reaction);
    CHECK(removed.text.empty());
    const Inbound edited = decode_one("edit");
    CHECK(edited.kind == EventKind::edited);
    CHECK(edited.text == "better");
    CHECK(edited.refers_to == "wamid.IN0");
    const Inbound same_id = decode_one("edit_caption_same_id");
    CHECK(same_id.text == "new caption");
    CHECK(same_id.provider_id == "edit:wamid.IN1");
    const Inbound revoked = decode_one("revoke");
    CHECK(revoked.kind == EventKind::revoked);
    CHECK(revoked.refers_to == "wamid.IN0");
}

TEST_CASE("a changed number or user id is told as a new identity of the same person") {
    const Inbound number = decode_one("system_number");
    CHECK(number.kind == EventKind::other);
    CHECK(number.type == "system");
    CHECK(number.chat == "447700900123");
    CHECK(holds(number, IdentityKind::phone, "447700900123"));
    CHECK(holds(number, IdentityKind::phone, "447700900999"));
    CHECK(holds(decode_one("system_user_id"), IdentityKind::user_id, "GB.99999999999999999999"));
    CHECK(mentions(decode_one("system_identity").payload, "customer_identity_changed"));
}

TEST_CASE("what is not understood is kept whole") {
    for (const char* file : {"unsupported", "future_type", "interactive_without_body"}) {
        const Inbound event = decode_one(file);
        CHECK(event.kind == EventKind::other);
        CHECK(event.chat == "447700900123");
        CHECK(mentions(event.payload, event.type));
        CHECK(mentions(event.payload, "wamid.IN1"));
    }
    CHECK(mentions(decode_one("future_type").payload, R"("hologram":{"x":1})"));
    // The error beside a message is no part of it.
    REQUIRE(decode_file("interactive_without_body").events.size() == 1);
    CHECK(mentions(decode_file("interactive_without_body").events[0].payload, "131000"));
}

TEST_CASE("statuses of the Cloud API") {
    const Decoded decoded = decode_file("status_all");
    REQUIRE(decoded.statuses.size() == 4);
    CHECK(decoded.statuses[0].status == DeliveryStatus::sent);
    CHECK(decoded.statuses[0].message == 7'300'000'000'000'000'001);
    CHECK(decoded.statuses[0].provider_ids == std::vector<std::string>{"wamid.OUT1"});
    CHECK(decoded.statuses[0].timestamp == 1'760'000'001'000);
    for (const char* part : {"pricing", "conversation", "recipient_id"})
        CHECK(mentions(decoded.statuses[0].details, part));
    CHECK(decoded.statuses[1].status == DeliveryStatus::delivered);
    CHECK(decoded.statuses[2].status == DeliveryStatus::read);
    CHECK(decoded.statuses[3].status == DeliveryStatus::played);

    const Decoded failed = decode_file("status_failed_window");
    REQUIRE(failed.statuses.size() == 1);
    CHECK(failed.statuses[0].status == DeliveryStatus::failed);
    CHECK(failed.statuses[0].message == 7'300'000'000'000'000'002);
    CHECK(mentions(failed.statuses[0].reason, "131047"));
    CHECK(mentions(failed.statuses[0].reason, "template"));
    CHECK_FALSE(failed.statuses[0].passing);
    const auto failed_with = [](const std::string& errors) {
        std::string body = test::read_whole_file(test::cloud_fixtures() / "status_failed_window.json");
        const auto start = body.find("\"errors\":");
        body.replace(start, body.find("}}]", start) + 3 - start, "\"errors\":" + errors);
        return decode_cloud(body, resolve, kNow).value().statuses.at(0);
    };
    const auto passes = [&](const std::string& errors) { return failed_with(errors).passing; };
    CHECK(passes(R"([{"code":131000}])"));
    CHECK(passes(R"([{"code":130429},{"code":131056}])"));
    CHECK_FALSE(passes(R"([{"code":131000},{"code":131026}])"));
    CHECK_FALSE(passes(R"([{"code":424242}])"));
    CHECK_FALSE(passes("[]"));
    CHECK(failed_with(R"([{"code":131048}])").alarm);
    CHECK(failed_with(R"([{"code":131000},{"code":131042}])").alarm);
    CHECK_FALSE(failed_with(R"([{"code":131026},{"code":424242}])").alarm);
    CHECK(failed_with(R"([{"code":131026}])").opted_out.empty());
    const auto opted_out = failed_with(R"([{"code":131050}])").opted_out;
    REQUIRE(opted_out.size() == 1);
    CHECK(opted_out.front().kind == IdentityKind::phone);
    CHECK(opted_out.front().value == "447700900123");

    const Decoded hidden = decode_file("status_user_id");
    REQUIRE(hidden.statuses.size() == 1);
    CHECK(hidden.statuses[0].message == 0);  // the data is somebody else's
    CHECK(mentions(hidden.statuses[0].details, "recipient_user_id"));

    const Inbound unknown = decode_one("status_unknown_word");
    CHECK(unknown.kind == EventKind::other);
    CHECK(unknown.chat == "447700900123");
    CHECK(mentions(unknown.payload, "captured"));
}

TEST_CASE("what has a chat but asks for nothing") {
    const Inbound echo = decode_one("echo");
    CHECK(echo.kind == EventKind::other);
    CHECK(echo.chat == "447700900123");
    CHECK(echo.sender == "447700900100");
    CHECK(mentions(echo.payload, "from the phone"));
    const auto heard = decode_file("echo").echoes;
    REQUIRE(heard.size() == 1);
    CHECK(heard.front().chat == echo.chat);
    CHECK(heard.front().by_human);
    const Inbound created = decode_one("group_created");
    CHECK(created.kind == EventKind::other);
    CHECK(created.type == "group_create");
    CHECK(created.chat == "R3JvdXBPbmU6MTIzNDU2Nzg5");
    CHECK(decode_one("group_participants").type == "group_participants_add");
    const Inbound call = decode_one("call");
    CHECK(call.type == "call");
    CHECK(call.chat == "447700900123");
    const Inbound preference = decode_one("preference");
    CHECK(preference.type == "user_preferences");
    CHECK(mentions(preference.payload, R"("value":"stop")"));
    CHECK(preference.timestamp == 1'760'000'000'000);
}

TEST_CASE("what is about the account") {
    const std::pair<const char*, const char*> cases[] = {
        {"template_status", "message_template_status_update"},
        {"template_quality", "message_template_quality_update"},
        {"template_category", "template_category_update"},
        {"account_update", "account_update"},
        {"capability", "business_capability_update"},
        {"number_quality", "phone_number_quality_update"},
        {"security", "security"},
        {"field_future", "holograms"},
        {"errors_only", "errors"},
    };
    for (const auto& [file, type] : cases) {
        const AccountEvent event = decode_event(file);
        CHECK(event.type == type);
        CHECK(parse_json(event.payload));
        CHECK(event.timestamp >= 1'760'000'000'000);
    }
    CHECK(mentions(decode_event("template_status").payload, "APPROVED"));
    CHECK(mentions(decode_event("errors_only").payload, "130429"));
    CHECK(mentions(decode_event("field_future").payload, R"("holograms":[{"x":1}])"));
}

TEST_CASE("a batch for several numbers, with damage in it") {
    const Decoded decoded = decode_file("batch_with_damage");
    REQUIRE(decoded.messages.size() == 4);
    CHECK(decoded.messages[0].text == "one");
    CHECK(decoded.messages[1].text == "two");
    CHECK(decoded.messages[2].provider_id == "wamid.A1");  // twice in one body: the intake's to see
    CHECK(decoded.messages[3].account == 2);
    CHECK(decoded.statuses.size() == 2);
    REQUIRE(decoded.unclaimed.size() == 4);
    CHECK(mentions(decoded.unclaimed[0].raw, R"("messages":["damaged"])"));
    CHECK(mentions(decoded.unclaimed[1].raw, "from nobody"));
    CHECK(mentions(decoded.unclaimed[2].reason, "999999999999999"));
    CHECK(mentions(decoded.unclaimed[2].raw, "to another number"));
    CHECK(mentions(decoded.unclaimed[3].reason, "status"));
}

TEST_CASE("what nobody claimed can be read again, as a webhook of its own") {
    const Decoded decoded = decode_file("batch_with_damage");
    for (const Decoded::Unclaimed& part : decoded.unclaimed) {
        INFO(part.raw);
        const Result<Decoded> again = decode_cloud(part.raw, resolve, kNow);
        REQUIRE(again);
        CHECK(again->messages.size() + again->statuses.size() + again->events.size() == 0);
        REQUIRE(again->unclaimed.size() == 1);
        CHECK(again->unclaimed[0].reason == part.reason);
        CHECK(again->unclaimed[0].raw == part.raw);
    }
    // Somebody made an account of the number that nobody knew.
    const auto knows_all = [](std::string_view, std::string_view) { return std::optional<AccountId>(3); };
    const Result<Decoded> claimed = decode_cloud(decoded.unclaimed[2].raw, knows_all, kNow);
    REQUIRE(claimed);
    CHECK(claimed->unclaimed.empty());
    REQUIRE(claimed->messages.size() == 1);
    CHECK(claimed->messages[0].text == "to another number");
    CHECK(claimed->messages[0].sender_name == "Ada Byron");
}

TEST_CASE("every fixture of the Cloud API is looked at") {
    CHECK(test::list_files(test::cloud_fixtures()).size() == 51);
}
