#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;
using Action = Runtime::Action;

namespace {

std::string refusal(Bench& bench, Action action, const std::string& target) {
    const auto result = bench.ask(action, target);
    return result ? "done: " + *result : result.error().message;
}

void fail(Bench& bench, int times) {
    for (int i = 0; i < times; ++i) bench.runtime->find("echo").record(CallOutcome::failed, 1ms);
}

}  // namespace

TEST_CASE("names of actions") {
    CHECK(Runtime::action_from("load") == Action::load);
    CHECK(Runtime::action_from("reload") == Action::reload);
    CHECK(Runtime::action_from("unload") == Action::unload);
    CHECK(Runtime::action_from("enable") == Action::enable);
    CHECK(Runtime::action_from("disable") == Action::disable);
    CHECK_FALSE(Runtime::action_from("explode"));
}

TEST_CASE("a file is loaded by name, with or without its ending, or by path") {
    Bench bench;
    bench.start();
    bench.install("echo_v1", "echo.so");
    CHECK(*bench.ask(Action::load, "echo") == "echo 1.0.0 loaded, generation 1");
    bench.install("rival", "shout.so");
    CHECK_THAT(refusal(bench, Action::load, "shout.so"), Catch::Contains("both have the command"));
    CHECK(bench.ask(Action::load, fixture("newer_minor").string()));
    CHECK(bench.call("echo") == 1);
    CHECK(bench.runtime->find("new1"));
    CHECK(refusal(bench, Action::load, "nothing") == "there is no file nothing.so in the plugins directory");
    CHECK(refusal(bench, Action::load, "/tmp/nothing.so") == "there is no file /tmp/nothing.so");
    CHECK(*bench.runtime->file_of("newer-minor") == fixture("newer_minor").string());
    CHECK_FALSE(bench.runtime->file_of("nothing"));
}

TEST_CASE("unload takes a plugin out of service until it is loaded again") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    CHECK(*bench.ask(Action::unload, "echo") == "echo unloaded");
    CHECK(bench.call("echo") == 0);
    CHECK(bench.info("echo").state == State::disabled);
    CHECK_THAT(bench.info("echo").error, Catch::Contains("unloaded by an admin"));
    CHECK(bench.runtime->commands().empty());
    CHECK(refusal(bench, Action::unload, "echo") == "echo is not loaded");
    CHECK(bench.ask(Action::load, "echo"));
    CHECK(bench.call("echo") == 1);
}

TEST_CASE("disable lasts over a restart, until enable") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    REQUIRE(bench.ask(Action::disable, "echo"));
    CHECK(bench.call("echo") == 0);
    CHECK_THAT(refusal(bench, Action::load, "echo"), Catch::Contains("enable it"));
    CHECK_THAT(refusal(bench, Action::reload, "echo"), Catch::Contains("enable it"));

    bench.runtime.reset();
    bench.start();
    CHECK(bench.call("echo") == 0);
    CHECK(bench.info("echo").state == State::disabled);
    CHECK(bench.info("echo").version == "1.0.0");
    REQUIRE(bench.ask(Action::enable, "echo"));
    CHECK(bench.call("echo") == 1);
    CHECK(bench.services.disabled.empty());
}

TEST_CASE("a disabled plugin keeps its commands to itself") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.services.disabled.insert("echo");
    bench.install("rival", "rival.so");
    bench.start();
    CHECK(bench.info("rival").state == State::failed);
    REQUIRE(bench.ask(Action::enable, "echo"));
    CHECK(bench.call("echo") == 1);
}

TEST_CASE("reload all does all: new files, changed ones, files that are gone") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.install("shout", "shout.so");
    bench.start();
    bench.install("echo_v2", "echo.so");
    bench.install("newer_minor", "newer.so");
    fs::remove(bench.in("shout.so"));
    const auto result = bench.ask(Action::reload, "all");
    REQUIRE(result);
    CHECK_THAT(*result, Catch::Contains("echo 2.0.0 loaded") && Catch::Contains("newer-minor 1.0.0 loaded"));
    CHECK(bench.call("echo") == 2);
    CHECK_FALSE(bench.runtime->find("shout"));

    bench.install("wrong_magic", "newer.so");
    CHECK_THAT(refusal(bench, Action::reload, "all"), Catch::Contains("failed: newer.so:") &&
                                                          Catch::Contains("wrong magic") &&
                                                          Catch::Contains("Done: echo 2.0.0 loaded"));
    CHECK(bench.runtime->find("new1"));
}

TEST_CASE("unknown plugins are named") {
    Bench bench;
    bench.start();
    for (const auto action : {Action::reload, Action::unload, Action::enable, Action::disable})
        CHECK(refusal(bench, action, "ghost") == "there is no plugin 'ghost'");
    CHECK(*bench.ask(Action::reload, "all") == "nothing to reload");
}

TEST_CASE("a request after the end is answered") {
    Bench bench;
    bench.start();
    bench.runtime->stop(1s);
    CHECK_THAT(refusal(bench, Action::reload, "all"), Catch::Contains("stopping"));
}

TEST_CASE("failures in a row put a plugin into quarantine") {
    Bench bench;
    bench.options.quarantine_failures = 3;
    bench.install("echo_v1", "echo.so");
    bench.start();
    fail(bench, 2);
    bench.runtime->find("echo").record(CallOutcome::ok, 1ms);
    fail(bench, 2);
    CHECK(bench.call("echo") == 1);
    fail(bench, 1);
    CHECK(bench.call("echo") == 0);
    CHECK_FALSE(bench.runtime->find_plugin("echo"));
    CHECK(bench.runtime->commands().empty());
    CHECK(bench.info("echo").state == State::quarantined);
    CHECK_THAT(bench.info("echo").error, Catch::Contains("too many failures in a row"));

    SECTION("a reload of the same content does not end it") {
        CHECK_THAT(refusal(bench, Action::reload, "echo"), Catch::Contains("quarantined"));
        CHECK(bench.call("echo") == 0);
    }
    SECTION("an admin's enable does") {
        REQUIRE(bench.ask(Action::enable, "echo"));
        CHECK(bench.call("echo") == 1);
        fail(bench, 2);
        CHECK(bench.call("echo") == 1);
        fail(bench, 1);
        CHECK(bench.call("echo") == 0);
    }
    SECTION("a new file does") {
        bench.install("echo_v2", "echo.so");
        REQUIRE(bench.ask(Action::reload, "echo"));
        CHECK(bench.call("echo") == 2);
        CHECK(bench.info("echo").state == State::serving);
    }
}
