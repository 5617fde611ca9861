// The C++ face: which hooks a class becomes, what its exceptions become, and its help.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using parley::Context;
using parley::testing::FakeHost;

namespace {

class Minimal : public parley::Plugin {
    std::string name() const override { return "minimal"; }
    void handle(Context& ctx) override { ctx.reply("hi"); }  // private on purpose: must be seen all the same
};

class Everything : public parley::Plugin {
public:
    static inline std::vector<std::string> events;

    Everything() { events.emplace_back("made"); }
    ~Everything() override { events.emplace_back("gone"); }

    std::vector<parley::Command> commands() override {
        parley::Command one, two;
        one.name = "one";
        one.help = {"First.", {{"[x]", "Do it.", {"1", "2"}}, {"", "Nothing.", {}}}, greeting_};
        one.handle = [](Context& ctx) { ctx.reply("one: " + std::string(ctx.arguments())); };
        two.name = "two";
        two.admin = two.internal = two.serial = true;
        two.deadline = std::chrono::milliseconds(1500);
        two.handle = [](Context& ctx) { ctx.reply("two"); };
        return {one, two};
    }
    void start(Context& ctx) override {
        greeting_ = ctx.settings().get("greeting").value_or("none");
        events.emplace_back("start");
    }
    std::optional<std::string> preprocess(Context&, const parley::Message& message) override {
        if (message.text() == "uno") return "/one rewritten";
        return std::nullopt;
    }
    void on_timer(Context&) override {}
    void migrate(Context& ctx, std::string_view from) override {
        if (from == "0.9.0") throw std::runtime_error("cannot read 0.9.0");
        ctx.storage().put("version", from);
    }
    void stop() override { events.emplace_back("stop"); }

private:
    std::string greeting_ = "not started";
};

class Throwing : public parley::Plugin {
public:
    Throwing() { throw std::runtime_error("constructor"); }
};

class FailingStart : public parley::Plugin {
public:
    void start(Context&) override { throw std::runtime_error("no key given"); }
};

class ThrowingStop : public parley::Plugin {
public:
    static inline bool of_std = true;

    void stop() override {
        if (of_std) throw std::runtime_error("cannot stop");
        throw 42;
    }
};

class Renamed : public parley::Plugin {
public:
    std::string name() const override { return started_ ? "b" : "a"; }
    void handle(Context&) override {}
    void start(Context&) override { started_ = true; }

private:
    bool started_ = false;
};

parley::testing::Outcome run(std::function<void(Context&)> body, std::set<std::string> granted = {"messaging"}) {
    Script::body = std::move(body);
    FakeHost host(entry<Script>, std::move(granted));
    return host.send("/run");
}

}  // namespace

TEST_CASE("hooks that a plugin leaves out are NULL") {
    FakeHost minimal(entry<Minimal>);
    CHECK(minimal.hooks().handle != nullptr);
    CHECK(minimal.hooks().start == nullptr);
    CHECK(minimal.hooks().preprocess == nullptr);
    CHECK(minimal.hooks().timer == nullptr);
    CHECK(minimal.hooks().migrate == nullptr);
    CHECK(minimal.hooks().stop == nullptr);
    CHECK(minimal.hooks().extension == nullptr);
    CHECK(minimal.send("/minimal").reply() == "hi");

    FakeHost everything(entry<Everything>);
    CHECK(everything.hooks().handle != nullptr);
    CHECK(everything.hooks().start != nullptr);
    CHECK(everything.hooks().preprocess != nullptr);
    CHECK(everything.hooks().timer != nullptr);
    CHECK(everything.hooks().migrate != nullptr);
    CHECK(everything.hooks().stop != nullptr);
}

TEST_CASE("a plugin lives as the ABI says") {
    Everything::events.clear();
    {
        FakeHost host(entry<Everything>);
        host.start();
        CHECK(host.send("/one a  b ").reply() == "one: a  b");
    }
    CHECK(Everything::events == std::vector<std::string>{"made", "start", "stop", "gone"});
}

TEST_CASE("a stop() that throws ends no host") {
    for (const bool of_std : {true, false}) {
        ThrowingStop::of_std = of_std;
        FakeHost host(entry<ThrowingStop>);
        host.start();
        host.restart();
        CHECK(host.start().status == PARLEY_OK);
    }
}

TEST_CASE("an older host's smaller plugin struct is not overrun") {
    parley_host table{};
    table.service = [](void*, parley_str) -> const void* { return nullptr; };
    parley_plugin small{}, full{};
    small.size = offsetof(parley_plugin, migrate);
    small.extension = [](void*, parley_str) -> const void* { return nullptr; };
    REQUIRE(entry<Everything>()->create(&table, &small) == PARLEY_OK);
    CHECK(small.size == offsetof(parley_plugin, migrate));
    CHECK(small.handle != nullptr);
    CHECK(small.migrate == nullptr);
    CHECK(small.extension != nullptr);

    full.size = sizeof(full) + 8;  // and a newer host's larger one is filled as far as it is known
    REQUIRE(entry<Everything>()->create(&table, &full) == PARLEY_OK);
    CHECK(full.size == sizeof(full));
    full.destroy(full.self);
    full.destroy(small.self);
}

TEST_CASE("several commands, with help that start() completes") {
    FakeHost host(entry<Everything>);
    host.world().settings["greeting"] = "Salam";
    host.start();
    const auto commands = host.commands();
    REQUIRE(commands.size() == 2);
    CHECK(parley::detail::view(commands[0]->note) == "Salam");
    CHECK(commands[0]->flags == 0);
    REQUIRE(commands[0]->usage_count == 2);
    CHECK(parley::detail::view(commands[0]->usages[0].examples[1]) == "2");
    CHECK(commands[1]->flags == (PARLEY_COMMAND_ADMIN | PARLEY_COMMAND_INTERNAL | PARLEY_COMMAND_SERIAL));
    CHECK(commands[1]->deadline_ms == 1500);

    CHECK(host.send("/two").command.empty());
    CHECK(host.send({.text = "/admin two", .sender = "923000000001"}).reply() == "two");
}

TEST_CASE("preprocess may rewrite") {
    FakeHost host(entry<Everything>);
    CHECK(host.send("uno").reply() == "one: rewritten");
    CHECK(host.send("due").command.empty());
}

TEST_CASE("what preprocess does counts with what the command does") {
    class Early : public parley::Plugin {
    public:
        std::string name() const override { return "late"; }
        std::optional<std::string> preprocess(Context& ctx, const parley::Message& message) override {
            ctx.reply("seen");
            ctx.storage().put("seen", message.text());
            if (message.text() == "throw") throw parley::UserError("no");
            if (message.text() == "fail") return "/late fail";
            return std::nullopt;
        }
        void handle(Context& ctx) override {
            if (ctx.arguments() == "fail") throw std::runtime_error("failed");
            ctx.reply("handled");
        }
    };
    FakeHost host(entry<Early>);
    CHECK(host.send("plain words").reply() == "seen");
    CHECK(host.world().storage.at("seen") == "\"plain words\"");
    const auto both = host.send("/late");
    REQUIRE(both.sent.size() == 2);
    CHECK(both.sent[0].text == "seen");
    CHECK(both.sent[1].text == "handled");

    const auto failed = host.send("fail");
    CHECK(failed.text == "/late fail");
    CHECK(failed.status == PARLEY_FAILED);
    CHECK(failed.sent.empty());
    CHECK(host.world().storage.at("seen") == "\"/late\"");

    const auto thrown = host.send("throw");
    CHECK(thrown.status == PARLEY_OK);
    CHECK(thrown.sent.empty());
    CHECK(host.world().log == std::vector<std::string>{"warn: preprocess() failed: no"});
    CHECK(host.world().storage.at("seen") == "\"/late\"");
}

TEST_CASE("the host itself answers a command's `help`") {
    FakeHost host(entry<Everything>);
    const auto help = host.send("/one help");
    CHECK(help.command == "one");
    CHECK_THAT(help.reply(), Catch::StartsWith("*Command Name: `one`*\nFirst.\n\n*Usage:*\n\n*1. Do it.*"));
}

TEST_CASE("a plugin gets what outside systems post") {
    class Posts : public parley::Plugin {
    public:
        void on_hook(Context& ctx, const parley::HookRequest& request) override {
            if (request.path() == "reply") ctx.reply("to whom?");
            ctx.storage().put("type", request.header("content-type") + "|" + request.header("cookie"));
            ctx.storage().put("query", request.query());
            ctx.messaging().send_text("923001234567", request.json()["text"].as_string());
            ctx.timers().set("later", ctx.clock().now(), "again");
        }
        void on_timer(Context& ctx) override { ctx.messaging().send_text("923001234567", ctx.message().payload()); }
    };
    FakeHost host(entry<Posts>);
    CHECK(host.hooks().handle == nullptr);
    const auto posted = host.post({.body = R"({"text": "news"})", .path = "feed", .query = "a=1"});
    REQUIRE(posted.status == PARLEY_OK);
    CHECK(posted.sent.at(0).to == "923001234567");
    CHECK(posted.reply() == "news");
    CHECK(host.world().storage.at("type") == "\"application/json|\"");
    CHECK(host.world().storage.at("query") == "\"a=1\"");
    CHECK(host.run_due_timers().at(0).reply() == "\"again\"");

    CHECK_THAT(host.post({.body = "{}", .path = "reply"}).report, Catch::Contains("name a recipient"));
    CHECK_THAT(host.post({.body = "no json"}).report, Catch::Contains("JSON") || Catch::Contains("json"));
    CHECK_THROWS_WITH(FakeHost(entry<Minimal>).post({}), Catch::Contains("takes no posts"));
}

TEST_CASE("migrate writes or explains") {
    FakeHost host(entry<Everything>);
    CHECK(host.migrate("0.8.0").status == PARLEY_OK);
    CHECK(host.world().storage.at("version") == "\"0.8.0\"");
    const auto refused = host.migrate("0.9.0");
    CHECK(refused.status == PARLEY_FAILED);
    CHECK(refused.report == "cannot read 0.9.0");
}

TEST_CASE("a plugin that cannot be made, started, or keeps changing its name is refused") {
    CHECK_THROWS_WITH(FakeHost(entry<Throwing>), "create() failed");
    FakeHost failing(entry<FailingStart>);
    const auto start = failing.start();
    CHECK(start.status == PARLEY_FAILED);
    CHECK(start.report == "no key given");
    CHECK(FakeHost(entry<Renamed>).start().report == "the names of a plugin's commands may not change while it lives");
}

TEST_CASE("no exception leaves a plugin, each becomes a status and words") {
    const auto error = run([](Context&) { throw std::runtime_error("broken"); });
    CHECK(error.status == PARLEY_FAILED);
    CHECK(error.report == "broken");
    CHECK(error.sent.empty());

    CHECK(run([](Context&) { throw 42; }).report == "an exception that is not a std::exception");

    const auto user = run([](Context& ctx) {
        ctx.reply("dropped");
        throw parley::UserError("Say a number.");
    });
    CHECK(user.status == PARLEY_INVALID);
    CHECK(user.reply() == "Say a number.");

    const auto help = run([](Context& ctx) {
        ctx.reply("dropped");
        throw parley::SendHelp();
    });
    CHECK(help.status == PARLEY_SEND_HELP);
    CHECK(help.reply() == "*Command Name: `run`*");

    const auto arguments = run([](Context&) { parley::ArgumentParser().parse("--what"); });
    CHECK(arguments.status == PARLEY_SEND_HELP);
    CHECK(arguments.reply() == "unknown option: --what\n\n*Command Name: `run`*");
}

TEST_CASE("a service that was not granted says which capability to declare") {
    const auto missing = run([](Context& ctx) { ctx.storage().get("x"); });
    CHECK(missing.status == PARLEY_FAILED);
    CHECK(missing.report ==
          "this plugin was not granted \"storage\": declare the capability \"storage\" in PARLEY_PLUGIN; if it is "
          "declared, the operator has to list the plugin in the setting privileged_plugins and reload it");

    const std::vector<std::pair<const char*, std::function<void(Context&)>>> others = {
        {"gpt", [](Context& ctx) { ctx.gpt(); }},         {"http", [](Context& ctx) { ctx.http(); }},
        {"media", [](Context& ctx) { ctx.media(); }},     {"messaging", [](Context& ctx) { ctx.reply("x"); }},
        {"plugins", [](Context& ctx) { ctx.plugins(); }}, {"settings", [](Context& ctx) { ctx.settings(); }},
        {"timers", [](Context& ctx) { ctx.timers(); }},   {"users", [](Context& ctx) { ctx.users(); }}};
    for (const auto& [capability, body] : others) {
        INFO(capability);
        CHECK_THAT(run(body, {}).report, Catch::Contains("\"" + std::string(capability) + "\""));
    }
    CHECK(run([](Context& ctx) { ctx.log().info(std::to_string(ctx.clock().now().time_since_epoch().count())); }, {})
              .status == PARLEY_OK);
}

TEST_CASE("a service's error tells its status and the host's reason") {
    const auto outcome = run([](Context& ctx) {
        try {
            ctx.reply("");
        } catch (const parley::ServiceError& error) {
            CHECK(error.status() == parley::Status::invalid);
            CHECK(error.reason() == "there is nothing to send");
            throw;
        }
    });
    // The user is not to blame for what a service refused.
    CHECK(outcome.status == PARLEY_FAILED);
    CHECK(outcome.report == "messaging.send: there is nothing to send");

    const auto away = run([](Context& ctx) { ctx.http().get("https://example.com"); }, {"http"});
    CHECK(away.status == PARLEY_UNAVAILABLE);
}

TEST_CASE("fields that an older host does not send are empty") {
    parley_message raw{};
    raw.size = offsetof(parley_message, reply_to);
    raw.text = parley::detail::str("hello");
    raw.media_kind = parley::detail::str("image");
    const parley::Message message(raw);
    CHECK(message.text() == "hello");
    CHECK_FALSE(message.has_media());
}
