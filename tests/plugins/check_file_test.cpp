#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <random>

#include "plugins/support.hpp"
#include "plugins/trial.hpp"

using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

RuntimeOptions with_trial() {
    RuntimeOptions options;
    options.canary_program = PARLEY_HELPER;
    options.trial_deadline = sanitized ? 10s : 2s;
    return options;
}

std::string verdict(const std::string& name, const RuntimeOptions& options = with_trial()) {
    const auto report = check_file(fixture(name), options);
    return report.problems.empty() ? "good" : report.problems.front();
}

}  // namespace

TEST_CASE("good plugins pass the check and the trial") {
    const auto report = check_file(fixture("echo_v2"), with_trial());
    CHECK(report.problems == std::vector<std::string>{});
    CHECK(report.warnings == std::vector<std::string>{});
    REQUIRE(report.manifest);
    CHECK(report.manifest->version == "2.0.0");
    CHECK(verdict("newer_minor") == "good");
    CHECK(verdict("shout") == "good");  // fetches a service in create()
    CHECK(verdict("thread_local_data") == "good");
}

TEST_CASE("each broken plugin gets its verdict in words") {
    CHECK_THAT(verdict("no_entry"), Catch::Contains("does not export the function parley_plugin_entry"));
    CHECK_THAT(verdict("no_note"), Catch::Contains("no plugin manifest"));
    CHECK_THAT(verdict("wrong_magic"), Catch::Contains("wrong magic number"));
    CHECK_THAT(verdict("abi_of_note"), Catch::Contains("ABI 9.0, this host has 1.0"));
    CHECK_THAT(verdict("abi_of_descriptor"), Catch::Contains("ABI 0.0, this host has 1.0"));
    CHECK_THAT(verdict("note_disagrees"), Catch::Contains("the manifest says note-disagrees 1.0.0, the descriptor says "
                                                          "note-disagrees 2.0.0"));
    CHECK_THAT(verdict("missing_symbol"), Catch::Contains("undefined symbol: nobody_has_this"));
    CHECK_THAT(verdict("create_fails"), Catch::Contains("create() failed: not configured (no key is set)"));
    CHECK_THAT(verdict("commands_disagree"), Catch::Contains("the manifest says one two; the plugin says one"));
    CHECK_THAT(verdict("create_throws"), Catch::Contains("create() let an exception out: no instance"));
    CHECK_THAT(verdict("throwing_constructor"),
               Catch::Contains("crashed in dlopen(), running static constructors with SIGABRT") &&
                   Catch::Contains("runtime_error"));
    CHECK_THAT(verdict("crashing_constructor"), Catch::Contains("with SIGSEGV (invalid memory access)"));
    CHECK_THAT(verdict("exiting_constructor"),
               Catch::Contains("ended the process in dlopen()") && Catch::Contains("exit code 0"));
}

TEST_CASE("a constructor that never ends is stopped at the deadline") {
    auto options = with_trial();
    options.trial_deadline = 500ms;
    const auto begin = std::chrono::steady_clock::now();
    CHECK_THAT(verdict("endless_constructor", options), Catch::Contains("not done after 500 ms"));
    CHECK(std::chrono::steady_clock::now() - begin < 5s);
}

TEST_CASE("what would stay mapped is a warning, not a refusal") {
    const auto unique = check_file(fixture("unique_symbols"), with_trial());
    CHECK(unique.problems.empty());
    REQUIRE(unique.warnings.size() == 1);
    CHECK_THAT(unique.warnings.front(), Catch::Contains("unique symbols") && Catch::Contains("parley_add_plugin()"));
    const auto extra = check_file(fixture("extra_exports"), with_trial());
    CHECK(extra.problems.empty());
    REQUIRE(extra.warnings.size() == 1);
    CHECK_THAT(extra.warnings.front(), Catch::Contains("exports 1 symbols besides"));
    const auto nodelete = check_file(fixture("nodelete"), with_trial());
    REQUIRE(nodelete.warnings.size() == 1);
    CHECK_THAT(nodelete.warnings.front(), Catch::Contains("-z nodelete"));
}

TEST_CASE("a trial that cannot be run is a refusal, not a pass") {
    RuntimeOptions options;
    options.canary_program = "/nonexistent/parley";
    CHECK_THAT(verdict("echo_v1", options), Catch::Contains("no trial load"));
    options.canary_program = "/bin/true";  // says nothing
    CHECK_THAT(verdict("echo_v1", options), Catch::Contains("ended the process before it began with exit code 0"));
}

TEST_CASE("a trial inherits nothing but the plugin") {
    TempDirectory dir;
    std::ofstream(dir / "trial.sh") << "#!/bin/sh\ntest -e /proc/$$/fd/3 && echo three >&2\n"
                                       "test -e /proc/$$/fd/177 && echo leaked >&2\nexit 1\n";
    fs::permissions(dir / "trial.sh", fs::perms::owner_all);
    const int leak = ::fcntl(2, F_DUPFD, 177);
    REQUIRE(leak == 177);
    RuntimeOptions options;
    options.canary_program = (dir / "trial.sh").string();
    CHECK_THAT(verdict("echo_v1", options), Catch::EndsWith("exit code 1 (three)"));
    ::close(leak);
}

TEST_CASE("cut off and damaged files are checked without harm to this process") {
    TempDirectory dir;
    std::ifstream file(fixture("echo_v1"), std::ios::binary);
    const std::string good{std::istreambuf_iterator<char>(file), {}};
    const auto check = [&](const std::string& content, const RuntimeOptions& options) {
        std::ofstream(dir / "x.so", std::ios::binary | std::ios::trunc) << content;
        return check_file(dir / "x.so", options);
    };
    for (std::size_t size = 0; size < good.size(); size += 611)
        CHECK(check(good.substr(0, size), RuntimeOptions{}).problems.size() == 1);

    // Some damage only the trial can judge: it may pass or fail, but it happens over there.
    std::mt19937 random(7);
    for (int round = 0; round < (sanitized ? 5 : 40); ++round) {
        auto damaged = good;
        for (int flips = 0; flips < 8; ++flips)
            damaged[random() % damaged.size()] ^= static_cast<char>(1 << random() % 8);
        auto options = with_trial();
        options.trial_deadline = 1s;
        static_cast<void>(check(damaged, options));
    }
}
