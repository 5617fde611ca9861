#include <fcntl.h>
#include <unistd.h>

#include <fstream>

#include "plugins/support.hpp"

using namespace parley;
using namespace parley::plugins;
using namespace parley::plugins::test;

namespace {

bool becomes(Bench& bench, int answer) {
    return eventually([&] { return bench.call("echo") == answer; });
}

std::string content_of(const std::string& fixture_name) {
    std::ifstream file(fixture(fixture_name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a plugin is dropped in, replaced and deleted while the host runs") {
    Bench bench(true);
    bench.start();
    CHECK(bench.call("echo") == 0);
    fs::copy_file(fixture("echo_v1"), bench.in("echo.so"));
    REQUIRE(becomes(bench, 1));

    SECTION("copied over, in place") {
        fs::copy_file(fixture("echo_v2"), bench.in("echo.so"), fs::copy_options::overwrite_existing);
        REQUIRE(becomes(bench, 2));
    }
    SECTION("renamed over") {
        bench.install("echo_v2", "echo.so");
        REQUIRE(becomes(bench, 2));
    }
    SECTION("cut to nothing and written anew, slowly") {
        const auto content = content_of("echo_v2");
        {
            std::ofstream file(bench.in("echo.so"), std::ios::binary | std::ios::trunc);
            file << content.substr(0, content.size() / 2) << std::flush;
            // Longer than it takes to settle: the half is read, and refused.
            CHECK(eventually([&] { return !bench.info("echo").error.empty(); }));
            CHECK(bench.call("echo") == 1);
            file << content.substr(content.size() / 2);
        }
        REQUIRE(becomes(bench, 2));
        CHECK(bench.info("echo").error.empty());
    }
    SECTION("linked into place") {
        fs::remove(bench.in("echo.so"));
        fs::copy_file(fixture("echo_v2"), bench.in("echo.tmp"));
        fs::create_hard_link(bench.in("echo.tmp"), bench.in("echo.so"));
        REQUIRE(becomes(bench, 2));
    }

    fs::remove(bench.in("echo.so"));
    CHECK(becomes(bench, 0));
    CHECK(eventually([&] { return bench.runtime->list().empty(); }));
}

TEST_CASE("a file that is only touched is not loaded again") {
    Bench bench(true);
    bench.install("echo_v1", "echo.so");
    bench.start();
    const auto generation = bench.info("echo").generation;
    fs::last_write_time(bench.in("echo.so"), fs::file_time_type::clock::now());
    // A second plugin that arrives later is proof that the touch was looked at.
    bench.install("newer_minor", "zz.so");
    REQUIRE(eventually([&] { return bool(bench.runtime->find("new1")); }));
    CHECK(bench.info("echo").generation == generation);
}

TEST_CASE("a renamed file keeps its plugin serving without a gap") {
    Bench bench(true);
    bench.install("echo_v1", "echo.so");
    bench.start();
    const auto generation = bench.info("echo").generation;
    fs::rename(bench.in("echo.so"), bench.in("other.so"));
    REQUIRE(eventually([&] {
        CHECK(bench.call("echo") == 1);
        return bench.info("echo").file.ends_with("/other.so");
    }));
    CHECK(bench.info("echo").generation == generation);
    CHECK(bench.runtime->list().size() == 1);
}

TEST_CASE("a broken file is tried again when it changes, and a rival when its rival is gone") {
    Bench bench(true);
    bench.start();
    std::ofstream(bench.in("echo.so")) << "junk";
    REQUIRE(eventually([&] { return bool(bench.runtime->info("echo")); }));
    CHECK(bench.info("echo").state == State::failed);
    bench.install("echo_v1", "echo.so");
    REQUIRE(becomes(bench, 1));

    bench.install("rival", "rival.so");
    REQUIRE(eventually([&] { return bool(bench.runtime->info("rival")); }));
    CHECK(bench.info("rival").state == State::failed);
    fs::remove(bench.in("echo.so"));
    REQUIRE(eventually([&] { return bench.info("rival").state == State::serving; }));
}

TEST_CASE("a directory that is moved away and comes back is watched again") {
    Bench bench(true);
    bench.install("echo_v1", "echo.so");
    bench.start();
    const fs::path plugins = bench.options.plugins_dir;
    fs::rename(plugins, plugins.string() + ".old");
    REQUIRE(becomes(bench, 0));
    fs::rename(plugins.string() + ".old", plugins);
    REQUIRE(becomes(bench, 1));
    bench.install("echo_v2", "echo.so");
    REQUIRE(becomes(bench, 2));
}
