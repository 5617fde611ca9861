// The gateway is away while people go on writing. A few seconds in the suite; PARLEY_OUTAGE_SECONDS=300 makes it five
// minutes.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <map>
#include <thread>

#include "support/memory.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int rate = 200;  // sends a second that the account may make
constexpr int chats = 40;

std::chrono::seconds outage() {
    const char* seconds = std::getenv("PARLEY_OUTAGE_SECONDS");
    return std::chrono::seconds(seconds ? std::atoi(seconds) : 4);
}

std::string person(int chat) {
    return std::to_string(923005550000 + chat);
}

// What arrived, by chat; refused calls do not count.
std::map<std::string, std::vector<std::string>> arrivals(const std::vector<Call>& calls) {
    std::map<std::string, std::vector<std::string>> texts;
    for (const auto& call : calls)
        if (!call.refused) texts[call.to()].push_back(call.text());
    return texts;
}

}  // namespace

TEST_CASE("an outage of the provider loses nothing, keeps the order, and is made up for at the allowed rate") {
    Stage stage({{"GATEWAY_RATE", std::to_string(rate)}}, {"echo"});
    std::map<std::string, std::vector<std::string>> expected;
    int written = 0;
    std::string over_time;  // of its memory
    const auto write_for = [&](std::chrono::milliseconds time) {
        const auto began = Clock::now(), end = began + time;
        auto next_look = began;
        while (Clock::now() < end) {
            if (Clock::now() >= next_look) {
                next_look += std::max<Clock::duration>(time / 10, std::chrono::milliseconds(400));
                over_time += " " + std::to_string(resident_mib(stage.host.pid()));
            }
            const std::string who = person(written % chats), text = "number " + std::to_string(written);
            REQUIRE(stage.host.post(body_of({.text = "/echo " + text, .from = who})).status == 200);
            expected[who + "@s.whatsapp.net"].push_back(text);
            ++written;
            std::this_thread::sleep_for(std::chrono::milliseconds(15));  // traffic, not a wait for anything
        }
    };
    const auto all_there = [&](const std::vector<Call>& calls) { return arrivals(calls) == expected; };

    write_for(std::chrono::seconds(1));
    REQUIRE(stage.gateway.wait_for(all_there));
    const MemoryWatch memory(stage.host.pid());
    over_time.clear();
    stage.gateway.go_down();
    write_for(outage());
    const auto already = stage.gateway.count();
    stage.gateway.come_up();
    const auto back = Clock::now();
    write_for(std::chrono::seconds(1));
    CHECK(stage.gateway.wait_for(all_there, std::chrono::seconds(180) + outage()));

    const auto calls = stage.gateway.calls();
    for (std::size_t i = already; i < calls.size(); ++i) {
        const double seconds = std::chrono::duration<double>(calls[i].at - back).count();
        REQUIRE(static_cast<double>(i - already) <= rate * (seconds + 1) + 2);
    }
    if (memory_tells) CHECK(memory.most() - memory.before() < 48);
    CHECK(stage.gateway.violations().empty());
    const double took = std::chrono::duration<double>(calls.back().at - back).count();
    WARN(written << " messages, " << already << " of them there before the outage ended; the rest in " << took << " s, "
                 << static_cast<double>(calls.size() - already) / took << " a second of " << rate
                 << " allowed; MiB before " << memory.before() << ", while people wrote" << over_time << ", at most "
                 << memory.most());
}

}  // namespace parley::e2e
