#include <fstream>

#include "plugins/library.hpp"
#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

std::size_t open_descriptors() {
    const fs::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

std::size_t resident_kb() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (word == "VmRSS:") {
            std::size_t kb = 0;
            status >> kb;
            return kb;
        }
    return 0;
}

}  // namespace

TEST_CASE("calls in flight finish on the old generation, new ones go to the new") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    Gate gate;
    int answer = 0;
    std::thread caller([&] {
        const Lease lease = bench.runtime->find("echo");
        fixture_call call{};
        call.wait = &Gate::wait;
        call.user = &gate;
        const parley_message message{};
        lease.hooks().handle(lease.hooks().self, reinterpret_cast<parley_call*>(&call), &message);
        answer = call.answer;
    });
    gate.inside.wait(false);

    bench.install("echo_v2", "echo.so");
    REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
    CHECK(bench.call("echo") == 2);
    CHECK(eventually([&] { return bench.info("echo").draining == 1; }));
    gate.release();
    caller.join();
    CHECK(answer == 1);
    CHECK(eventually([&] { return bench.info("echo").draining == 0; }));
    CHECK(bench.info("echo").pinned == 0);
}

TEST_CASE("a thousand reloads leave no mapping, no descriptor and little memory behind") {
    const int rounds = sanitized ? 100 : 1000;
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    const auto reload = [&](int round) {
        const int version = 1 + round % 2;
        bench.install("echo_v" + std::to_string(version), "echo.so");
        REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
        REQUIRE(bench.call("echo") == version);
    };
    for (int round = 0; round < 20; ++round) reload(round);
    REQUIRE(eventually([&] { return bench.info("echo").draining == 0; }));
    const auto descriptors = open_descriptors();
    const auto resident = resident_kb();
    for (int round = 0; round < rounds; ++round) reload(round);
    REQUIRE(eventually([&] { return bench.info("echo").draining == 0; }));

    CHECK(bench.info("echo").generation == static_cast<std::uint64_t>(rounds) + 21);
    CHECK(bench.info("echo").pinned == 0);
    // Copies of one file: that of the generation which serves. The last one retired may still be on its way out.
    CHECK(eventually([&] { return open_descriptors() <= descriptors; }));
    if (!sanitized) CHECK(resident_kb() < resident + 4096);
    bench.runtime->stop(5s);
    CHECK_FALSE(is_mapped("parley-plugin-echo"));
}

TEST_CASE("no call is wrong or lost while plugins are reloaded under it") {
    const int reloads = sanitized ? 60 : 500;
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    std::atomic<bool> done{false};
    std::atomic<std::uint64_t> right{0}, wrong{0}, lost{0};
    std::vector<std::thread> callers;
    for (int i = 0; i < 2; ++i)
        callers.emplace_back([&] {
            while (!done) {
                const Lease lease = bench.runtime->find("echo");
                if (!lease) {
                    ++lost;
                    continue;
                }
                // The version that answers must be that of the generation that was leased: odd generations are
                // version 1.
                fixture_call call{};
                const parley_message message{};
                lease.hooks().handle(lease.hooks().self, reinterpret_cast<parley_call*>(&call), &message);
                ++(call.answer == (lease.generation() % 2 ? 1 : 2) ? right : wrong);
            }
        });
    for (int round = 1; round <= reloads; ++round) {
        bench.install(round % 2 ? "echo_v2" : "echo_v1", "echo.so");
        REQUIRE(bench.ask(Runtime::Action::reload, "echo"));
    }
    done = true;
    for (auto& caller : callers) caller.join();
    CHECK(right > 0);
    CHECK(wrong == 0);
    CHECK(lost == 0);
}

TEST_CASE("a library that stays mapped is counted") {
    Bench bench;
    bench.install("unique_symbols", "unique.so");
    bench.start();
    REQUIRE(bench.ask(Runtime::Action::reload, "unique-symbols"));
    CHECK(eventually([&] { return bench.info("unique-symbols").pinned == 1; }));
    CHECK(bench.info("unique-symbols").state == State::serving);
    CHECK(is_mapped("parley-plugin-unique"));
}

TEST_CASE("a version that would run on the data of the one before is refused") {
    Bench bench;
    bench.install("unique_symbols", "unique.so");
    bench.start();
    bench.install("unique_symbols_v2", "unique.so");
    const auto refused = bench.ask(Runtime::Action::reload, "unique-symbols");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("unique symbol") && Catch::Contains("restart the host"));
    CHECK(bench.info("unique-symbols").state == State::serving);
    CHECK(bench.info("unique-symbols").version == "1.0.0");
    SECTION("also when nothing of it serves any more") {
        REQUIRE(bench.ask(Runtime::Action::unload, "unique-symbols"));
        CHECK_FALSE(bench.ask(Runtime::Action::load, "unique-symbols"));
    }
    SECTION("one that is built well has data of its own") {
        bench.install("unique_symbols_v3", "unique.so");
        REQUIRE(bench.ask(Runtime::Action::reload, "unique-symbols"));
        CHECK(bench.info("unique-symbols").version == "3.0.0");
    }
}

TEST_CASE("a plugin of which too many copies stay mapped is not reloaded any more") {
    Bench bench;
    bench.install("nodelete", "nodelete.so");
    bench.start();
    for (unsigned round = 1; round <= 32; ++round) {
        REQUIRE(bench.ask(Runtime::Action::reload, "nodelete"));
        REQUIRE(eventually([&] { return bench.info("nodelete").pinned == round; }));
    }
    const auto refused = bench.ask(Runtime::Action::reload, "nodelete");
    REQUIRE_FALSE(refused);
    CHECK_THAT(refused.error().message, Catch::Contains("parley_add_plugin()"));
    CHECK(bench.info("nodelete").state == State::serving);
}

TEST_CASE("thread_local data of start() does not pin the library") {
    Bench bench;
    bench.install("thread_local_data", "tls.so");
    bench.start();
    REQUIRE(bench.ask(Runtime::Action::reload, "thread-local-data"));
    CHECK(eventually([&] { return bench.info("thread-local-data").draining == 0; }));
    bench.runtime->stop(5s);
    CHECK_FALSE(is_mapped("parley-plugin-tls"));
}

TEST_CASE("a runtime that ends while a call is in flight leaves the call alone") {
    Bench bench;
    bench.install("echo_v1", "echo.so");
    bench.start();
    Lease lease = bench.runtime->find("echo");
    bench.runtime->stop(10ms);
    bench.runtime.reset();
    fixture_call call{};
    const parley_message message{};
    lease.hooks().handle(lease.hooks().self, reinterpret_cast<parley_call*>(&call), &message);
    CHECK(call.answer == 1);
}
