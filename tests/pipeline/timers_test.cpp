#include "pipeline/pipeline_fixture.hpp"

namespace parley::test {
namespace {

class TimersFixture : public PipelineFixture {
public:
    // As a handling of the plugin would set it.
    void set(const std::string& name, UnixMillis due) {
        Effects effects;
        effects.timers = {{"trouble", store.account, "A", name, due, "{}", "923001234567", ""}};
        REQUIRE(committed(store.settle(0, effects)));
    }
    // Looks into the table, and waits until the next look is planned.
    void look() {
        timers.look();
        executor().run_until([&] { return executor().timers() == 1; });
    }
    std::string fired() { return store.count("messages where kind = 'timer'"); }

    pipeline::Timers timers{executor(), pool, *store.journal, dispatcher, intake, store.ids, Logger()};
};

TEST_CASE("a timer that is due fires once") {
    TimersFixture host;
    host.set("due", unix_now() - 5);
    host.look();
    host.finish();
    CHECK(host.fired() == "1");
    CHECK(host.store.count("timers") == "0");
    CHECK(host.executor().fire_next() <= std::chrono::milliseconds(50));  // until none is due
    host.executor().run_until([&] { return host.executor().timers() == 1; });
    host.finish();
    CHECK(host.fired() == "1");
}

TEST_CASE("a timer opens no conversation: what it says is refused where nobody wrote for a day") {
    TimersFixture host;
    host.channel->can.conversation_window = true;
    host.sender.set_heard_since([](AccountId, const std::string&, UnixMillis, auto done) { done(false); });
    host.set("due", unix_now() - 5);
    host.look();
    host.finish();
    CHECK(host.channel->seen.empty());
    CHECK_THAT(host.store.ask("select error from messages where direction = 1"), Catch::Contains("24 hours"));
}

TEST_CASE("without a timer the next look is half a minute away") {
    TimersFixture host;
    host.look();
    CHECK(host.executor().fire_next() == std::chrono::seconds(30));
}

TEST_CASE("the next look is when the next timer is due") {
    TimersFixture host;
    host.set("later", unix_now() + 10'000);
    host.set("even later", unix_now() + 20'000);
    host.look();
    const auto wait = host.executor().fire_next();
    CHECK(wait > std::chrono::seconds(5));
    CHECK(wait <= std::chrono::seconds(10));
    CHECK(host.fired() == "0");
}

TEST_CASE("many looks at once fire nothing twice") {
    TimersFixture host;
    for (int i = 0; i < 5; ++i) host.set("t" + std::to_string(i), unix_now() - 5);
    for (int i = 0; i < 5; ++i) host.timers.look();
    host.executor().run_until([&] { return host.executor().timers() == 1; });
    host.finish();
    CHECK(host.fired() == "5");
}

TEST_CASE("a timer that was moved while it was about to fire waits for its new time") {
    TimersFixture host;
    const auto due = unix_now() - 5;
    host.set("moved", due);
    Inbound message = host.store.inbound("", "");
    message.kind = EventKind::timer;
    message.plugin = "trouble";
    message.timer = "moved";
    message.chat = "A";
    host.set("moved", unix_now() + 60'000);
    CHECK(host.store.fire_timer(message, due).error().code == Errc::not_found);
    host.look();
    host.finish();
    CHECK(host.fired() == "0");
    CHECK(host.store.count("timers") == "1");
}

TEST_CASE("nothing fires after the stop") {
    TimersFixture host;
    host.set("due", unix_now() - 5);
    host.timers.look();
    host.timers.stop();
    host.executor().run_next();  // the answer of the look that was under way
    CHECK(host.executor().timers() == 0);
    CHECK(host.fired() == "0");
}

}  // namespace
}  // namespace parley::test
