// Outside systems post to plugins, and what plugins do later: hooks and reminders, over kill -9.
#include <catch2/catch.hpp>
#include <pqxx/pqxx>

#include "core/crypto.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;

const std::string secret = "the classroom's secret";
const std::string group = "120363031313131313";
const Headers proof{{"Authorization", "Bearer " + secret}, {"Content-Type", "application/json"}};

Stage& stage() {
    static Stage one(Environment{{"HOOK_SECRET_CLASSROOM", secret}, {"CLASSROOM_GROUP_ID", group}});
    return one;
}

Answer post(const std::string& path, const std::string& body, const Headers& headers) {
    return http(stage().host.port(), "POST", path, body, headers);
}

Headers with(Headers headers, const std::string& name, const std::string& value) {
    headers[name] = value;
    return headers;
}

std::string announcement(const std::string& text) {
    return R"({"type": "announcements", "is_new": true, "course": {"descriptionHeading": "Physics"}, "activity": {"text": ")" +
           text + R"(", "alternateLink": "https://classroom.example/1"}})";
}

// How often the group has read it.
std::size_t read(const std::string& text) {
    std::size_t count = 0;
    for (const auto& call : stage().gateway.calls_to(group + "@g.us"))
        count += call.text().find(text) != std::string::npos ? 1 : 0;
    return count;
}

}  // namespace

TEST_CASE("a document that is posted is read in the group") {
    const auto answer = post("/api/classroom", announcement("No class today"), proof);
    CHECK(answer.status == 200);
    CHECK(answer.body == R"({"statusCode": 200, "message": "Notification sent successfully."})");
    CHECK(eventually([] { return read("No class today") == 1; }));
    CHECK_THAT(stage().gateway.calls_to(group + "@g.us").back().text(),
               Contains("*New Announcement for Physics*\n\n*💬 Text*: No class today"));
    const auto asked = http(stage().host.port(), "GET", "/api/classroom");
    CHECK(asked.status == 200);
    CHECK(asked.body == R"({"message": "Authorization required."})");
}

TEST_CASE("only who knows the secret may post") {
    CHECK(post("/hooks/classroom", announcement("x"), {}).status == 401);
    CHECK(post("/api/classroom", announcement("x"), {{"Authorization", "Bearer wrong"}}).status == 401);
    const auto body = announcement("Signed");
    const auto signature = "sha256=" + crypto::HmacSha256(Secret(secret)).mac_hex(body);
    CHECK(post("/hooks/classroom/feed", body, {{"X-Hub-Signature-256", signature}}).status == 202);
    CHECK(post("/hooks/classroom", body + " ", {{"X-Hub-Signature-256", signature}}).status == 401);
    CHECK(eventually([] { return read("Signed") == 1; }));
}

TEST_CASE("hooks are closed until an admin sets a secret, and no plugin need take them") {
    auto& say = stage().say;
    const auto closed = post("/hooks/echo", "{}", {{"Authorization", "Bearer 0123456789abcdef"}});
    CHECK(closed.status == 403);
    CHECK_THAT(closed.body, Contains("no secret is set"));
    CHECK(post("/hooks/nosuch", "{}", {}).status == 403);
    CHECK_THAT(say.as_admin("/admin setting -c hook_secret_echo short"), Contains("at least 16 characters"));
    CHECK(say.as_admin("/admin setting -c hook_secret_echo 0123456789abcdef") == "Setting `hook_secret_echo` changed.");
    CHECK_THAT(say.as_admin("/admin setting -g all"), Contains("hook_secret_echo") && !Contains("0123456789abcdef"));
    CHECK(post("/hooks/echo", "{}", {{"Authorization", "Bearer 0123456789abcdef"}}).status == 404);
    CHECK(post("/hooks/classroom", "\xff\xfe", proof).status >= 400);
    CHECK(post("/hooks/classroom?account=nosuch", "{}", proof).status == 404);
    CHECK(say.as_admin("/admin setting -c hook_secret_nosuch 0123456789abcdef") ==
          "Setting `hook_secret_nosuch` changed.");
    const auto unloaded = post("/hooks/nosuch", "{}", {{"Authorization", "Bearer 0123456789abcdef"}});
    CHECK(unloaded.status == 503);
    CHECK_FALSE(unloaded.header("retry-after").empty());
}

TEST_CASE("a post with a key is handled once") {
    const auto keyed = with(proof, "Idempotency-Key", "lesson-1");
    for (int i = 0; i < 5; ++i) CHECK(post("/hooks/classroom", announcement("Keyed"), keyed).status == 202);
    CHECK(post("/hooks/classroom", announcement("Other key"), with(proof, "Idempotency-Key", "lesson-2")).status ==
          202);
    CHECK(eventually([] { return read("Other key") == 1; }));
    CHECK(read("Keyed") == 1);
}

TEST_CASE("what a plugin cannot make sense of is a dead letter") {
    CHECK(post("/hooks/classroom", R"({"type": "gossip"})", proof).status == 202);
    CHECK(eventually([] {
        return stage().host.cli({"dead", "list"}).out.find("no document of a classroom") != std::string::npos;
    }));
}

TEST_CASE("an acknowledged post survives kill -9, and is handled once") {
    auto& world = stage();
    for (const std::string place : {"after-commit-in", "before-handle", "after-handle", "before-commit-out"}) {
        INFO(place);
        REQUIRE(world.host.stop());
        world.host.start({{"PARLEY_FAILPOINT", place}});
        const auto text = "Over " + place;
        const auto answer = post("/hooks/classroom", announcement(text), with(proof, "Idempotency-Key", place));
        CHECK(world.host.wait_end(30s));
        world.host.start();
        // Whoever got no answer comes again.
        if (answer.status != 202)
            CHECK(post("/hooks/classroom", announcement(text), with(proof, "Idempotency-Key", place)).status == 202);
        CHECK(eventually([&] { return read(text) == 1; }));
        CHECK(world.say.answers_before_ping({.text = "./id", .group = group}, "./ping").size() == 1);
        CHECK(read(text) == 1);
    }
}

TEST_CASE("reminders survive kill -9; one that was missed comes once and says so") {
    auto& world = stage();
    const std::string person = "923005556666";
    const auto say = [&](const std::string& text) { return world.say.direct(text, person); };
    CHECK_THAT(say("/reminder create tomorrow 9am -r daily -m pills"),
               Contains("Reminder set successfully.") && Contains("09:00 (Asia/Karachi)"));
    CHECK_THAT(say("/reminder create tomorrow 9am -m never"), Contains("\n2: "));
    CHECK_THAT(say("/reminder get"), Contains("1: pills") && Contains("FREQ=DAILY") && Contains("2: never"));
    CHECK(say("/reminder delete 2") == "Successfully deleted reminders: 2");
    {
        pqxx::connection database(world.host.database());
        pqxx::work tx(database);
        CHECK(
            tx.exec(
                  "update timers set due = date_trunc('second', now()) - interval '2 hours' where plugin = 'reminder'")
                .affected_rows() == 1);
        tx.commit();
    }
    world.host.kill9();
    // And again while it is handled.
    for (const std::string place : {"after-handle", "before-commit-out"}) {
        world.host.launch({{"PARLEY_FAILPOINT", place}});
        CHECK(world.host.wait_end(30s));
    }
    world.host.start();
    const auto said = [&] {
        std::size_t count = 0;
        for (const auto& call : world.gateway.calls_to(person + "@s.whatsapp.net"))
            count += call.text().find("*Reminder*: pills\n_This was due ") == 0 ? 1 : 0;
        return count;
    };
    CHECK(eventually([&] { return said() == 1; }));
    CHECK_THAT(say("/reminder get"), Contains("1: pills") && Contains(" 09:00 (Asia/Karachi), FREQ=DAILY"));
    CHECK(said() == 1);
}

TEST_CASE("chat --say prints all of an answer of several messages") {
    const auto poll = stage().host.cli({"chat", "--say", "/poll create Tea? | Yes | No"});
    CHECK(poll.code == 0);
    CHECK_THAT(poll.out, Contains("Tea?") && Contains("write the number of your answer"));
}

TEST_CASE("a poll is the gateway's own, and numbers are votes") {
    auto& world = stage();
    const std::string chat = "120363032323232323";
    const auto ask = world.say.ask({.text = "./poll create Where? | Pizza | At home", .group = chat});
    CHECK(ask.path == "/send/poll");
    CHECK(ask.field("question") == "Where?");
    CHECK(ask.field("options") == "Pizza|At home");
    CHECK(eventually([&] { return world.gateway.calls_to(chat + "@g.us").size() == 2; }));
    CHECK_THAT(world.say.answer({.text = "2", .group = chat}), Contains("At home"));
    CHECK_THAT(world.say.answer({.text = "./poll close", .group = chat}),
               Contains("1. Pizza: 0\n2. At home: 1\n_1 person voted. The poll is closed._"));
}

TEST_CASE("without a language model its commands say so") {
    auto& world = stage();
    for (const std::string command : {"ask why?", "solve 1+1", "summarize a text", "translate German hi"})
        CHECK_THAT(world.say.direct("/" + command), Contains("No language model is set up"));
    // A quoted text is found, also when it was never seen here and the gateway tells it.
    const std::string person = "923005557777";
    world.say.direct("/echo The moon is cheese.", person);
    const auto quoting = [&](const std::string& replied_id, const std::string& more) {
        const auto before = world.gateway.calls_to(person + "@s.whatsapp.net").size();
        const auto body = "{\"from\":\"" + person + "@s.whatsapp.net\"" + more + ",\"message\":{\"id\":\"" +
                          fresh_id() + "\",\"text\":\"/summarize\",\"replied_id\":\"" + replied_id + "\"}}";
        CHECK(world.host.post(body).status == 200);
        std::vector<Call> calls;
        CHECK(eventually([&] { return (calls = world.gateway.calls_to(person + "@s.whatsapp.net")).size() > before; }));
        return calls.back().text();
    };
    world.say.answer({.text = "/id", .from = person, .id = "QUOTE1"});
    CHECK_THAT(quoting("QUOTE1", ""), Contains("No language model is set up"));
    CHECK_THAT(quoting("UNSEEN", ",\"quoted_message\":\"words\""), Contains("No language model is set up"));
    CHECK_THAT(quoting("UNSEEN", ""), Contains("*Command Name: `summarize`*"));
    CHECK(world.gateway.violations().empty());
}

}  // namespace parley::e2e
