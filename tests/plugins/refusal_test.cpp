#include <spawn.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

#include "plugins/library.hpp"
#include "plugins/support.hpp"

extern char** environ;

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

// Puts the fixture over a serving echo 1.0.0, asks for a reload and returns why that was refused.
std::string failed_reload(Bench& bench, const std::string& fixture_name) {
    bench.install(fixture_name, "echo.so");
    const auto result = bench.ask(Runtime::Action::reload, "echo");
    REQUIRE_FALSE(result);
    const auto info = bench.info("echo");
    CHECK(info.state == State::serving);
    CHECK(info.version == "1.0.0");
    CHECK(bench.call("echo") == 1);
    return info.error;
}

}  // namespace

TEST_CASE("a reload that fails leaves the old generation serving and shows why") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.options.canary_program = PARLEY_HELPER;
    bench.start();

    CHECK_THAT(failed_reload(bench, "start_fails"), Catch::Contains("start() failed: failed: the moon is full"));
    CHECK_THAT(failed_reload(bench, "start_throws"), Catch::Contains("start() let an exception out: no start"));
    CHECK_THAT(failed_reload(bench, "throwing_constructor"), Catch::Contains("SIGABRT"));
    CHECK_THAT(failed_reload(bench, "commands_disagree"),
               Catch::Contains("the manifest says one two; the plugin says one"));
    CHECK_THAT(failed_reload(bench, "missing_symbol"), Catch::Contains("nobody_has_this"));
    std::ofstream(bench.in("echo.so"), std::ios::trunc) << "not a library";
    REQUIRE_FALSE(bench.ask(Runtime::Action::reload, "echo"));
    CHECK_THAT(bench.info("echo").error, Catch::Contains("not an ELF file"));
    CHECK(bench.call("echo") == 1);
    CHECK(bench.services.rolled_back == 2);
    CHECK(bench.services.open_calls == 0);

    bench.install("echo_v2", "echo.so");
    REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
    CHECK(bench.info("echo").error.empty());
    CHECK(bench.call("echo") == 2);
}

TEST_CASE("a start() that does not return is refused, left alone, and cleaned up if it returns after all") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.options.start_deadline = 200ms;
    bench.start();

    CHECK_THAT(failed_reload(bench, "start_hangs"), Catch::Contains("start() did not return within 200 ms"));
    CHECK(bench.services.open_calls == 1);  // still in use by the hook
    CHECK(bench.services.rolled_back == 0);
    bench.services.gate.release();
    CHECK(eventually([&] {
        const std::lock_guard lock(bench.services.mutex);
        return bench.services.open_calls == 0 && bench.services.rolled_back == 1;
    }));
    bench.runtime->stop(5s);
    CHECK(eventually([] { return !is_mapped("parley-plugin-echo"); }));
}

TEST_CASE("static constructors and destructors that never end do not hold up the host") {
    for (const std::string name : {"endless_constructor", "endless_destructor"}) {
        Bench bench;
        bench.install(name, "endless.so");
        std::string program = PARLEY_HELPER, verb = "hang", plugins = bench.options.plugins_dir;
        char* arguments[] = {program.data(), verb.data(), plugins.data(), nullptr};
        pid_t pid = 0;
        int status = -1;
        REQUIRE(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
        CHECK(eventually([&] { return ::waitpid(pid, &status, WNOHANG) == pid; }));
        CHECK(status == 0);
        if (status == -1) ::kill(pid, SIGKILL);
    }
}

TEST_CASE("a plugin that could not start for want of the database is started when it is back") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    auto& services = bench.services;
    std::atomic<bool>* broken = &services.away;
    SECTION("what start() needs is away") {}
    SECTION("the version cannot be read") {
        broken = &services.versions_fail;
    }
    SECTION("what it wrote cannot be committed") {
        broken = &services.commits_fail;
    }
    *broken = true;

    CHECK_FALSE(failed_reload(bench, "start_needs_database").empty());
    *broken = false;
    CHECK(eventually([&] { return bench.call("echo") == 3; }));
    CHECK(bench.info("echo").error.empty());
    CHECK(services.open_calls == 0);
}

TEST_CASE("what an admin switched off meanwhile is not tried again") {
    Bench bench;
    bench.install("start_needs_database", "echo.so");
    bench.services.away = true;
    bench.start();
    REQUIRE(bench.ask(Runtime::Action::disable, "echo"));
    bench.services.away = false;
    bench.install("newer_minor", "newer.so");
    REQUIRE(bench.ask(Runtime::Action::load, "newer"));
    CHECK(bench.call("echo") == 0);
    REQUIRE(bench.ask(Runtime::Action::enable, "echo"));
    CHECK(bench.call("echo") == 3);
}

TEST_CASE("a plugin that fails at start is listed with its error") {
    Bench bench;
    std::ofstream(bench.in("broken.so")) << "junk";
    bench.install("no_note", "silent.so");
    fs::create_directory(bench.in("folder.so"));
    std::ofstream(bench.in("readme.txt")) << "not looked at";
    std::ofstream(bench.in(".hidden.so")) << "not looked at";
    bench.start();
    CHECK(bench.runtime->list().size() == 3);
    CHECK(bench.info("broken").state == State::failed);
    CHECK_THAT(bench.info("broken").error, Catch::Contains("not an ELF file"));
    CHECK_THAT(bench.info("silent").error, Catch::Contains("no plugin manifest"));
    CHECK_THAT(bench.info("folder").error, Catch::Contains("a directory"));
}

TEST_CASE("two files with one id: the later is refused, naming both, and takes over when the first goes") {
    Bench bench;
    bench.install("echo_v1", "a.so");
    bench.install("echo_v2", "b.so");
    bench.start();
    CHECK(bench.call("echo") == 1);
    const auto list = bench.runtime->list();
    REQUIRE(list.size() == 2);
    CHECK(list[0].state == State::serving);
    CHECK(list[1].state == State::failed);
    CHECK_THAT(list[1].error, Catch::Contains("b.so and a.so are both the plugin 'echo'"));

    fs::remove(bench.in("a.so"));
    REQUIRE(bench.ask(Runtime::Action::reload, "all"));
    CHECK(bench.call("echo") == 2);
    CHECK(bench.runtime->list().size() == 1);
}

TEST_CASE("one command in two plugins: the later is refused, naming both, and comes when the first goes") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.install("rival", "rival.so");
    bench.start();
    CHECK_THAT(bench.info("rival").error,
               Catch::Contains("rival.so (rival) and echo.so (echo) both have the command 'echo'"));
    CHECK(bench.runtime->find("echo").plugin_id() == "echo");

    fs::remove(bench.in("echo.so"));
    REQUIRE_FALSE(bench.ask(Runtime::Action::reload, "echo"));  // gone, so it is removed
    // It is in the list a moment before its commands are found.
    CHECK(eventually([&] {
        const auto found = bench.runtime->find("echo");
        return found && found.plugin_id() == "rival";
    }));
    CHECK(bench.info("rival").state == State::serving);
}

TEST_CASE("a file that becomes another plugin replaces the one that it was") {
    Bench bench;
    bench.install("echo_v1", "x.so");
    bench.start();
    bench.install("rival", "x.so");  // has the same command
    REQUIRE(bench.ask(Runtime::Action::reload, "x.so"));
    CHECK_FALSE(bench.runtime->info("echo"));
    CHECK(bench.runtime->find("echo").plugin_id() == "rival");
    CHECK_FALSE(bench.runtime->find_plugin("echo"));
}
