#include "plugins/serial_slot.hpp"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

using namespace parley::plugins;
using namespace std::chrono_literals;
using Turn = SerialSlot::Turn;

namespace {

SerialSlot::Time in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

}  // namespace

TEST_CASE("one at a time, the others wait as long as they may") {
    SerialSlot slot;
    REQUIRE(slot.enter(in(0ms)) == Turn::mine);
    CHECK(slot.enter(in(1ms)) == Turn::late);
    auto next = std::async(std::launch::async, [&] { return slot.enter(in(10s)); });
    slot.leave();
    CHECK(next.get() == Turn::mine);
    CHECK(slot.enter(in(0ms)) == Turn::late);
}

TEST_CASE("nobody waits for a call that passed its deadline, until it has left after all") {
    SerialSlot slot;
    slot.get_stuck();  // nobody is inside
    {
        const SerialTurn turn(slot, in(0ms));
        REQUIRE(turn.how() == Turn::mine);
        auto next = std::async(std::launch::async, [&] { return slot.enter(in(1h)); });
        slot.get_stuck();
        CHECK(next.get() != Turn::mine);
        CHECK(SerialTurn(slot, in(1h)).how() == Turn::stuck);
    }
    CHECK(SerialTurn(slot, in(0ms)).how() == Turn::mine);
    CHECK(SerialTurn(slot, in(0ms)).how() == Turn::mine);
}
