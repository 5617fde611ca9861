#include "store/journal_fixture.hpp"

#include <limits>

#include "db/store/queue_reader.hpp"

namespace parley::test {
namespace {

bool requeue(JournalFixture& store, MessageId id) {
    bool found = false;
    store.transact([&](pqxx::work& tx) { found = db::requeue(tx, id); });
    return found;
}

std::vector<db::DeadLetter> letters(JournalFixture& store) {
    std::vector<db::DeadLetter> found;
    store.transact(
        [&](pqxx::work& tx) { found = db::list_dead_letters(tx, "", std::numeric_limits<MessageId>::max(), 10); });
    return found;
}

TEST_CASE("an inbound message whose handling failed is a dead letter and can be requeued") {
    JournalFixture store;
    const auto message = store.inbound("D1", "crash please");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.failure = "the plugin crashed";
    effects.replies = {store.outbound("Sorry", message.id)};
    REQUIRE(committed(store.settle(message.id, effects)));
    CHECK(store.count("inbox") == "0");
    CHECK(store.count("outbox") == "1");
    CHECK(store.ask("select status || ': ' || error from messages") == "failed: the plugin crashed");
    const auto dead = letters(store);
    REQUIRE(dead.size() == 1);
    CHECK(dead[0].id == message.id);
    CHECK(dead[0].kind == "inbound");
    CHECK(dead[0].reason == "the plugin crashed");
    CHECK(dead[0].content == "crash please");
    CHECK(dead[0].account == store.account);

    CHECK(requeue(store, message.id));
    CHECK(letters(store).empty());
    CHECK(store.ask("select id from inbox") == std::to_string(message.id));
    CHECK(store.ask("select status || error from messages") == "received");
    CHECK_FALSE(requeue(store, message.id));
    REQUIRE(committed(store.settle(message.id, Effects{})));
    CHECK(store.count("inbox") == "0");
}

TEST_CASE("a dead letter whose message has left the history stays") {
    JournalFixture store;
    const auto message = store.inbound("D1");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.failure = "the plugin crashed";
    REQUIRE(committed(store.settle(message.id, effects)));
    store.transact([&](pqxx::work& tx) { tx.exec("delete from messages"); });  // as if its month had been dropped
    CHECK_FALSE(requeue(store, message.id));
    CHECK(letters(store).size() == 1);
}

TEST_CASE("an outbound message that will never be sent is a dead letter and can be requeued") {
    JournalFixture store;
    auto message = store.outbound("hello");
    message.kind = OutboundKind::link;
    message.link = "https://example.org/?a=\"b\"";
    message.reply_to = "Q1";
    REQUIRE(store.enqueue(message));
    store.failed(message.id, "no such number");
    store.failed(message.id, "no such number");  // its first answer was lost
    CHECK(store.count("outbox") == "0");
    CHECK(store.ask("select status || ': ' || error from messages") == "failed: no such number");
    REQUIRE(letters(store).size() == 1);
    CHECK(letters(store)[0].kind == "outbound");

    CHECK(requeue(store, message.id));
    CHECK(letters(store).empty());
    CHECK(store.count("messages") == "0");
    std::vector<Outbound> waiting;
    store.transact([&](pqxx::work& tx) { waiting = db::read_outbox(tx, store.account, 0, message.id + 1, 10); });
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].text == message.text);
    CHECK(waiting[0].link == message.link);
    CHECK(waiting[0].reply_to == message.reply_to);
    CHECK(waiting[0].trace == message.trace);
    CHECK(waiting[0].kind == OutboundKind::link);
    store.sent(message.id, "P1");
    CHECK(store.ask("select status from messages") == "sent");
}

StatusUpdate report_of(JournalFixture& store, const std::string& provider_id, DeliveryStatus status,
                       const Outbound& named) {
    StatusUpdate update;
    update.account = store.account;
    update.provider_ids = {provider_id};
    update.status = status;
    update.message = named.id;
    if (status == DeliveryStatus::failed) update.reason = "the provider's trouble";
    return update;
}

TEST_CASE("what was taken and not delivered is a dead letter, and a report of that attempt settles no later one") {
    JournalFixture store;
    auto message = store.outbound("hello");
    message.kind = OutboundKind::link;
    message.link = "https://example.org/?a=\"b\"";
    message.reply_to = "Q1";
    message.cause = store.ids.next();
    message.no_preview = true;
    REQUIRE(store.enqueue(message));
    store.sent(message.id, "P1");
    const auto failure = report_of(store, "P1", DeliveryStatus::failed, message);
    CHECK(store.report(failure).value() == db::Reported::matched);
    REQUIRE(letters(store).size() == 1);
    CHECK(letters(store)[0].kind == "outbound");
    CHECK(letters(store)[0].reason == "the provider's trouble");
    CHECK(letters(store)[0].account == store.account);
    CHECK(store.report(failure).value() == db::Reported::unmatched);

    CHECK(requeue(store, message.id));
    CHECK(letters(store).empty());
    CHECK(store.count("messages") == "0");
    std::vector<Outbound> waiting;
    store.transact([&](pqxx::work& tx) { waiting = db::read_outbox(tx, store.account, 0, message.id + 1, 10); });
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].kind == OutboundKind::link);
    CHECK(waiting[0].text == message.text);
    CHECK(waiting[0].link == message.link);
    CHECK(waiting[0].payload.empty());
    CHECK(waiting[0].reply_to == message.reply_to);
    CHECK(waiting[0].cause == message.cause);
    CHECK(waiting[0].trace == message.trace);
    CHECK(waiting[0].no_preview);

    // Providers repeat themselves, and bring things late.
    CHECK(store.report(failure).value() == db::Reported::stale);
    CHECK(store.report(report_of(store, "P1", DeliveryStatus::sent, message)).value() == db::Reported::stale);
    CHECK(store.count("outbox") == "1");
    bool known = false;
    store.transact([&](pqxx::work& tx) { known = db::is_recorded(tx, store.account, "P1", message.id); });
    CHECK(known);  // a look-up that finds it has not found the new attempt

    CHECK(store.report(report_of(store, "P2", DeliveryStatus::delivered, message)).value() == db::Reported::matched);
    CHECK(store.count("outbox") == "0");
    CHECK(store.ask("select provider_id || status || error || flags from messages") == "P2delivered4");
    CHECK(store.report(failure).value() == db::Reported::unmatched);
}

TEST_CASE("a failure that is reported before the sending is recorded has its reason and its dead letter") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    auto failure = report_of(store, "P1", DeliveryStatus::failed, message);
    failure.message = 0;
    REQUIRE(store.report(failure));
    store.sent(message.id, "P1");
    CHECK(store.ask("select status || ': ' || error from messages") == "failed: the provider's trouble");
    REQUIRE(letters(store).size() == 1);
    CHECK(requeue(store, message.id));
    CHECK(store.ask("select body from outbox") == "hello");
}

TEST_CASE("a failure that is found at the start is a dead letter") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    store.sent(message.id, "P1");
    for (int i = 0; i < 2; ++i)
        store.transact([&](pqxx::work& tx) {
            tx.exec_params(
                "insert into delivery_reports (account_id, provider_id, status, reason) values ($1, 'P1', 'failed', "
                "'lost') on conflict do nothing",
                store.account);
            db::apply_missed_reports(tx, unix_now() - 60'000);
        });
    REQUIRE(letters(store).size() == 1);
    CHECK(letters(store)[0].reason == "lost");
}

TEST_CASE("what was not delivered goes out again by itself only as the last of its chat, and not for ever") {
    JournalFixture store;
    const auto undelivered = [&](const std::string& provider_id) {
        std::size_t count = 0;
        store.transact([&](pqxx::work& tx) {
            count = db::requeue_undelivered(tx, {{store.account, provider_id}, {store.account, "nobody"}}, 2);
        });
        return count;
    };
    const auto send = [&](const Outbound& message, const std::string& provider_id) {
        store.sent(message.id, provider_id);
        REQUIRE(store.report(report_of(store, provider_id, DeliveryStatus::failed, message)));
    };
    const auto first = store.outbound("first");
    REQUIRE(store.enqueue(first));
    store.sent(first.id, "P1");
    CHECK(undelivered("P1") == 0);  // it was
    REQUIRE(store.report(report_of(store, "P1", DeliveryStatus::failed, first)));
    const auto second = store.outbound("second");
    REQUIRE(store.enqueue(second));
    CHECK(undelivered("P1") == 0);  // one waits behind it
    store.sent(second.id, "P2");
    CHECK(undelivered("P1") == 0);  // one was sent after it
    REQUIRE(store.report(report_of(store, "P2", DeliveryStatus::failed, second)));

    CHECK(undelivered("P1") == 1);  // neither arrived: the order is as good as before
    CHECK(undelivered("P1") == 0);
    send(first, "P3");
    CHECK(undelivered("P3") == 1);
    send(first, "P4");
    CHECK(undelivered("P4") == 0);  // enough
    REQUIRE(letters(store).size() == 2);
    CHECK(requeue(store, first.id));  // but a person may
    send(first, "P5");
    CHECK(undelivered("P5") == 1);
}

TEST_CASE("what somebody got is not sent again, whatever is reported of it later") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    store.sent(message.id, "P1");
    REQUIRE(store.report(report_of(store, "P1", DeliveryStatus::delivered, message)));
    REQUIRE(store.report(report_of(store, "P1", DeliveryStatus::failed, message)));
    store.transact([&](pqxx::work& tx) { CHECK(db::requeue_undelivered(tx, {{store.account, "P1"}}, 2) == 0); });
    CHECK(letters(store).size() == 1);
}

TEST_CASE("an account that is gone keeps nobody else from being sent to again") {
    JournalFixture store;
    AccountId other = 0;
    store.transact([&](pqxx::work& tx) { other = db::ensure_account(tx, "gateway", "second"); });
    auto theirs = store.outbound("theirs");
    theirs.account = other;
    const auto ours = store.outbound("ours");
    REQUIRE(store.enqueue(theirs));
    REQUIRE(store.enqueue(ours));
    store.sent(theirs.id, "T1");
    store.sent(ours.id, "O1");
    auto failed = report_of(store, "T1", DeliveryStatus::failed, theirs);
    failed.account = other;
    REQUIRE(store.report(failed));
    REQUIRE(store.report(report_of(store, "O1", DeliveryStatus::failed, ours)));
    store.transact([&](pqxx::work& tx) {
        tx.exec_params("delete from accounts where id = $1", other);
        CHECK(db::requeue_undelivered(tx, {{other, "T1"}, {store.account, "O1"}}, 2) == 1);
    });
    CHECK(store.ask("select body from outbox") == "ours");
}

TEST_CASE("a webhook that cannot be understood is kept as it came") {
    JournalFixture store;
    std::string raw;
    for (int byte = 0; byte < 256; ++byte) raw += static_cast<char>(byte);
    const MessageId id = store.ids.next();
    const auto buried = store.wait<Result<void>>(
        [&](auto done) { store.journal->bury(id, store.account, "not JSON", raw, make_trace(), std::move(done)); });
    REQUIRE(buried);
    store.transact([&](pqxx::work& tx) {
        const auto webhook = db::read_webhook(tx, id);
        REQUIRE(webhook);
        CHECK(webhook->raw == raw);
        CHECK(webhook->account == store.account);
    });
    REQUIRE(letters(store).size() == 1);
    CHECK(letters(store)[0].kind == "webhook");
    CHECK(letters(store)[0].account == store.account);
    CHECK_FALSE(requeue(store, id));
    CHECK(letters(store).size() == 1);
    CHECK_FALSE(requeue(store, 12345));
}

TEST_CASE("an empty webhook of no account is kept as well") {
    JournalFixture store;
    const MessageId id = store.ids.next();
    const auto buried = store.wait<Result<void>>(
        [&](auto done) { store.journal->bury(id, 0, "empty", "", make_trace(), std::move(done)); });
    REQUIRE(buried);
    store.transact([&](pqxx::work& tx) {
        const auto webhook = db::read_webhook(tx, id);
        REQUIRE(webhook);
        CHECK(webhook->raw.empty());
        CHECK(webhook->account == 0);
    });
    REQUIRE(letters(store).size() == 1);
    CHECK(letters(store)[0].content.empty());
}

}  // namespace
}  // namespace parley::test
