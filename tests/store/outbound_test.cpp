#include "db/store/plain_batch.hpp"
#include "db/store/queue_reader.hpp"
#include "db/store/report_batch.hpp"
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

TEST_CASE("a report that names our id settles a message of its own account, and no other's") {
    JournalFixture store;
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));
    AccountId other = 0;
    store.transact([&](pqxx::work& tx) { other = db::ensure_account(tx, "cloud", "other"); });

    auto forged = report_of(other, "P9", DeliveryStatus::delivered);
    forged.message = message.id;
    REQUIRE(store.report(forged));
    CHECK(store.count("outbox") == "1");
    CHECK(store.count("messages") == "0");

    auto honest = report_of(store.account, "P1", DeliveryStatus::delivered);
    honest.message = message.id;
    REQUIRE(store.report(honest));
    CHECK(store.count("outbox") == "0");
    CHECK(store.ask("select status || provider_id from messages") == "deliveredP1");
}

TEST_CASE("reports that are written together: each message has the furthest, each reporter its answer") {
    JournalFixture store;
    for (const char* name : {"P1", "P2", "P3"}) {
        const auto message = store.outbound(name);
        REQUIRE(store.enqueue(message));
        store.sent(message.id, name);
    }
    const auto waiting = store.outbound("P4");
    REQUIRE(store.enqueue(waiting));
    const auto of = [&](const std::string& id, DeliveryStatus status) { return report_of(store.account, id, status); };
    std::vector<StatusUpdate> updates{of("P1", DeliveryStatus::read),   of("P1", DeliveryStatus::delivered),
                                      of("P2", DeliveryStatus::played), of("nobody", DeliveryStatus::read),
                                      of("P3", DeliveryStatus::sent),   of("P3", DeliveryStatus::failed),
                                      of("P4", DeliveryStatus::read)};
    updates[2].provider_ids = {"P2", "P1"};  // the gateway names several
    updates[6].message = waiting.id;
    const auto write = [&] {
        std::string told;
        store.transact([&](pqxx::work& tx) {
            db::PlainBatch::prepare(tx.conn());
            db::ReportBatch::prepare(tx.conn());
            db::ReportBatch batch;
            for (const auto& update : updates) batch.add(update);
            for (const auto outcome : batch.run(tx)) told += outcome == db::Reported::matched ? '+' : '-';
        });
        return told;
    };
    CHECK(write() == "+++-+++");
    const auto states = "select string_agg(provider_id || ' ' || status, ', ' order by provider_id) from messages";
    CHECK(store.ask(states) == "P1 played, P2 played, P3 failed, P4 read");
    CHECK(store.count("delivery_reports") == "8");
    CHECK(store.count("outbox") == "0");
    CHECK(write() == "----+--");  // "sent" is nothing that could come too late
    CHECK(store.count("delivery_reports") == "8");
}

TEST_CASE("thousands of reports do not hold up a message") {
    JournalFixture store;
    constexpr std::uint64_t storm = 5000;
    std::uint64_t reported = 0, reported_before = 0;
    for (std::uint64_t i = 0; i < storm; ++i)
        store.journal->report(report_of(store.account, "P" + std::to_string(i), DeliveryStatus::delivered),
                              [&](const Result<db::Reported>& written) { reported += written ? 1 : 0; });
    const auto when_it_came = store.journal->stats().operations;
    REQUIRE(store.wait<Result<db::Admission>>([&](auto done) {
        store.journal->admit(store.inbound("M1"), [&, done = std::move(done)](Result<db::Admission> how) mutable {
            reported_before = reported;
            done(std::move(how));
        });
    }));
    // The batches that were being written, and its own.
    CHECK(reported_before < when_it_came + 1000);
    store.executor.run_until([&] { return reported == storm; });
    CHECK(store.count("delivery_reports") == std::to_string(storm));
}

// A row that somebody else holds: an operation that writes it waits, and with it the rest of its batch.
class HeldRow {
public:
    HeldRow(JournalFixture& store, std::string key) : key_(std::move(key)) {
        store.transact([&](pqxx::work& tx) { CHECK(db::write_storage(tx, {{"test", key_, "1", std::nullopt}})); });
        connection_ = db::connect(store.options, "holder");
        transaction_ = std::make_unique<pqxx::work>(*connection_);
        CHECK(db::write_storage(*transaction_, {{"test", key_, "2", std::nullopt}}));
    }
    void release() { transaction_->commit(); }
    Effects touching() const {
        Effects effects;
        effects.storage = {{"test", key_, "3", std::nullopt}};
        return effects;
    }

private:
    std::string key_;
    std::unique_ptr<pqxx::connection> connection_;
    std::unique_ptr<pqxx::work> transaction_;
};

TEST_CASE("a delivery report and the recording of its sending, both on their way at once, do not miss each other") {
    JournalFixture store(1);  // the one in which the first of both gets stuck behind a row
    db::Journal other(store.options, {}, store.executor, Logger());
    HeldRow first(store, "first"), second(store, "second");
    const auto message = store.outbound("hello");
    REQUIRE(store.enqueue(message));

    int open = 0;
    bool matched = false;
    const auto settle = [&](const HeldRow& row) {
        ++open;
        store.journal->settle(0, std::make_shared<const Effects>(row.touching()), [&](Result<db::Settlement> how) {
            CHECK(committed(how));
            --open;
        });
    };
    const auto send = [&](db::Journal& journal) {
        ++open;
        journal.sent(message.id, "P1", [&](const Result<void>&) { --open; });
    };
    const auto report = [&](db::Journal& journal) {
        ++open;
        journal.report(report_of(store.account, "P1", DeliveryStatus::delivered), [&](Result<db::Reported> written) {
            REQUIRE(written);
            matched = *written == db::Reported::matched;
            --open;
        });
    };
    const auto until = [](const auto& condition) {
        const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
        while (!condition()) REQUIRE(std::chrono::steady_clock::now() < give_up);
    };
    const auto waiting = [&](const std::string& backends) {
        return store.count("pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'") ==
               backends;
    };

    settle(first);
    until([&] { return waiting("1"); });
    const bool report_first = GENERATE(true, false);
    CAPTURE(report_first);
    if (report_first) {
        report(*store.journal);
    } else {
        send(*store.journal);
    }
    settle(second);  // in one batch with what waits before it
    first.release();
    store.executor.run_until([&] { return open == 2; });
    until([&] { return waiting("1"); });
    // The first has been done, and is not committed. Now the second.
    if (report_first) {
        send(other);
    } else {
        report(other);
    }
    until([&] { return waiting("2") || other.stats().operations > 0; });
    second.release();
    store.executor.run_until([&] { return open == 0; });
    // What a report could not see is told: its repetition makes it good.
    if (!matched) REQUIRE(store.report(report_of(store.account, "P1", DeliveryStatus::delivered)));
    CHECK(store.ask("select status from messages") == "delivered");
}

TEST_CASE("a report that missed its sending is applied at the next start") {
    JournalFixture store;
    for (const std::string id : {"P1", "P2", "P3"}) {
        const auto message = store.outbound(id);
        REQUIRE(store.enqueue(message));
        store.sent(message.id, id);
    }
    REQUIRE(store.report(report_of(store.account, "P3", DeliveryStatus::failed, "expired")));
    store.transact([&](pqxx::work& tx) {  // what neither of both saw
        tx.exec_params(
            "insert into delivery_reports (account_id, provider_id, status, reported_at) values "
            "($1, 'P1', 'delivered', now()), ($1, 'P1', 'read', now()), ($1, 'P2', 'read', now() - interval '1 day'), "
            "($1, 'P3', 'read', now())",
            store.account);
        db::apply_missed_reports(tx, unix_now() - 60'000);
    });
    CHECK(
        store.ask("select string_agg(provider_id || ' ' || status || error, ',' order by provider_id) from messages") ==
        "P1 read,P2 sent,P3 failedexpired");
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
    for (const auto id : ids)
        store.journal->sent(id, "P" + std::to_string(id), [&](const Result<void>&) { ++answers; });
    store.executor.run_until([&] { return answers == count; });
    CHECK(store.count("outbox") == "0");
    CHECK(store.count("messages where status = 'sent'") == std::to_string(count));
    CHECK(store.journal->stats().operations == 2 * count);
    CHECK(store.journal->stats().commits < 2 * count);
}

}  // namespace
}  // namespace parley::test
