#include <spawn.h>
#include <sys/wait.h>

#include <fstream>

#include "plugins/crash_journal.hpp"
#include "plugins/support.hpp"

extern char** environ;

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

// Runs a host that crashes inside the plugin; the status it ended with.
int crash(const Bench& bench, std::string how) {
    std::string program = PARLEY_HELPER, verb = "crash", plugins = bench.options.plugins_dir,
                state = bench.options.state_dir;
    char* arguments[] = {program.data(), verb.data(), plugins.data(), state.data(), how.data(), nullptr};
    pid_t pid = 0;
    REQUIRE(::posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
    int status = 0;
    REQUIRE(::waitpid(pid, &status, 0) == pid);
    return status;
}

std::string journal(const Bench& bench) {
    std::ifstream file(fs::path(bench.options.state_dir) / "plugin-crashes");
    return {std::istreambuf_iterator<char>(file), {}};
}

// A sanitizer turns the signal into an exit of its own, after the journal was written.
void check_died_of(int status, int signal) {
    CHECK_FALSE((WIFEXITED(status) && WEXITSTATUS(status) == 0));
    if (!sanitized) {
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == signal);
    }
}

}  // namespace

TEST_CASE("the journal names the plugin that a crash of the host happened in") {
    Bench bench;
    bench.options.state_dir = (bench.dir / "state").string();
    bench.install("crashing", "crashing.so");

    SECTION("a bad write") {
        check_died_of(crash(bench, "now"), SIGSEGV);
        CHECK_THAT(journal(bench), Catch::StartsWith("SIGSEGV crashing 1 "));
    }
    SECTION("an abort") {
        check_died_of(crash(bench, "abort"), SIGABRT);
        CHECK_THAT(journal(bench), Catch::StartsWith("SIGABRT crashing 1 "));
    }
    SECTION("no stack left") {
        check_died_of(crash(bench, "deep"), SIGSEGV);
        CHECK_THAT(journal(bench), Catch::StartsWith("SIGSEGV crashing 1 "));
    }
    SECTION("a bad write in a thread of its own") {
        check_died_of(crash(bench, "in-thread1"), SIGSEGV);
        CHECK_THAT(journal(bench), Catch::StartsWith("SIGSEGV crashing 1 "));
    }
    SECTION("an abort in a thread of its own") {
        check_died_of(crash(bench, "abort-thread"), SIGABRT);
        // A sanitizer gives every thread a stack for signals, by which those of plugins are told apart.
        if (!sanitized) CHECK_THAT(journal(bench), Catch::StartsWith("SIGABRT crashing 1 "));
    }
    SECTION("an end that looks orderly") {
        for (const std::string how : {"finish", "leaving"}) {
            const int status = crash(bench, how);
            REQUIRE(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 70);
        }
        CHECK_THAT(journal(bench), Catch::StartsWith("exit crashing 1 "));
        bench.start();
        CHECK(bench.info("crashing").state == State::disabled);
    }
}

TEST_CASE("a plugin that was running in two crashes starts disabled, until an admin enables it") {
    Bench bench;
    bench.options.state_dir = (bench.dir / "state").string();
    bench.install("crashing", "crashing.so");
    bench.install("echo_v1", "echo.so");
    crash(bench, "now");
    bench.start();
    CHECK(bench.info("crashing").state == State::serving);
    bench.runtime.reset();
    crash(bench, "abort");

    bench.start();
    CHECK(bench.call("echo") == 1);
    CHECK(bench.info("crashing").state == State::disabled);
    CHECK_THAT(bench.info("crashing").error, Catch::Contains("crashed 2 times inside this plugin"));
    CHECK_FALSE(bench.runtime->find("crash"));
    REQUIRE(bench.ask(Runtime::Action::enable, "crashing"));
    CHECK(bench.runtime->find("crash"));
    CHECK(journal(bench).empty());

    bench.runtime.reset();
    bench.start();
    CHECK(bench.info("crashing").state == State::serving);
}

TEST_CASE("crashes count that happened within the window before the last one") {
    TempDirectory dir;
    std::ofstream(dir / "plugin-crashes") << "SIGSEGV a 1 1000000\nSIGSEGV a 1 1000060\nSIGSEGV b 7 1000000\n"
                                             "SIGSEGV b 7 2000000\nSIGSEGV c 1\nSIGSEGV c 1\nSIGSEGV d 1\n"
                                             "SIGSEGV d 1 1000000\n";
    const CrashJournal journal(dir.path());
    CHECK(journal.crashes("a", 60s) == 2);
    CHECK(journal.crashes("a", 59s) == 1);
    CHECK(journal.crashes("b", 24h) == 1);
    CHECK(journal.crashes("c", 24h) == 2);  // written by a host that noted no time
    CHECK(journal.crashes("d", 24h) == 1);
}

TEST_CASE("forgetting one plugin keeps the others, and the journal writes on") {
    TempDirectory dir;
    std::ofstream(dir / "plugin-crashes") << "SIGSEGV a 1\nSIGBUS b 7\nSIGSEGV a 2\nhalf";
    CrashJournal journal(dir.path());
    CHECK(journal.crashes("a", 24h) == 2);
    CHECK(journal.crashes("b", 24h) == 1);
    CHECK(journal.crashes("c", 24h) == 0);
    journal.forget("a");
    CHECK(journal.crashes("a", 24h) == 0);
    std::ifstream file(dir / "plugin-crashes");
    CHECK(std::string{std::istreambuf_iterator<char>(file), {}} == "SIGBUS b 7\n");
}
