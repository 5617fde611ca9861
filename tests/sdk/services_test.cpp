// Every service through the C++ face, against the fake host.
#include <catch2/catch.hpp>

#include <limits>

#include "fixture.hpp"

using parley::Context;
using parley::Json;
using parley::testing::FakeHost;
using namespace std::chrono_literals;

namespace {

// A host whose plugin runs what it is given.
struct Scripted {
    FakeHost host{entry<Script>};

    parley::testing::Outcome run(std::function<void(Context&)> body, parley::testing::Incoming message = {.text = ""}) {
        Script::body = std::move(body);
        message.text = "/run " + message.text;
        auto outcome = host.send(std::move(message));
        INFO(outcome.report);
        REQUIRE(outcome.status == PARLEY_OK);
        return outcome;
    }
};

}  // namespace

TEST_CASE("the message") {
    Scripted at;
    at.run(
        [](Context& ctx) {
            const auto& message = ctx.message();
            CHECK(message.id() == "abc");
            CHECK(message.sender() == "923001234567");
            CHECK(message.sender_name() == "Ali");
            CHECK(message.chat() == "923001234567@s.whatsapp.net");
            CHECK(message.text() == "/run one  two");
            CHECK(message.command() == "run");
            CHECK(ctx.arguments() == "one  two");
            CHECK(message.usage_prefix() == "/run");
            CHECK(message.channel() == "terminal");
            CHECK(message.reply_to() == "earlier");
            CHECK(message.replayed());
            CHECK_FALSE(message.in_group());
            CHECK_FALSE(message.has_media());
            CHECK_FALSE(message.from_admin());
            CHECK(message.time() == parley::from_unix_ms(1'767'225'600'000));
        },
        {.text = "one  two", .id = "abc", .reply_to = "earlier", .replayed = true});
}

TEST_CASE("messaging") {
    Scripted at;
    const auto outcome = at.run([](Context& ctx) {
        ctx.reply("to this chat");
        ctx.messaging().send_text("923009999999", "to another");
        ctx.messaging().react("id-1", "👍");
        parley::Outgoing voice;
        voice.kind = parley::Outgoing::Kind::media;
        voice.media = "ogg";
        voice.voice = true;
        ctx.messaging().send(voice);
        parley::Outgoing link;
        link.kind = parley::Outgoing::Kind::link;
        link.link = "https://example.com";
        link.text = "look";
        ctx.messaging().send(link);
        ctx.messaging().typing(true);
    });
    REQUIRE(outcome.sent.size() == 5);
    CHECK(outcome.sent[0].to == "923001234567@s.whatsapp.net");
    CHECK(outcome.sent[1].to == "923009999999");
    CHECK(outcome.sent[2].kind == parley::Outgoing::Kind::reaction);
    CHECK(outcome.sent[2].reply_to == "id-1");
    CHECK(outcome.sent[3].voice);
    CHECK_FALSE(outcome.sent[3].as_file);
    CHECK(outcome.sent[4].link == "https://example.com");
}

TEST_CASE("media") {
    Scripted at;
    at.run([](Context& ctx) {
        CHECK_FALSE(ctx.media().read());
        CHECK_FALSE(ctx.media().reference());
    });
    const std::string bytes("\0\1\2", 3);
    const auto outcome = at.run(
        [&](Context& ctx) {
            CHECK(ctx.media().read() == bytes);
            CHECK_THROWS_AS(ctx.media().path(), parley::ServiceError);
            parley::Outgoing out;
            out.kind = parley::Outgoing::Kind::media;
            out.media_ref = *ctx.media().reference();
            ctx.messaging().send(out);
            out.media_ref = ctx.media().create("made", "text/plain");
            ctx.messaging().send(out);
        },
        {.text = "", .media_kind = "image", .media = bytes});
    REQUIRE(outcome.sent.size() == 2);
    CHECK(outcome.sent[0].media == bytes);
    CHECK(outcome.sent[1].media == "made");
}

TEST_CASE("the text of a document") {
    Scripted at;
    at.run([](Context& ctx) { CHECK_FALSE(ctx.media().text()); });
    const auto status_of = [](const auto& ask) {
        try {
            ask();
        } catch (const parley::ServiceError& error) {
            return error.status();
        }
        return parley::Status::ok;
    };
    at.run(
        [&](Context& ctx) {
            CHECK(status_of([&] { ctx.media().text(); }) == parley::Status::unsupported);
            CHECK(status_of([&] { ctx.media().text("nothing"); }) == parley::Status::invalid);
        },
        {.text = "", .media_kind = "document", .media = "pdf"});
    at.host.world().document_text = [](const std::string& bytes) {
        if (bytes == "bomb") throw parley::ServiceError(parley::Status::invalid, "text", "This file is a trap.");
        return "text of " + bytes;
    };
    at.run(
        [&](Context& ctx) {
            CHECK(ctx.media().text() == "text of pdf");
            CHECK(ctx.media().text(ctx.media().create("docx")) == "text of docx");
            const auto bomb = ctx.media().create("bomb");
            CHECK_THROWS_WITH(ctx.media().text(bomb), "media.text: This file is a trap.");
        },
        {.text = "", .media_kind = "document", .media = "pdf"});
}

TEST_CASE("storage reads its own writes and keeps them only when all went well") {
    Scripted at;
    at.run([](Context& ctx) {
        const auto storage = ctx.storage();
        CHECK_FALSE(storage.get("a"));
        storage.put("a", 1);
        storage.put("b", "two");
        storage.put("other", nullptr);
        storage.remove("b");
        CHECK(storage.get("a")->as_int() == 1);
        CHECK_FALSE(storage.get("b"));
        CHECK_THROWS_AS(storage.put_text("c", "{not json"), parley::ServiceError);
        CHECK_THROWS_AS(storage.put("", 1), parley::ServiceError);
    });
    CHECK(at.host.world().storage == std::map<std::string, std::string>{{"a", "1"}, {"other", "null"}});

    Script::body = [](Context& ctx) {
        ctx.storage().put("a", 2);
        throw std::runtime_error("no");
    };
    CHECK(at.host.send("/run").status == PARLEY_FAILED);
    CHECK(at.host.world().storage.at("a") == "1");
}

TEST_CASE("storage lists by prefix, page by page") {
    Scripted at;
    at.run([](Context& ctx) {
        for (int i = 0; i < 2'500; ++i) ctx.storage().put("k/" + std::to_string(10'000 + i), i);
        ctx.storage().put("z", 0);
        CHECK(ctx.storage().list("k/").size() == 1'000);
        CHECK(ctx.storage().list("k/", "k/10001", 2).front().first == "k/10002");
        int expected = 0;
        ctx.storage().each("k/", [&](const std::string&, const Json& value) {
            if (value.as_int() == expected) ++expected;
        });
        CHECK(expected == 2'500);
    });
}

TEST_CASE("settings") {
    Scripted at;
    at.host.world().settings["list"] = " 1, 2,,3 ";
    Script::body = nullptr;
    const auto body = [](Context& ctx) {
        const auto settings = ctx.settings();
        CHECK(settings.get("admin_command_prefix") == "admin");
        CHECK_FALSE(settings.get("nothing"));
        CHECK(settings.get_list("list") == std::vector<std::string>{"1", "2", "3"});
        CHECK(settings.get_list("blacklist_ids").empty());
        CHECK(settings.get_list("nothing").empty());
        CHECK(settings.set_list("list", {"4", "5"}));
        CHECK_FALSE(settings.set("nothing", "x"));
        CHECK(settings.list().front().first == "admin_command_prefix");
    };
    at.host.world().settings["admin_ids"] = "923001234567";
    at.run(body);
    CHECK(at.host.world().settings["list"] == "4,5");

    at.host.world().settings["admin_ids"] = "";
    Script::body = [](Context& ctx) { ctx.settings().set("list", "x"); };
    CHECK(at.host.send("/run").report == "settings.set: the sender is not an admin");
}

TEST_CASE("users") {
    Scripted at;
    at.host.world().settings["admin_ids"] = "923001234567";
    at.host.world().users["1"] = {"1", "Ali"};
    at.host.world().users["2"] = {"2", "Sara", "friends", "777"};
    at.run([](Context& ctx) {
        const auto users = ctx.users();
        CHECK_FALSE(users.get("3"));
        const auto sara = users.get("2");
        REQUIRE(sara);
        CHECK(sara->name == "Sara");
        CHECK(sara->group == "777");
        CHECK(users.list().size() == 2);
        CHECK(users.list("friends").at(0).id == "2");
        CHECK(users.groups() == std::vector<std::string>{"friends", "signedup"});
        int seen = 0;
        users.each("", [&](const parley::User&) { ++seen; });
        CHECK(seen == 2);
        CHECK(users.set_group("1", "friends"));
        CHECK_FALSE(users.set_group("3", "friends"));
    });
    CHECK(at.host.world().users["1"].user_group == "friends");
}

TEST_CASE("http") {
    Scripted at;
    at.host.world().http = [](const parley::HttpRequest& request) {
        CHECK(request.method == "POST");
        CHECK(request.headers.at(0).second == "application/json");
        return parley::HttpResponse{404, {{"X-Test", "1"}}, "not " + request.body};
    };
    at.run([](Context& ctx) {
        const auto answer = ctx.http().post("https://example.com", "{}");
        CHECK(answer.status == 404);
        CHECK_FALSE(answer.ok());
        CHECK(answer.headers.at(0).first == "X-Test");
        CHECK(answer.body == "not {}");
    });
}

TEST_CASE("timers fire when they are due") {
    Scripted at;
    at.run([](Context& ctx) {
        const auto now = ctx.clock().now();
        Json payload;
        payload["n"] = 1;
        ctx.timers().set("soon", now + 10s, payload);
        ctx.timers().set("later", now + 1h);
        ctx.timers().set("never", now + 1s);
        ctx.timers().cancel("never");
    });
    at.run([](Context& ctx) {
        const auto timers = ctx.timers().list();
        REQUIRE(timers.size() == 2);
        CHECK(timers[0].name == "soon");
        CHECK(timers[0].payload["n"].as_int() == 1);
        CHECK(timers[1].due == ctx.clock().now() + 1h);
    });
    CHECK(at.host.run_due_timers().empty());
    at.host.world().now_ms += 10'000;
    Script::body = [](Context& ctx) {
        CHECK(ctx.message().timer() == "soon");
        CHECK(Json::parse(ctx.message().payload())["n"].as_int() == 1);
        ctx.reply("ding");
    };
    const auto outcomes = at.host.run_due_timers();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].reply() == "ding");
    CHECK(at.host.world().timers.size() == 1);
}

TEST_CASE("times beyond what a Time can hold are the last and the first one") {
    const auto far = parley::to_unix_ms(parley::from_unix_ms(std::numeric_limits<std::int64_t>::max()));
    CHECK(far > 9'214'646'400'000);  // 2262
    CHECK(parley::to_unix_ms(parley::from_unix_ms(253'402'300'799'000)) == far);
    CHECK(parley::to_unix_ms(parley::from_unix_ms(std::numeric_limits<std::int64_t>::min())) == -far);
    CHECK(parley::to_unix_ms(parley::from_unix_ms(1'767'225'600'123)) == 1'767'225'600'123);
}

TEST_CASE("clock and log") {
    Scripted at;
    at.host.world().sender_zone = "Asia/Karachi";
    at.run([](Context& ctx) {
        const auto clock = ctx.clock();
        const auto local = clock.to_local(clock.now(), clock.sender_zone());
        REQUIRE(local);
        CHECK(local->year == 2026);
        CHECK(local->hour == 5);
        CHECK(local->weekday == 4);
        CHECK(local->utc_offset == 5h);
        CHECK(clock.to_time(*local, "Asia/Karachi") == clock.now());
        CHECK_FALSE(clock.to_local(clock.now(), "Mars/Base"));
        CHECK_FALSE(clock.to_time(*local, "Mars/Base"));
        ctx.log().warn("careful");
    });
    CHECK(at.host.world().log == std::vector<std::string>{"warn: careful"});
}

TEST_CASE("plugins") {
    Scripted at;
    at.host.world().settings["admin_ids"] = "923001234567";
    at.host.world().plugins["echo"] = Json::parse(
        "{\"id\":\"echo\",\"version\":\"1\",\"state\":\"serving\",\"commands\":[\"echo\"],\"calls\":3,\"error\":\"\"}");
    const auto outcome = at.run([](Context& ctx) {
        const auto plugins = ctx.plugins();
        CHECK(plugins.list().at(0).commands == std::vector<std::string>{"echo"});
        CHECK(plugins.info("echo")->calls == 3);
        CHECK_FALSE(plugins.info("none"));
        CHECK(plugins.request("reload", "echo"));
        CHECK_FALSE(plugins.request("reload", "none"));
        CHECK_THROWS_AS(plugins.request("explode", "echo"), parley::ServiceError);
    });
    CHECK(outcome.plugin_requests == std::vector<std::pair<std::string, std::string>>{{"reload", "echo"}});
}
