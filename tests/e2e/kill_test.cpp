// kill -9 of the host at each of its failpoints, and of its PostgreSQL, under traffic: what was acknowledged is
// answered, in order.
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <thread>

#include "support/stage.hpp"

namespace parley::e2e {
namespace {

constexpr int chats = 4;

// Posts numbered messages, each chat on a thread of its own, each message until it is acknowledged: what a gateway
// does.
class Traffic {
public:
    Traffic(const Host& host, std::string prefix) : host_(host), prefix_(std::move(prefix)) {
        for (int i = 0; i < chats; ++i) threads_.emplace_back([this, i] { run(i); });
    }
    ~Traffic() { stop(); }
    Traffic(const Traffic&) = delete;
    Traffic& operator=(const Traffic&) = delete;

    void stop() {
        over_ = true;
        for (auto& thread : threads_)
            if (thread.joinable()) thread.join();
    }
    static std::string person(int chat) { return "92300888000" + std::to_string(chat); }
    static std::string chat_name(int chat) { return person(chat) + "@s.whatsapp.net"; }
    // How many of the chat's messages were acknowledged: 0, 1, 2, ...
    int acknowledged(int chat) const { return acknowledged_[static_cast<std::size_t>(chat)]; }
    int acknowledged() const {
        int sum = 0;
        for (int i = 0; i < chats; ++i) sum += acknowledged(i);
        return sum;
    }
    std::string text(int number) const { return prefix_ + " " + std::to_string(number); }

private:
    void run(int chat) {
        for (int number = 0; !over_; ++number) {
            const auto body = body_of({.text = "/echo " + text(number), .from = person(chat)});
            // One that was begun is brought to its end.
            if (!host_.post_until_taken(body)) return;
            ++acknowledged_[static_cast<std::size_t>(chat)];
            std::this_thread::sleep_for(2ms);  // the pace of a busy chat, not a wait for anything
        }
    }

    const Host& host_;
    const std::string prefix_;
    std::atomic<bool> over_{false};
    std::array<std::atomic<int>, chats> acknowledged_{};
    std::vector<std::thread> threads_;
};

// Puts a coin into a ledger with every message: what is handled twice, or not at all, is in the total.
class Savings {
public:
    explicit Savings(const Host& host)
        : thread_([this, &host] {
              while (!over_ && host.post_until_taken(body_of(said("./expenses 1 coin")))) {
                  ++coins_;
                  std::this_thread::sleep_for(20ms);  // the list in the answer grows
              }
          }) {}
    ~Savings() { stop(); }
    Savings(const Savings&) = delete;
    Savings& operator=(const Savings&) = delete;

    void stop() {
        over_ = true;
        if (thread_.joinable()) thread_.join();
    }
    static Said said(const std::string& text) {
        return {.text = text, .from = "923008880099", .group = "120363011111111111"};
    }
    std::string total() const { return "*Total: " + std::to_string(coins_) + "*"; }
    bool is_in(const FakeGateway& gateway) const {
        const auto calls = gateway.calls_to(chat_of(said("")));
        return !calls.empty() && calls.back().text().find(total()) != std::string::npos;
    }

private:
    std::atomic<bool> over_{false};
    std::atomic<int> coins_{0};
    std::thread thread_;
};

struct Verdict {
    int missing = 0, duplicates = 0;
    bool ordered = true;
};

// What the gateway took: every acknowledged message, the first occurrences in order.
Verdict judge(const FakeGateway& gateway, const Traffic& traffic) {
    Verdict verdict;
    for (int chat = 0; chat < chats; ++chat) {
        int next = 0;
        std::set<std::string> seen;
        for (const auto& call : gateway.calls_to(Traffic::chat_name(chat))) {
            if (call.text().rfind(traffic.text(0).substr(0, traffic.text(0).size() - 1), 0) != 0) continue;
            if (!seen.insert(call.text()).second) {
                ++verdict.duplicates;
            } else if (call.text() == traffic.text(next)) {
                ++next;
            } else {
                verdict.ordered = false;
            }
        }
        verdict.missing += std::max(0, traffic.acknowledged(chat) - static_cast<int>(seen.size()));
    }
    return verdict;
}

bool all_arrived(const FakeGateway& gateway, const Traffic& traffic) {
    return eventually([&] { return judge(gateway, traffic).missing == 0; }, 60s);
}

}  // namespace

TEST_CASE("kill -9 of the host at every failpoint loses nothing and keeps the order") {
    FakeGateway gateway;
    Host host({gateway.url(), {"echo", "expenses"}, {}});
    const std::vector<std::string> places{"before-commit-in", "after-commit-in",   "before-handle",
                                          "after-handle",     "before-commit-out", "after-commit-out",
                                          "before-send",      "after-send",        "after-mark"};
    int kills = 0;
    host.start({{"PARLEY_FAILPOINT", places[0] + ":3"}});
    Traffic traffic(host, "killed");
    Savings savings(host);
    for (const int passing : {3, 11, 40}) {
        for (const auto& place : places) {
            CAPTURE(place, passing);
            if (kills > 0) host.launch({{"PARLEY_FAILPOINT", place + ":" + std::to_string(passing)}});
            REQUIRE(host.wait_end(90s) == 128 + SIGKILL);
            ++kills;
        }
    }
    host.start();
    const int before = traffic.acknowledged();
    CHECK(eventually([&] { return traffic.acknowledged() > before + 20; }));
    traffic.stop();
    savings.stop();

    CHECK(kills >= 20);
    CHECK(all_arrived(gateway, traffic));
    const auto verdict = judge(gateway, traffic);
    CHECK(verdict.missing == 0);
    CHECK(verdict.ordered);
    // A send on its way at the kill is made again: one a chat at most.
    CHECK(verdict.duplicates <= kills * chats);
    // Handled once: every coin is in the ledger, and none twice.
    CHECK(eventually([&] { return savings.is_in(gateway); }));
    CHECK(Conversation(host, gateway).answer(Savings::said("./expenses list")).find(savings.total()) !=
          std::string::npos);
    CHECK(gateway.violations().empty());
    CHECK(host.cli({"dead", "list"}).out == "There are no dead letters.\n");
    WARN(kills << " kills, " << traffic.acknowledged() << " messages, " << verdict.duplicates << " sent twice");
    CHECK(host.stop() == 0);
}

TEST_CASE("kill -9 of PostgreSQL under traffic loses nothing and the host survives") {
    FakeGateway gateway;
    Host host({gateway.url(), {"echo"}, {}});
    host.start();
    Traffic traffic(host, "struck");
    constexpr int kills = 20;
    for (int round = 0; round < kills; ++round) {
        CAPTURE(round);
        const int before = traffic.acknowledged();
        REQUIRE(eventually([&] { return traffic.acknowledged() > before + 8; }, 60s));
        std::optional<pid_t> victim;
        REQUIRE(eventually([&] { return (victim = host.postmaster()).has_value() && kill(*victim, 0) == 0; }));
        REQUIRE(kill(*victim, SIGKILL) == 0);
        REQUIRE(eventually([&] { return host.postmaster() && *host.postmaster() != *victim; }, 60s));
        REQUIRE(host.running());
    }
    const int before = traffic.acknowledged();
    CHECK(eventually([&] { return traffic.acknowledged() > before + 20; }, 60s));
    traffic.stop();
    CHECK(all_arrived(gateway, traffic));
    const auto verdict = judge(gateway, traffic);
    CHECK(verdict.missing == 0);
    CHECK(verdict.ordered);
    CHECK(verdict.duplicates <= kills * chats);
    CHECK(gateway.violations().empty());
    WARN(kills << " kills, " << traffic.acknowledged() << " messages, " << verdict.duplicates << " sent twice");
    CHECK(host.stop() == 0);
}

TEST_CASE("without a kill nothing is sent twice, also when the gateway is slow") {
    FakeGateway gateway;
    gateway.set_delay(20ms);
    Host host({gateway.url(), {"echo"}, {}});
    host.start();
    Traffic traffic(host, "quiet");
    CHECK(eventually([&] { return traffic.acknowledged() >= 400; }, 60s));
    traffic.stop();
    CHECK(all_arrived(gateway, traffic));
    const auto verdict = judge(gateway, traffic);
    CHECK(verdict.missing == 0);
    CHECK(verdict.ordered);
    CHECK(verdict.duplicates == 0);
    CHECK(host.stop() == 0);
}

TEST_CASE("an orderly stop under traffic sends nothing twice and loses nothing") {
    FakeGateway gateway;
    Host host({gateway.url(), {"echo"}, {}});
    host.start();
    Traffic traffic(host, "stopped");
    for (int round = 0; round < 3; ++round) {
        const int before = traffic.acknowledged();
        REQUIRE(eventually([&] { return traffic.acknowledged() > before + 20; }, 60s));
        CHECK(host.stop() == 0);
        host.start();
    }
    traffic.stop();
    CHECK(all_arrived(gateway, traffic));
    const auto verdict = judge(gateway, traffic);
    CHECK(verdict.missing == 0);
    CHECK(verdict.ordered);
    CHECK(verdict.duplicates == 0);
    CHECK(host.stop() == 0);
}

}  // namespace parley::e2e
