// The command line and the signals of the built program.
#include <signal.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

Stage& stage() {
    static Stage one({}, {"echo", "ping", "id"});
    return one;
}

}  // namespace

TEST_CASE("help and wrong use have their exit codes") {
    const auto help = run_parley({"--help"});
    CHECK(help.code == 0);
    for (const char* verb : {"serve", "migrate", "chat", "plugin", "send", "dead", "gpt", "doctor"})
        CHECK_THAT(help.out, Contains(verb));
    CHECK(run_parley({"serve", "--help"}).code == 0);
    CHECK_THAT(run_parley({"--version"}).out, StartsWith("parley "));
    CHECK(run_parley({}).code == 2);
    CHECK(run_parley({"nosuch"}).code == 2);
    CHECK(run_parley({"plugin"}).code == 2);
    CHECK(run_parley({"serve", "--port", "notaport"}).code == 2);
    CHECK(run_parley({"plugin", "check"}).code == 2);
}

TEST_CASE("a shell completes verbs, options and files") {
    const auto completed = [](const std::string& words) {
        const auto script = R"(source <("$0" completion bash); COMP_WORDS=()" + words +
                            R"(); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _parley; echo "${COMPREPLY[*]}")";
        const TempDirectory directory;
        const std::string out = directory.path() + "/out";
        Process bash({"/bin/bash", "-c", script, parley_program()}, {{"HOME", directory.path()}}, out, "/dev/null");
        REQUIRE(bash.wait(30s) == 0);
        return read_text(out);
    };
    CHECK(completed("parley pl") == "plugin\n");
    CHECK(completed("parley plugin re") == "reload\n");
    CHECK(completed("parley serve --po") == "--port\n");
    CHECK(completed("parley serve --port 1 --ho") == "--host\n");
    CHECK(completed("parley plugin check ./echo") == "\n");
    CHECK(run_parley({"completion", "fish"}).code == 2);
}

TEST_CASE("a wrong variable of the environment is named, with what it can be") {
    const auto port = run_parley({"serve"}, {{"PORT", "99999"}});
    CHECK(port.code == 1);
    CHECK(port.err == "parley: PORT must be a number from 0 to 65535\n");
    CHECK(run_parley({"serve"}, {{"LOG_LEVEL", "loud"}}).err ==
          "parley: LOG_LEVEL must be one of debug, info, warn, warning, error, critical\n");
    CHECK(run_parley({"serve"}, {{"GATEWAY_ALLOW_UNSIGNED", "maybe"}}).err ==
          "parley: GATEWAY_ALLOW_UNSIGNED must be true or false\n");
}

TEST_CASE("the welcome tells where things are") {
    auto& host = stage().host;
    CHECK(eventually([&] { return host.output().find("Stop it:") != std::string::npos; }));
    CHECK_THAT(host.output(),
               Contains("Parley is ready at http://127.0.0.1:" + std::to_string(host.port()) + " with 3 plugins.") &&
                   Contains("/api/whatsapp") && Contains(host.plugins_dir()));
}

TEST_CASE("a second host on the same data directory is refused") {
    const auto second = stage().host.cli({"serve", "--port", "0"});
    CHECK(second.code == 1);
    CHECK_THAT(second.err, Contains("another parley runs with the data directory " + stage().host.data_dir()));
    CHECK(stage().say.direct("/ping") == "pong");
}

TEST_CASE("a port that is taken is named") {
    const TempDirectory other;
    const auto taken = std::to_string(stage().host.port());
    const auto second = run_parley({"serve", "--port", taken, "--data-dir", other.path() + "/data"});
    CHECK(second.code == 1);
    CHECK_THAT(second.err, Contains("port " + taken + " is in use"));
}

TEST_CASE("plugin list and plugin check") {
    const auto list = stage().host.cli({"plugin", "list"});
    CHECK(list.code == 0);
    CHECK_THAT(list.out, StartsWith("PLUGIN") && Contains("echo") && Contains("serving"));
    const auto as_json = stage().host.cli({"plugin", "list", "--json"});
    CHECK_THAT(as_json.out, StartsWith("[") && Contains(R"("id":"echo")"));

    const auto good = run_parley({"plugin", "check", plugin_file("echo")});
    CHECK(good.code == 0);
    CHECK_THAT(good.out, StartsWith("echo 1.0.0, ABI ") && Contains("commands: echo\n") &&
                             Contains("capabilities: messaging media\n") && Contains("It would load."));
    const TempDirectory directory;
    std::ofstream(directory.path() + "/bad.so") << "not a library";
    const auto bad = run_parley({"plugin", "check", directory.path() + "/bad.so"});
    CHECK(bad.code == 1);
    CHECK_THAT(bad.err, Contains("not an ELF file"));
    CHECK(run_parley({"plugin", "check", directory.path() + "/nosuch.so"}).code == 1);
}

TEST_CASE("plugins are controlled from the command line") {
    auto& world = stage();
    CHECK(world.host.cli({"plugin", "disable", "id"}).code == 0);
    CHECK_THAT(world.say.direct("/id"), Contains("`id` not found"));
    CHECK(world.host.cli({"plugin", "enable", "id"}).code == 0);
    CHECK_THAT(world.say.direct("/id"), StartsWith("*IDs*"));
    CHECK(world.host.cli({"plugin", "reload", "all"}).code == 0);
    CHECK(world.host.cli({"plugin", "reload", "nosuch"}).code == 1);
}

TEST_CASE("send delivers through the gateway and tells how it went") {
    auto& world = stage();
    const auto sent = world.host.cli({"send", "923009990001", "a word from the operator"});
    CHECK(sent.code == 0);
    CHECK_THAT(sent.out, StartsWith("message ") && Contains(" is sent"));
    const auto calls = world.gateway.calls_to("923009990001@s.whatsapp.net");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].text() == "a word from the operator");
    world.gateway.script("refused", {Fault{.status = 400, .body = R"({"code":"X","message":"no"})"}});
    CHECK(world.host.cli({"send", "923009990001", "refused"}).code == 1);
    CHECK(world.host.cli({"send", "somebody", "hi"}).code == 1);

    world.gateway.go_down();
    const auto waits = world.host.cli({"send", "923009990001", "later", "--wait", "1"});
    CHECK(waits.code == 0);
    CHECK_THAT(waits.out, Contains(" is queued: account gateway has trouble: ") &&
                              EndsWith("It is sent as soon as that is over.\n"));
    const auto at_once = world.host.cli({"send", "923009990001", "behind it", "--wait", "0"});
    CHECK(at_once.code == 0);
    CHECK_THAT(at_once.out, EndsWith(" is queued\n"));
    world.gateway.come_up();
    CHECK(
        eventually([&] { return world.gateway.calls_to("923009990001@s.whatsapp.net").back().text() == "behind it"; }));
}

TEST_CASE("chat --say talks to the running host") {
    const auto talk = stage().host.cli({"chat", "--say", "/echo from the terminal", "--say", "/ping"});
    CHECK(talk.code == 0);
    CHECK(talk.out == "from the terminal\npong\n");
    CHECK_THAT(stage().host.cli({"chat", "--group", "--say", "./id"}).out, Contains("*Group ID*"));
    const auto named = stage().host.cli({"chat", "--group", "120363000000000009@g.us", "--say", "./id"});
    CHECK_THAT(named.out, Contains("*Group ID*: 120363000000000009"));
    CHECK_THAT(stage().host.cli({"chat", "--admin", "--say", "/admin help"}).out, StartsWith("*Available commands:*"));
}

TEST_CASE("doctor makes nothing, and says what is not there") {
    const TempDirectory directory;
    const std::string data = directory.path() + "/a/data";
    const auto doctor = run_parley({"doctor", "--data-dir", data});
    CHECK_THAT(doctor.out, Contains("the data directory " + data + " is not there: the first start makes it") &&
                               Contains("the master key " + data + "/master.key is not there"));
    CHECK(std::filesystem::is_empty(directory.path()));
    CHECK(run_parley({"dead", "list", "--data-dir", data}).code == 1);
    CHECK(std::filesystem::is_empty(directory.path()));
    const auto blocked = run_parley({"doctor", "--data-dir", directory.write("file", "x") + "/data"});
    CHECK(blocked.code == 1);
    CHECK_THAT(blocked.out, Contains("is not there and cannot be made in " + directory.path() + "/file"));
}

TEST_CASE("doctor finds nothing wrong with a host that works") {
    const auto doctor = stage().host.cli({"doctor"});
    CHECK(doctor.code == 0);
    CHECK_THAT(doctor.out, Contains("ok       the embedded database: PostgreSQL "));
    CHECK_THAT(doctor.out, Contains("a host is running on port " + std::to_string(stage().host.port())) &&
                               Contains("3 plugin files") && Contains("Nothing is wrong."));
}

TEST_CASE("SIGHUP loads all plugins again, and the host goes on") {
    auto& world = stage();
    const auto count = [&] {
        const auto log = world.host.log();
        std::size_t found = 0;
        for (auto at = log.find("reload.done"); at != std::string::npos; at = log.find("reload.done", at + 1)) ++found;
        return found;
    };
    const auto before = count();
    world.host.signal(SIGHUP);
    CHECK(eventually([&] { return count() == before + 1; }));
    CHECK(world.say.direct("/ping") == "pong");
}

TEST_CASE("SIGTERM ends it in order, also while a handler runs, and the handler's answer is kept") {
    auto& world = stage();
    world.host.drop_in(test_plugin_file("e2e_trouble"), "trouble.so");
    CHECK(eventually([&] { return world.say.direct("/trouble none") == "survived none"; }));
    const std::string person = "923009990002";
    REQUIRE(world.host.post(body_of({.text = "/trouble work 2000", .from = person})).status == 200);
    CHECK(world.host.stop(20s) == 0);
    // An earlier host was killed while these came in; somebody else's and a young one stay.
    const auto left = [&](const std::string& name, std::chrono::hours age) {
        auto path = world.host.plugins_dir() + "/" + name;
        std::ofstream(path) << "half a library";
        std::filesystem::last_write_time(path, std::filesystem::file_time_type::clock::now() - age);
        return path;
    };
    const auto old = left(".upload.0123456789ab", 2h), older = left(".upload.0123456789ab.older", 2h);
    const auto young = left(".upload.ba9876543210", 0h), foreign = left(".uploads", 2h);
    world.host.start();
    CHECK(eventually([&] { return !std::filesystem::exists(old) && !std::filesystem::exists(older); }));
    CHECK(std::filesystem::remove(young));
    CHECK(std::filesystem::remove(foreign));
    CHECK(eventually([&] { return !world.gateway.calls_to(person + "@s.whatsapp.net").empty(); }));
    const auto calls = world.gateway.calls_to(person + "@s.whatsapp.net");
    REQUIRE(calls.size() == 1);
    CHECK(calls[0].text() == "survived work 2000");
}

TEST_CASE("SIGTERM ends it within 20 seconds while a handler hangs") {
    auto& world = stage();
    REQUIRE(world.host.post(body_of({.text = "/trouble hang", .from = "923009990003"})).status == 200);
    CHECK(world.say.direct("/ping") == "pong");
    CHECK(world.host.stop(20s) == 0);
    // PostgreSQL goes with it.
    CHECK(eventually([&] { return !world.host.postmaster(); }, 10s));
}

TEST_CASE("migrate and chat work without a running host") {
    auto& host = stage().host;
    REQUIRE(!host.running());
    const auto dry = host.cli({"migrate", "--dry-run"});
    CHECK(dry.code == 0);
    CHECK_THAT(dry.out, Contains("; 0 migrations are pending."));
    const auto list = host.cli({"plugin", "list"});
    CHECK(list.code == 1);
    CHECK_THAT(list.err, StartsWith("parley: "));
    const auto talk = host.cli({"chat", "--say", "/ping"});
    CHECK(talk.code == 0);
    CHECK(talk.out == "pong\n");
}

}  // namespace parley::e2e
