#include "plugins/library.hpp"
#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

TEST_CASE("plugins in the directory are loaded at start and serve their commands") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.install("newer_minor", "newer.so");
    bench.start();

    CHECK(bench.call("echo") == 1);
    CHECK_FALSE(bench.runtime->find("unknown"));
    CHECK(bench.runtime->find_plugin("newer-minor"));
    const auto info = bench.info("echo");
    CHECK(info.state == State::serving);
    CHECK(info.version == "1.0.0");
    CHECK(info.commands == std::vector<std::string>{"echo"});
    CHECK(info.capabilities == std::vector<std::string>{"storage", "messaging"});
    CHECK(info.loaded_at_ms > 0);
    CHECK(bench.services.versions["echo"] == "1.0.0");
    CHECK(bench.services.open_calls == 0);

    bench.runtime->stop(1s);
    CHECK_FALSE(bench.runtime->find("echo"));
}

TEST_CASE("commands are copied out of larger structs of a newer minor version") {
    Bench bench;
    bench.install("newer_minor", "newer.so");
    bench.install("echo_v1", "zecho.so");
    bench.start();
    const auto commands = bench.runtime->commands();
    REQUIRE(commands.size() == 3);
    CHECK(commands[0].name == "echo");
    CHECK(commands[1].name == "new1");
    CHECK(commands[1].deadline == 500ms);
    CHECK_FALSE(commands[1].admin);
    CHECK(commands[2].name == "new2");
    CHECK(commands[2].admin);
    CHECK(commands[2].note == "A note.");
    CHECK(commands[2].plugin == "newer-minor");
}

TEST_CASE("a plugin fetches what it was granted and nothing else") {
    Bench bench;
    bench.install("shout", "shout.so");
    SECTION("settings.write is for those whom the operator lists") {
        bench.start();
        const Lease lease = bench.runtime->find("shout");
        CHECK(lease.granted("storage"));
        CHECK(lease.granted("log"));
        CHECK_FALSE(lease.granted("settings.write"));
        fixture_call call{};
        bench.runtime->for_each_preprocessor([&call](Lease& each) {
            each.hooks().preprocess(each.hooks().self, reinterpret_cast<parley_call*>(&call), nullptr, {});
        });
        CHECK(call.answer == 101);
    }
    SECTION("once listed, it has the table of settings") {
        bench.services.privileged.insert("shout");
        bench.start();
        fixture_call call{};
        bench.runtime->for_each_preprocessor([&call](Lease& each) {
            each.hooks().preprocess(each.hooks().self, reinterpret_cast<parley_call*>(&call), nullptr, {});
        });
        CHECK(call.answer == 111);
    }
}

TEST_CASE("preprocess hooks run one after the other, and one that is inside holds no other plugin") {
    Bench bench;
    bench.install("shout", "shout.so");
    bench.install("whisper", "whisper.so");
    bench.start();
    std::vector<std::string> seen;
    bench.runtime->for_each_preprocessor([&](Lease& each) { seen.push_back(each.plugin_id()); });
    CHECK(seen == std::vector<std::string>{"shout", "whisper"});
    bench.runtime->for_each_preprocessor([&](Lease& each) {
        REQUIRE(each.plugin_id() == "shout");
        REQUIRE(bench.ask(Runtime::Action::unload, "whisper"));
        CHECK(eventually([] { return !is_mapped("parley-plugin-whisper"); }));
    });
}

TEST_CASE("migrate() runs before start() when the version changed, and only then") {
    Bench bench;
    bench.install("migrating_v1", "m.so");
    bench.start();
    CHECK(bench.services.call_texts == std::vector<std::string>{"+start"});
    bench.install("migrating_v2", "m.so");
    REQUIRE(bench.ask(Runtime::Action::reload, "migrating"));
    REQUIRE(bench.ask(Runtime::Action::reload, "migrating"));
    CHECK(bench.services.call_texts == std::vector<std::string>{"+start", "1.0.0+start", "+start"});
    CHECK(bench.services.versions["migrating"] == "2.0.0");
}

TEST_CASE("calls are counted over reloads") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    bench.runtime->find("echo").record(CallOutcome::ok, 3ms);
    bench.runtime->find("echo").record(CallOutcome::failed, 4ms);
    REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
    bench.runtime->find("echo").record(CallOutcome::overdue, 5ms);
    const auto info = bench.info("echo");
    CHECK(info.generation == 2);
    CHECK(info.calls == 3);
    CHECK(info.failures == 2);
    CHECK(info.overdue == 1);
    CHECK(info.busy_ms == 12);
}

TEST_CASE("a lease names its command and moves without being lost") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    Lease lease = bench.runtime->find("echo");
    REQUIRE(lease.command("echo"));
    CHECK(lease.command("echo")->description == "A fixture.");
    CHECK_FALSE(lease.command("other"));
    Lease moved = std::move(lease);
    CHECK_FALSE(lease);
    CHECK(moved.plugin_id() == "echo");
    moved = Lease();
    CHECK_FALSE(moved);
    REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
    CHECK(eventually([&] { return bench.info("echo").draining == 0; }));
}
