#include <thread>

#include "pipeline/hook_run.hpp"
#include "pipeline/pipeline_fixture.hpp"
#include "support/wait.hpp"

namespace parley::test {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("messages of a chat are handled in order, however long each takes; other chats pass") {
    PipelineFixture host;
    host.webhook("A1", "/trouble work 200", "A");
    host.webhook("A2", "/trouble two", "A");
    host.webhook("A3", "/trouble three", "A");
    host.webhook("B1", "/trouble other", "B");
    host.finish();
    CHECK(host.channel->seen == Texts{"survived other", "survived work 200", "survived two", "survived three"});
}

TEST_CASE("before a reply in the chat of its message nobody is asked when its person wrote; before others one is") {
    PipelineFixture host;
    host.channel->can.conversation_window = true;
    Texts asked;
    host.sender.set_heard_since([&](AccountId, const std::string& chat, UnixMillis, auto done) {
        asked.push_back(chat);
        done(true);
    });
    host.webhook("A1", "/trouble x", "A");
    host.finish();
    CHECK(asked.empty());
    host.webhook("A2", "/trouble tell B", "A");
    host.finish();
    CHECK(asked == Texts{"B"});
    CHECK(host.channel->seen == Texts{"survived x", "told"});
}

TEST_CASE("a message whose handling throws becomes a dead letter, once, and its chat goes on") {
    PipelineFixture host;
    host.webhook("A1", "/trouble throw");
    host.webhook("A2", "/trouble after");
    host.finish();
    CHECK(host.store.count("dead_letters where kind = 'inbound'") == "1");
    CHECK_THAT(host.store.ask("select reason from dead_letters"), Catch::Contains("trouble was asked for"));
    CHECK(host.store.ask("select status from messages where provider_id = 'A1'") == "failed");
    CHECK(host.channel->seen.back() == "survived after");
}

TEST_CASE("a plugin that lets out what no plugin may has failed, and its chat goes on") {
    PipelineFixture host(std::chrono::seconds(30), {PARLEY_TROUBLE_PLUGIN, PARLEY_LETS_OUT_PLUGIN});
    host.webhook("A1", "/letout");
    host.webhook("A2", "/trouble after");
    host.finish();
    CHECK_THAT(host.store.ask("select reason from dead_letters"), Catch::Contains("let an exception out"));
    REQUIRE(host.channel->seen.size() == 2);
    CHECK_THAT(host.channel->seen.front(), Catch::StartsWith("Sorry, `/letout` failed"));
    CHECK(host.channel->seen.back() == "survived after");
}

TEST_CASE("an outage puts no plugin into quarantine, failures of its own do") {
    PipelineFixture host;
    for (int i = 0; i < 6; ++i) host.webhook("A" + std::to_string(i), "/trouble away");
    host.finish();
    CHECK(host.runtime.info("trouble")->state == plugins::State::serving);
    CHECK(host.store.count("dead_letters where kind = 'inbound'") == "6");
    for (int i = 0; i < 5; ++i) host.webhook("B" + std::to_string(i), "/trouble throw");
    host.finish();
    CHECK(host.runtime.info("trouble")->state == plugins::State::quarantined);
}

TEST_CASE("of a preprocess that fails nothing is left, and the message is handled") {
    PipelineFixture host;
    host.webhook("A1", "/trouble early");
    host.finish();
    CHECK(host.channel->seen == Texts{"survived early"});
    CHECK(host.store.count("dead_letters") == "0");
}

TEST_CASE("a message whose account went away while it was handled becomes a dead letter") {
    PipelineFixture host;
    host.webhook("A1", "/trouble work 300");
    host.store.transact(
        [&](pqxx::work& tx) { tx.exec_params("delete from accounts where id = $1", host.store.account); });
    host.finish();
    CHECK(host.channel->seen.empty());
    CHECK(host.store.count("dead_letters where kind = 'inbound'") == "1");
    CHECK(host.store.ask("select status from messages where provider_id = 'A1'") == "failed");
}

TEST_CASE("a handling past its deadline is given up: what it does afterwards counts for nothing") {
    PipelineFixture host(std::chrono::milliseconds(100));
    host.webhook("A1", "/trouble work 700");
    host.webhook("A2", "/trouble after");
    host.finish();
    REQUIRE(host.channel->seen.size() == 2);
    CHECK_THAT(host.channel->seen.front(), Catch::StartsWith("Sorry, that took too long"));
    CHECK(host.channel->seen.back() == "survived after");
    CHECK_THAT(host.store.ask("select reason from dead_letters"), Catch::Contains("plugin trouble did not finish"));
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (host.handlers.stats().written_off > 0) {
        if (std::chrono::steady_clock::now() > give_up) FAIL("the handler never returned");
        std::this_thread::yield();
    }
    host.executor().run_posted();
    CHECK(host.store.count("messages where direction = 1") == "2");
}

TEST_CASE("a preprocess that is late now and then, and never in a row, puts no plugin into quarantine") {
    PipelineFixture host(std::chrono::milliseconds(100));
    for (int i = 0; i < 5; ++i) {
        host.webhook("A" + std::to_string(i), "/trouble slowly");
        host.webhook("B" + std::to_string(i), "plain words");
        host.finish();
    }
    CHECK(host.runtime.info("trouble")->overdue == 5);
    CHECK(host.runtime.info("trouble")->state == plugins::State::serving);
}

TEST_CASE("a plugin whose calls hang is put into quarantine, whatever succeeds beside them") {
    struct Call {
        explicit Call(const plugins::Lease& plugin) : running(state, plugin, plugins::CallKind::handling) {}
        services::HandlingState state;
        pipeline::Running running;
    };
    PipelineFixture host;
    const auto plugin = host.runtime.find_plugin("trouble");
    const auto hang = [&plugin] {
        auto call = std::make_unique<Call>(plugin);
        CHECK(pipeline::give_up(call->state, std::chrono::seconds(60)) == "trouble");
        plugin.record(plugins::CallOutcome::ok, std::chrono::seconds(1));
        return call;
    };
    for (int i = 0; i < 60; ++i) hang();  // and comes back
    std::vector<std::unique_ptr<Call>> inside;
    while (inside.size() < 49) inside.push_back(hang());
    CHECK(host.runtime.info("trouble")->state == plugins::State::serving);
    inside.push_back(hang());
    CHECK(host.runtime.info("trouble")->state == plugins::State::quarantined);
}

TEST_CASE("who waits for a serial plugin is turned away when the call inside never returns, until it does") {
    PipelineFixture host(std::chrono::milliseconds(200));
    host.webhook("A1", "/lone work 2000", "A");
    host.webhook("B1", "/lone meanwhile", "B");
    host.webhook("C1", "/trouble work 1", "C");
    host.finish();
    CHECK(host.channel->seen == Texts{"survived work 1", "Sorry, `/lone` is busy. Please try again later.",
                                      "Sorry, that took too long and was stopped. The admins can see why."});
    REQUIRE(host.handlers.stats().written_off == 1);
    CHECK(host.runtime.info("trouble")->overdue == 1);

    host.webhook("B2", "/lone now", "B");
    auto timer = host.store.inbound("T1", "");
    timer.kind = EventKind::timer;
    timer.plugin = "trouble";
    timer.timer = "due";
    host.dispatcher.reserve(timer);
    REQUIRE(accepted(host.store.admit(timer)));
    host.dispatcher.committed(timer.id);
    host.finish();
    CHECK(host.channel->seen.back() == "Sorry, `/lone` hangs. The admins can see why.");
    CHECK(host.runtime.info("trouble")->overdue == 3);
    CHECK(host.store.count("dead_letters where reason like '%an earlier one is still inside%'") == "2");

    REQUIRE(eventually([&] { return host.handlers.stats().written_off == 0; }));
    host.webhook("B3", "/lone again", "B");
    host.finish();
    CHECK(host.channel->seen.back() == "survived again");
}

TEST_CASE("what an earlier run left in the inbox is handled once") {
    PipelineFixture host;
    auto message = host.store.inbound("P1", "/trouble x");
    REQUIRE(accepted(host.store.admit(message)));
    for (int i = 0; i < 3; ++i) host.dispatcher.recover();
    host.executor().run_until([&] { return host.channel->seen.size() == 1; });
    host.finish();
    CHECK(host.webhook("P1", "/trouble x") == pipeline::Intake::Outcome::stored);
    host.finish();
    CHECK(host.channel->seen == Texts{"survived x"});
}

TEST_CASE("a paused dispatcher takes messages in and leaves them for the next run") {
    PipelineFixture host;
    host.dispatcher.pause();
    CHECK(host.webhook("P1", "/trouble x") == pipeline::Intake::Outcome::stored);
    host.executor().run_posted();
    CHECK(host.dispatcher.stats().running == 0);
    CHECK(host.store.count("inbox") == "1");
}

}  // namespace
}  // namespace parley::test
