#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

StatusUpdate report_of(AccountId account, const std::string& provider_id, DeliveryStatus status,
                       std::string reason = {}) {
    StatusUpdate update;
    update.account = account;
    update.provider_ids = {provider_id};
    update.status = status;
    update.reason = std::move(reason);
    return update;
}

TEST_CASE("a message that was sent moves from the outbox into history") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    CHECK(store.count("outbox") == "1");
    CHECK(store.ask("select status from conversation") == "queued");
    for (int i = 0; i < 2; ++i) {
        store.sent(message.id, "P1");
        CHECK(store.count("outbox") == "0");
        CHECK(store.count("messages") == "1");
        CHECK(store.ask("select status || direction || provider_id || body from messages") == "sent1P1hello");
    }
}

TEST_CASE("delivery reports after the sending move the status on, never back") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    store.sent(message.id, "P1");
    const auto status = [&] { return store.ask("select status from messages"); };
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::delivered)));
    CHECK(status() == "delivered");
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::read)));
    CHECK(status() == "read");
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::delivered)));
    CHECK(status() == "read");
    REQUIRE(store.report(report_of(store.account, "other", DeliveryStatus::played)));
    CHECK(status() == "read");
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::failed, "expired")));
    CHECK(status() == "failed");
    CHECK(store.ask("select error from messages") == "expired");
}

TEST_CASE("a delivery report that comes before the sending is recorded counts as well") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::read)));
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::delivered)));
    store.sent(message.id, "P1");
    CHECK(store.ask("select status from messages") == "read");
}

TEST_CASE("reports of an inbound message's id change nothing") {
    JournalFixture store;
    REQUIRE(accepted(store.admit(store.inbound("P1"))));
    REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::failed)));
    CHECK(store.ask("select status from messages") == "received");
}

TEST_CASE("many sendings and admissions share commits and all arrive") {
    JournalFixture store;
    constexpr int count = 300;
    int answers = 0;
    std::vector<MessageId> ids;
    for (int i = 0; i < count; ++i) {
        const auto message = store.outbound("n" + std::to_string(i));
        ids.push_back(message.id);
        store.journal->enqueue({message}, [&](Result<void> written) { answers += written ? 1 : 0; });
    }
    store.executor.run_until([&] { return answers == count; });
    CHECK(store.count("outbox") == std::to_string(count));
    answers = 0;
    for (const auto id : ids) store.journal->sent(id, "P" + std::to_string(id), [&] { ++answers; });
    store.executor.run_until([&] { return answers == count; });
    CHECK(store.count("outbox") == "0");
    CHECK(store.count("messages where status = 'sent'") == std::to_string(count));
    CHECK(store.journal->stats().operations == 2 * count);
    CHECK(store.journal->stats().commits < 2 * count);
}

}  // namespace
}  // namespace parley::test
