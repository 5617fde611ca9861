// Plugins change, break and misbehave while people write.
#include <signal.h>
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <fstream>
#include <set>
#include <thread>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;

Stage& stage() {
    static Stage one({{"HANDLER_TIMEOUT_MS", "500"}}, {"ping", "plugin"});
    return one;
}

std::string version_now(const std::string& person = "923002222222") {
    return stage().say.direct("/echo which", person).substr(0, 2);
}

bool serves(const std::string& version) {
    return eventually([&] { return version_now() == version; });
}

// Numbered messages of three people until it ends; each is posted once and must be acknowledged at once.
class Writers {
public:
    explicit Writers(std::string name) : name_(std::move(name)) {
        for (int i = 0; i < 3; ++i) threads_.emplace_back([this, i] { run(i); });
    }
    ~Writers() { stop(); }
    Writers(const Writers&) = delete;
    Writers& operator=(const Writers&) = delete;

    void stop() {
        over_ = true;
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    int posted() const { return posted_; }
    int refused() const { return refused_; }
    // The versions that answered, in order, by person; empty when a message was lost, answered twice or out of order.
    std::vector<std::string> versions(int writer) const {
        std::vector<std::string> found;
        int next = 0;
        for (const auto& call : stage().gateway.calls_to(person(writer) + "@s.whatsapp.net")) {
            if (call.text().find(name_) == std::string::npos) continue;
            if (call.text().substr(3) != name_ + " " + std::to_string(next++)) return {};
            found.push_back(call.text().substr(0, 2));
        }
        return next == counts_[static_cast<std::size_t>(writer)] ? found : std::vector<std::string>{};
    }
    bool all_answered() const {
        return eventually([&] { return !versions(0).empty() && !versions(1).empty() && !versions(2).empty(); });
    }

private:
    static std::string person(int writer) { return "92300777100" + std::to_string(writer); }
    void run(int writer) {
        for (int number = 0; !over_; ++number) {
            const auto text = "/echo " + name_ + " " + std::to_string(number);
            if (stage().host.post(body_of({.text = text, .from = person(writer)})).status != 200) ++refused_;
            ++counts_[static_cast<std::size_t>(writer)];
            ++posted_;
            std::this_thread::sleep_for(2ms);  // the pace of a busy chat
        }
    }

    const std::string name_;
    std::atomic<bool> over_{false};
    std::atomic<int> posted_{0}, refused_{0};
    std::array<std::atomic<int>, 3> counts_{};
    std::vector<std::thread> threads_;
};

// Old answers first, then new ones, never back.
bool switched_once(const std::vector<std::string>& versions, const std::string& from, const std::string& to) {
    const auto first_new = std::find(versions.begin(), versions.end(), to);
    return !versions.empty() && std::all_of(versions.begin(), first_new, [&](const auto& v) { return v == from; }) &&
           std::all_of(first_new, versions.end(), [&](const auto& v) { return v == to; });
}

void change_under_traffic(const std::string& name, const std::string& from, const std::string& to, bool by_rename) {
    auto& host = stage().host;
    Writers writers(name);
    REQUIRE(eventually([&] { return writers.posted() > 60; }));
    const auto file = test_plugin_file("e2e_echo_" + to);
    by_rename ? host.drop_in(file, "echo.so") : host.copy_over(file, "echo.so");
    CHECK(serves(to));
    const int then = writers.posted();
    CHECK(eventually([&] { return writers.posted() > then + 60; }));
    writers.stop();
    CHECK(writers.refused() == 0);
    CHECK(writers.all_answered());
    for (int writer = 0; writer < 3; ++writer) {
        const auto versions = writers.versions(writer);
        CHECK(switched_once(versions, from, to));
        CHECK((!versions.empty() && versions.front() == from && versions.back() == to));
    }
}

}  // namespace

TEST_CASE("a plugin dropped in serves") {
    CHECK_THAT(stage().say.direct("/echo which"), Contains("`echo` not found"));
    stage().host.drop_in(test_plugin_file("e2e_echo_v1"), "echo.so");
    CHECK(serves("v1"));
    stage().host.drop_in(test_plugin_file("e2e_trouble"), "trouble.so");
    CHECK(eventually([] { return stage().say.direct("/trouble none") == "survived none"; }));
}

TEST_CASE("a new version renamed into place takes over under traffic") {
    change_under_traffic("renamed", "v1", "v2", true);
}

TEST_CASE("a new version copied over the old one takes over under traffic") {
    change_under_traffic("copied", "v2", "v1", false);
}

TEST_CASE("ten changes in a row under traffic lose nothing") {
    Writers writers("often");
    for (int i = 0; i < 10; ++i) {
        const std::string version = i % 2 == 0 ? "v2" : "v1";
        stage().host.drop_in(test_plugin_file("e2e_echo_" + version), "echo.so");
        CHECK(serves(version));
    }
    writers.stop();
    CHECK(writers.refused() == 0);
    CHECK(writers.all_answered());
}

TEST_CASE("a broken file leaves the version before it serving, and says why") {
    auto& host = stage().host;
    const std::string broken = host.data_dir() + "/broken";
    std::ofstream(broken) << "this is no library";
    host.drop_in(broken, "echo.so");
    std::string list;
    CHECK(eventually([&] {
        return (list = host.cli({"plugin", "list"}).out).find("not an ELF file") != std::string::npos;
    }));
    CHECK_THAT(list, Contains("echo") && Contains("serving"));
    CHECK(version_now() == "v1");
    // Half of a library is broken as well.
    const auto whole = read_text(test_plugin_file("e2e_echo_v2"));
    std::ofstream(broken, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() / 2);
    host.drop_in(broken, "echo.so");
    CHECK(eventually([&] {
        return (list = host.cli({"plugin", "list"}).out).find("not an ELF file") == std::string::npos;
    }));
    CHECK(version_now() == "v1");
    host.drop_in(test_plugin_file("e2e_echo_v2"), "echo.so");
    CHECK(serves("v2"));
}

TEST_CASE("a plugin that throws in a loop is quarantined, and others keep working") {
    auto& world = stage();
    const std::string person = "923007771111";
    for (int i = 0; i < 5; ++i)
        CHECK(world.say.direct("/trouble throw", person) == "Sorry, `/trouble` failed. The admins can see why.");
    CHECK(eventually([&] { return world.host.cli({"plugin", "list"}).out.find("quarantined") != std::string::npos; }));
    CHECK(world.metric("parley_plugin_serving{plugin=\"trouble\"}") == 0);
    CHECK(world.metric("parley_plugin_serving{plugin=\"ping\"}") == 1);
    CHECK_THAT(world.say.direct("/trouble none", person), Contains("`trouble` not found"));
    CHECK(world.say.direct("/ping", person) == "pong");
    CHECK_THAT(world.host.cli({"dead", "list"}).out, Contains("trouble was asked for"));
    CHECK(world.host.cli({"plugin", "enable", "trouble"}).code == 0);
    CHECK(world.say.direct("/trouble none", person) == "survived none");
}

TEST_CASE("a plugin that hangs in a loop is quarantined, and others keep working") {
    auto& world = stage();
    for (int i = 0; i < 5; ++i) {
        const std::string person = "92300777200" + std::to_string(i);
        CHECK(world.host.post(body_of({.text = "/trouble hang", .from = person})).status == 200);
        CHECK(world.say.direct("/ping", "923007773333") == "pong");
    }
    for (int i = 0; i < 5; ++i) {
        const std::string chat = "92300777200" + std::to_string(i) + "@s.whatsapp.net";
        CHECK(eventually([&] { return !world.gateway.calls_to(chat).empty(); }));
        CHECK(world.gateway.calls_to(chat).at(0).text() ==
              "Sorry, that took too long and was stopped. The admins can see why.");
    }
    CHECK(eventually([&] { return world.host.cli({"plugin", "list"}).out.find("quarantined") != std::string::npos; }));
    CHECK(world.say.direct("/ping", "923007773333") == "pong");
    CHECK(version_now() == "v2");
    CHECK_THAT(world.host.cli({"dead", "list"}).out, Contains("did not finish within its time limit"));
}

TEST_CASE("a file taken away takes its command along") {
    auto& world = stage();
    REQUIRE(unlink((world.host.plugins_dir() + "/echo.so").c_str()) == 0);
    CHECK(eventually([&] { return world.say.direct("/echo which").find("`echo` not found") != std::string::npos; }));
    CHECK(world.say.direct("/ping") == "pong");
}

TEST_CASE("nothing wrong was sent to the gateway, and the host ends in order beside handlers that hang") {
    CHECK(stage().gateway.violations().empty());
    CHECK(stage().host.stop(25s) == 0);
}

}  // namespace parley::e2e
