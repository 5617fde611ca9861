// Sends whose answer was lost, and what an earlier process left: reports, look-ups, and what they are taken for.
#include "outbound/sender_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("a send in doubt is settled by a report of its own account, not by another's") {
    SenderFixture out;
    out.channel->can.hands_back_ids = true;
    const auto id = out.put("hello");
    out.channel->refuse("hello", Class::in_doubt);
    REQUIRE(out.state().in_doubt == 1);
    out.sender.settled(out.store.account + 1, id);
    CHECK(out.state().in_doubt == 1);
    out.sender.settled(out.store.account, id);
    CHECK(out.state().in_doubt == 0);
    CHECK(out.sender.waiting() == 0);
}

TEST_CASE("a report hides what is being read back from the table when it is of the same account, not another's") {
    SenderFixture out;
    const auto named = out.store.outbound("named"), reported = out.store.outbound("reported");
    REQUIRE(out.store.enqueue(named));
    REQUIRE(out.store.enqueue(reported));
    out.sender.recover();
    out.sender.settled(out.store.account + 1, named.id);
    out.sender.settled(out.store.account, reported.id);
    out.wait_for({"named"});
    out.channel->accept("named");
    out.store.executor.run_until([&] { return out.sender.waiting() == 0; });
    CHECK(out.channel->seen == Texts{"named"});
}

bool is_recorded(SenderFixture& out, const Outbound& message, const std::string& provider_id) {
    bool recorded = false;
    out.store.transact(
        [&](pqxx::work& tx) { recorded = db::is_recorded(tx, message.account, provider_id, message.id); });
    return recorded;
}

TEST_CASE(
    "what an earlier process left is taken for sent only when the send that is found belongs to no other message") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.channel->history = {channels::SentBefore::Verdict::found, "P1"};
    out.sender.set_recorded([&](const Outbound& message, const std::string& provider_id, auto done) {
        done(is_recorded(out, message, provider_id));
    });
    // The same words twice. The answer to the first was lost with the process; the second had not been sent.
    constexpr MessageId a_minute = 60'000LL << 22;
    for (int i = 0; i < 2; ++i) {
        auto message = out.store.outbound("ok");
        message.id -= a_minute;
        REQUIRE(out.store.enqueue(message));
    }
    out.sender.recover();
    out.wait_for({"ok"});
    CHECK(out.store.count("messages where provider_id = 'P1'") == "1");
    CHECK(out.store.count("outbox") == "1");
    out.channel->accept("ok");
    out.drain();
    CHECK(out.store.count("messages where status = 'sent'") == "2");
}

TEST_CASE("a report that comes between the look-up's answer and the question whose send that is makes no double") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.channel->history = {channels::SentBefore::Verdict::found, "P1"};
    std::function<void()> answer;
    out.sender.set_recorded([&](const Outbound& message, const std::string& provider_id, auto done) {
        const auto held = std::make_shared<decltype(done)>(std::move(done));
        answer = [&out, message, provider_id, held] { (*held)(is_recorded(out, message, provider_id)); };
    });
    const auto id = out.put("hello");
    out.channel->refuse("hello", Class::in_doubt);
    out.wait_until([&] { return answer != nullptr; });
    StatusUpdate report;
    report.account = out.store.account;
    report.provider_ids = {"P1"};
    report.status = DeliveryStatus::delivered;
    report.message = id;
    REQUIRE(out.store.report(report));
    answer();
    out.drain();
    CHECK(out.channel->seen == Texts{"hello"});
    CHECK(out.ending_of(id) == "delivered");
}

TEST_CASE("what a history cannot tell is told by a report, or sent again when none comes") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.channel->history.reports = true;
    const auto named = out.put("named", "A"), unnamed = out.put("unnamed", "B");
    out.channel->refuse("named", Class::in_doubt);
    out.channel->refuse("unnamed", Class::in_doubt);
    out.wait_until([&] { return out.state().in_doubt == 2; });
    CHECK(out.channel->looked_up.size() == 2);
    CHECK(out.channel->under_way().empty());
    CHECK(out.store.executor.until_next() > std::chrono::seconds(60));
    StatusUpdate report;
    report.account = out.store.account;
    report.provider_ids = {"P1"};
    report.status = DeliveryStatus::delivered;
    report.message = named;
    REQUIRE(out.store.report(report));
    out.sender.settled(out.store.account, named);
    out.wait_for({"unnamed"});
    out.channel->accept("unnamed");
    out.drain();
    CHECK(out.channel->seen == Texts{"named", "unnamed", "unnamed"});
    CHECK(out.ending_of(named) == "delivered");
    CHECK(out.ending_of(unnamed) == "sent");
}

TEST_CASE("a send in doubt is not taken for the same words that went out just before") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.sender.set_recorded([&](const Outbound& message, const std::string& provider_id, auto done) {
        done(is_recorded(out, message, provider_id));
    });
    const auto first = out.put("ok");
    out.channel->accept("ok");
    out.drain();
    out.channel->history = {channels::SentBefore::Verdict::found, "P" + std::to_string(first)};
    const auto second = out.put("ok");
    out.channel->refuse("ok", Class::in_doubt);
    out.wait_for({"ok"});
    out.channel->accept("ok");
    out.drain();
    CHECK(out.store.ask("select provider_id from messages where id = " + std::to_string(second)) ==
          "P" + std::to_string(second));
}

TEST_CASE("a send in doubt is not made again while its provider cannot be asked") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.channel->history.ask_again = true;
    const auto id = out.put("hello");
    out.channel->refuse("hello", Class::in_doubt);
    for (int i = 0; i < 5; ++i) {
        REQUIRE(out.store.executor.timers() > 0);
        out.store.executor.fire_next();
        out.store.executor.run_posted();
        CHECK(out.channel->under_way().empty());
    }
    out.channel->history = {channels::SentBefore::Verdict::found, "P1"};
    out.store.executor.fire_next();
    out.drain();
    CHECK(out.channel->seen == Texts{"hello"});
    CHECK(out.ending_of(id) == "sent");
}

}  // namespace
}  // namespace parley::test
