#include "services/service_fixture.hpp"

#include <cstdio>
#include <future>
#include <pqxx/pqxx>

#include "core/text.hpp"
#include "parley/abi/services/clock.h"
#include "parley/abi/services/log.h"

namespace parley::test {
namespace {

using services::borrow;
using Collected = ServiceFixture::Collected;

// PostgreSQL ends a text at U+0000, and refuses what is not UTF-8: neither may get as far as an effect.
const std::string unstorable[] = {std::string("a\0b", 3), "\xff", "half a character \xc3", "\xed\xa0\x80"};

TEST_CASE("a text that cannot be stored is refused where it comes in") {
    ServiceFixture host;
    auto* call = host.call.get();
    for (const auto& bad : unstorable) {
        INFO(bad);
        parley_outgoing out{};
        out.size = sizeof out;
        out.text = borrow(bad);
        CHECK(host.messaging().send(call, &out) == PARLEY_INVALID);
        out.text = borrow("fine");
        out.to = borrow(bad);
        CHECK(host.messaging().send(call, &out) == PARLEY_INVALID);
        out.to = {};
        out.reply_to = borrow(bad);
        CHECK(host.messaging().send(call, &out) == PARLEY_INVALID);
        out.reply_to = {};
        out.kind = PARLEY_OUT_MEDIA;
        out.media = borrow("bytes");
        out.media_name = borrow(bad);
        CHECK(host.messaging().send(call, &out) == PARLEY_INVALID);
        out.media_name = {};
        out.media_mime = borrow(bad);
        CHECK(host.messaging().send(call, &out) == PARLEY_INVALID);

        CHECK(host.storage().put(call, borrow(bad), borrow("1")) == PARLEY_INVALID);
        CHECK(host.storage().put(call, borrow("key"), borrow("\"" + bad + "\"")) == PARLEY_INVALID);
        CHECK(host.storage().remove(call, borrow(bad)) == PARLEY_INVALID);
        Collected nothing;
        CHECK(host.storage().get(call, borrow(bad), nothing.sink()) == PARLEY_INVALID);
        CHECK(host.storage().list(call, borrow(bad), {}, 10, nothing.sink()) == PARLEY_INVALID);
        CHECK(host.timers().set(call, borrow(bad), 0, {}) == PARLEY_INVALID);
        CHECK(host.timers().set(call, borrow("name"), 0, borrow("\"" + bad + "\"")) == PARLEY_INVALID);
        host.state->from_admin = true;
        CHECK(host.table<parley_settings>(PARLEY_SETTINGS).set(call, borrow("openai_api_key"), borrow(bad)) ==
              PARLEY_INVALID);
        CHECK(host.table<parley_users>(PARLEY_USERS).set_group(call, borrow(bad), borrow("x")) == PARLEY_INVALID);
        CHECK(host.table<parley_users>(PARLEY_USERS).set_group(call, borrow("1"), borrow(bad)) == PARLEY_INVALID);
    }
    // JSON can spell a NUL without holding one.
    CHECK(host.storage().put(call, borrow("key"), borrow("\"\\u0000\"")) == PARLEY_INVALID);
    CHECK(host.storage().put(call, borrow("key"), borrow("{\"a\\u0000\": 1}")) == PARLEY_INVALID);
    CHECK(host.storage().put(call, borrow("key"), borrow("\"\\ud800\"")) == PARLEY_INVALID);
    CHECK(host.timers().set(call, borrow("name"), 0, borrow("\"\\u0000\"")) == PARLEY_INVALID);
    CHECK(host.state->effects.plain());
    CHECK(host.state->effects.replies.empty());
}

TEST_CASE("what a plugin says of its failure can be stored, whatever it is made of") {
    ServiceFixture host;
    for (const auto& bad : unstorable) {
        host.services.report(host.call.get(), bad);
        CHECK(text::is_storable(host.services.reported(host.call.get())));
    }
    host.services.report(host.call.get(), "fine \xd8\xb3");
    CHECK(host.services.reported(host.call.get()) == "fine \xd8\xb3");
    std::string letters;
    for (int i = 0; i < 5000; ++i) letters += "\xd8\xb3";
    host.services.report(host.call.get(), "x" + letters);
    CHECK(host.services.reported(host.call.get()) == "x" + letters.substr(0, 4094));
}

TEST_CASE("a long line of the log ends between two characters and is kept") {
    ServiceFixture host;
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> nowhere(std::fopen("/dev/null", "w"), &std::fclose);
    host.services.with().log = Logger::to(nowhere.get(), LogFormat::json, LogLevel::info);
    std::string letters;
    for (int i = 0; i < 5000; ++i) letters += "\xd8\xb3";
    host.table<parley_log>(PARLEY_LOG).write(host.call.get(), PARLEY_LOG_ERROR, borrow("x" + letters));
    const auto lines = host.services.recent_log().of("plugin");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].text == "x" + letters.substr(0, 4094));
}

TEST_CASE("a handling sees its own writes, and its commit knows what it read") {
    ServiceFixture host;
    host.store("a", "1");
    auto* call = host.call.get();
    Collected read;
    CHECK(host.storage().get(call, borrow("a"), read.sink()) == PARLEY_OK);
    CHECK(host.storage().get(call, borrow("b"), read.sink()) == PARLEY_NOT_FOUND);
    CHECK(host.storage().put(call, borrow("a"), borrow("2")) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("b"), borrow("3")) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("c"), borrow("4")) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("a"), borrow("5")) == PARLEY_OK);
    CHECK(host.storage().get(call, borrow("a"), read.sink()) == PARLEY_OK);
    CHECK(read.values == std::vector<std::string>{"1", "5"});
    Collected listed;
    CHECK(host.storage().list(call, {}, {}, 0, listed.sink()) == PARLEY_OK);
    CHECK(listed.values == std::vector<std::string>{"a", "5", "b", "3", "c", "4"});
    CHECK(host.storage().remove(call, borrow("b")) == PARLEY_OK);
    CHECK(host.storage().get(call, borrow("b"), read.sink()) == PARLEY_NOT_FOUND);

    const auto& writes = host.state->effects.storage;
    REQUIRE(writes.size() == 3);
    CHECK(writes[0].key == "a");
    CHECK(writes[0].value == "5");
    CHECK(writes[0].expected == 1);
    CHECK(writes[1].expected == 0);
    CHECK_FALSE(writes[1].value.has_value());
    CHECK_FALSE(writes[2].expected.has_value());  // it was not read
}

TEST_CASE("a handling writes so much and no more") {
    ServiceFixture host;
    auto* call = host.call.get();
    const std::string big = '"' + std::string((1u << 20) - 2, 'x') + '"';
    for (int i = 0; i < 64; ++i)
        CHECK(host.storage().put(call, borrow("big" + std::to_string(i)), borrow(big)) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("more"), borrow("1")) == PARLEY_TOO_LARGE);
    for (int i = 0; i < 100; ++i) CHECK(host.storage().put(call, borrow("big0"), borrow(big)) == PARLEY_OK);
    for (int i = 0; i < 64; ++i) CHECK(host.storage().remove(call, borrow("big" + std::to_string(i))) == PARLEY_OK);
    int put = 64;
    while (host.storage().put(call, borrow("small" + std::to_string(put)), borrow("1")) == PARLEY_OK) ++put;
    CHECK(put == 10'000);
    CHECK(host.storage().put(call, borrow("small64"), borrow("2")) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("one too many"), borrow("1")) == PARLEY_TOO_LARGE);
}

TEST_CASE("what a plugin writes at its start is committed with its version, or not at all") {
    ServiceFixture host;
    host.store("count", "1");
    auto& services = host.services;
    const auto open = [&] { return services.open_call("plugin", [](std::string_view) { return true; }); };

    auto* call = open();
    Collected read;
    CHECK(host.storage().get(call, borrow("count"), read.sink()) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("count"), borrow("10")) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("fresh"), borrow("1")) == PARLEY_OK);
    host.store("count", "2");  // a handling of the version that still serves
    const auto refused = services.commit_call(call, "2.0.0");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == Errc::unavailable);
    CHECK(host.stored("count") == "2");
    CHECK(host.stored("fresh") == "(none)");
    CHECK(services.stored_version("plugin").empty());

    call = open();
    CHECK(host.storage().put(call, borrow("fresh"), borrow("1")) == PARLEY_OK);
    services.drop_call(call);
    CHECK(host.stored("fresh") == "(none)");

    call = open();
    CHECK(host.storage().get(call, borrow("count"), read.sink()) == PARLEY_OK);
    CHECK(host.storage().put(call, borrow("count"), borrow("20")) == PARLEY_OK);
    CHECK(services.commit_call(call, "2.0.0"));
    CHECK(host.stored("count") == "20");
    CHECK(services.stored_version("plugin") == "2.0.0");
}

TEST_CASE("a reply goes to the chat that is being handled") {
    ServiceFixture host;
    parley_outgoing out{};
    out.size = sizeof out;
    out.text = borrow("  hello \n");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_OK);
    out.to = borrow("4420");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_OK);
    const auto& replies = host.state->effects.replies;
    REQUIRE(replies.size() == 2);
    CHECK(replies[0].text == "hello");
    CHECK(replies[0].chat == "923001234567@s");
    CHECK(replies[1].chat == "4420@s");
    out.text = borrow("  ");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_INVALID);
    const std::string long_text(4 * 65'536 + 1, 'x');
    out.text = borrow(long_text);
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_TOO_LARGE);
}

TEST_CASE("a text may be as long as the messenger takes, in any script") {
    ServiceFixture host;
    std::string text;
    for (int i = 0; i < 65'536; ++i) text += "😀";
    parley_outgoing out{};
    out.size = sizeof out;
    out.kind = PARLEY_OUT_TEXT;
    out.text = borrow(text);
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_OK);
    text += '.';
    out.text = borrow(text);
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_TOO_LARGE);
}

TEST_CASE("what was sent is changed where the channel can, and refused with words where it cannot") {
    ServiceFixture host;
    parley_outgoing out{};
    out.size = sizeof out;
    out.kind = PARLEY_OUT_EDIT;
    out.text = borrow("better");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_INVALID);
    out.reply_to = borrow("3EB0");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_UNSUPPORTED);
    CHECK(host.messaging().presence(host.call.get(), 1) == PARLEY_UNSUPPORTED);
    host.can_correct = true;
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_OK);
    out.text = borrow("");
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_INVALID);
    out.kind = PARLEY_OUT_REVOKE;
    CHECK(host.messaging().send(host.call.get(), &out) == PARLEY_OK);
    CHECK(host.messaging().presence(host.call.get(), 1) == PARLEY_OK);
    CHECK(host.messaging().presence(host.call.get(), 0) == PARLEY_OK);
    CHECK(host.presence == "+-");
    const auto& sent = host.state->effects.replies;
    REQUIRE(sent.size() == 2);
    CHECK(sent[0].kind == OutboundKind::edit);
    CHECK(sent[0].text == "better");
    CHECK(sent[1].kind == OutboundKind::revoke);
    CHECK(sent[1].reply_to == "3EB0");
}

TEST_CASE("a handling that was given up gets nothing any more") {
    ServiceFixture host;
    host.state->gone = true;
    CHECK(host.storage().put(host.call.get(), borrow("a"), borrow("1")) == PARLEY_GONE);
    CHECK(host.timers().set(host.call.get(), borrow("a"), 0, {}) == PARLEY_GONE);
    CHECK(host.state->effects.plain());
}

TEST_CASE("a file that is not to be had leaves the plugin time to say so, and is not its fault") {
    ServiceFixture host;
    const auto& files = host.table<parley_media>(PARLEY_MEDIA);
    Collected reference;
    CHECK(files.reference(host.call.get(), reference.sink()) == PARLEY_NOT_FOUND);
    host.message.media.emplace();
    host.state->deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    for (const auto code : {Errc::not_found, Errc::too_large, Errc::denied, Errc::invalid}) {
        host.fetched = make_error(code, "it is larger than 5 MiB");
        CHECK(files.reference(host.call.get(), reference.sink()) == PARLEY_UNAVAILABLE);
        CHECK(host.call->last_error == "the file could not be fetched: it is larger than 5 MiB");
        CHECK(host.fetch_deadline <= host.state->deadline - std::chrono::seconds(1));
    }
    host.fetched = make_error(Errc::timeout, "the file did not arrive in time");
    CHECK(files.reference(host.call.get(), reference.sink()) == PARLEY_TIMEOUT);
    CHECK(reference.values.empty());
}

TEST_CASE("services answer the thread of the hook alone, but for the log and the time") {
    ServiceFixture host;
    auto* call = host.call.get();
    const auto elsewhere = [](auto body) { std::async(std::launch::async, std::move(body)).get(); };
    CHECK(host.timers().set(call, {}, 0, {}) == PARLEY_INVALID);
    const auto before = host.services.last_error(call);
    parley_status status = PARLEY_OK;
    std::string why;
    std::int64_t now = 0;
    elsewhere([&] {
        status = host.storage().put(call, borrow("a"), borrow("1"));
        why = host.services.last_error(call);
        host.services.report(call, "from elsewhere");
        host.table<parley_log>(PARLEY_LOG).write(call, PARLEY_LOG_INFO, borrow("heard"));
        now = host.table<parley_clock>(PARLEY_CLOCK).now_ms(call);
    });
    CHECK(status == PARLEY_INVALID);
    CHECK_THAT(why, Catch::Contains("the thread of the hook alone"));
    CHECK(host.services.last_error(call) == before);
    CHECK(host.services.reported(call).empty());
    CHECK(host.state->effects.plain());
    CHECK(now > 0);
    CHECK(host.storage().put(call, borrow("a"), borrow("1")) == PARLEY_OK);

    // What start() and migrate() hold is opened on one thread and used on another.
    auto* opened = host.services.open_call("plugin", [](std::string_view) { return true; });
    elsewhere([&] {
        host.services.enter_call(opened);
        status = host.storage().put(opened, borrow("b"), borrow("1"));
    });
    CHECK(status == PARLEY_OK);
    CHECK(host.storage().put(opened, borrow("b"), borrow("2")) == PARLEY_INVALID);
    host.services.drop_call(opened);
}

TEST_CASE("settings are changed by admins alone, secrets are sealed") {
    ServiceFixture host;
    const auto& table = host.table<parley_settings>(PARLEY_SETTINGS);
    CHECK(table.set(host.call.get(), borrow("debug"), borrow("true")) == PARLEY_DENIED);
    host.state->from_admin = true;
    CHECK(table.set(host.call.get(), borrow("debug"), borrow("yes")) == PARLEY_OK);
    CHECK(table.set(host.call.get(), borrow("openai_api_key"), borrow("sk-abcdefghijkl")) == PARLEY_OK);
    CHECK(table.set(host.call.get(), borrow("no_such"), borrow("x")) == PARLEY_NOT_FOUND);
    const auto& writes = host.state->effects.settings;
    REQUIRE(writes.size() == 2);
    CHECK(writes[0].value == "true");
    CHECK(config::Vault::is_sealed(writes[1].value));
}

TEST_CASE("privileged plugins are listed with commas or spaces between") {
    ServiceFixture host;
    CHECK(host.services.may_have("admin", "settings.write"));
    CHECK(host.services.may_have("plugin", "plugins"));
    CHECK_FALSE(host.services.may_have("announce", "settings.write"));
    for (const char* list : {"admin,my-plugin", "admin, my-plugin", "admin my-plugin", " my-plugin\n,admin"}) {
        INFO(list);
        host.settings.apply("privileged_plugins", list);
        CHECK(host.services.may_have("my-plugin", "plugins"));
        CHECK(host.services.may_have("admin", "settings.write"));
        CHECK_FALSE(host.services.may_have("my", "plugins"));
        CHECK_FALSE(host.services.may_have("plugin", "plugins"));
    }
    CHECK(host.services.may_have("anybody", "messaging"));
}

}  // namespace
}  // namespace parley::test
