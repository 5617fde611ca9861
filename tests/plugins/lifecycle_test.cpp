#include "plugins/lifecycle.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace parley::plugins;

namespace {

// Follows the events from the beginning; the stage they lead to, or empty when one of them is not possible.
std::optional<Stage> follow(const std::vector<Event>& events) {
    Stage stage = Stage::sealed;
    for (const Event event : events) {
        const auto next = after(stage, event);
        if (!next) return std::nullopt;
        stage = *next;
    }
    return stage;
}

}  // namespace

TEST_CASE("a generation's ordinary life") {
    CHECK(follow({Event::open, Event::create, Event::start, Event::publish}) == Stage::serving);
    CHECK(follow({Event::open, Event::create, Event::start, Event::publish, Event::retire, Event::last_call_ended,
                  Event::stop, Event::destroy, Event::unmap}) == Stage::unmapped);
}

TEST_CASE("a failure on the way up undoes what was done and no more") {
    CHECK(next_undo(Stage::sealed) == Undo::nothing);
    CHECK(next_undo(Stage::opened) == Undo::close);
    CHECK(next_undo(Stage::created) == Undo::destroy);  // start() failed: no stop()
    CHECK(next_undo(Stage::started) == Undo::stop);     // never published: nobody to wait for
    CHECK(follow({Event::open, Event::create, Event::destroy, Event::unmap}) == Stage::unmapped);
    CHECK(follow({Event::open, Event::create, Event::start, Event::stop, Event::destroy, Event::stay_mapped}) ==
          Stage::pinned);
}

TEST_CASE("a serving generation is never stopped before its calls have ended") {
    CHECK(next_undo(Stage::serving) == Undo::retire);
    CHECK(next_undo(Stage::draining) == Undo::wait_for_calls);
    CHECK_FALSE(after(Stage::serving, Event::stop));
    CHECK_FALSE(after(Stage::draining, Event::stop));
    CHECK_FALSE(after(Stage::serving, Event::destroy));
    CHECK_FALSE(after(Stage::started, Event::destroy));
}

TEST_CASE("nothing happens twice") {
    CHECK_FALSE(follow({Event::open, Event::open}));
    CHECK_FALSE(follow({Event::open, Event::create, Event::create}));
    CHECK_FALSE(after(Stage::stopped, Event::stop));
    CHECK_FALSE(after(Stage::destroyed, Event::destroy));
    CHECK_FALSE(after(Stage::unmapped, Event::unmap));
}

TEST_CASE("a pinned library may still go later") {
    CHECK(next_undo(Stage::pinned) == Undo::nothing);
    CHECK(after(Stage::pinned, Event::unmap) == Stage::unmapped);
}
