#include "db/store/plain_batch.hpp"
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("an admitted message is in history and in the inbox") {
    JournalFixture store;
    const auto message = store.inbound("A1");
    CHECK(accepted(store.admit(message)));
    CHECK(store.ask("select body from messages where provider_id = 'A1'") == "hello");
    CHECK(store.ask("select id from inbox") == std::to_string(message.id));
}

TEST_CASE("what is only recorded does not come into the inbox") {
    JournalFixture store;
    for (const auto kind : {EventKind::edited, EventKind::revoked, EventKind::reaction, EventKind::other}) {
        auto message = store.inbound(std::string("R-") + to_string(kind));
        message.kind = kind;
        CHECK(accepted(store.admit(message)));
    }
    CHECK(store.count("messages") == "4");
    CHECK(store.count("inbox") == "0");
}

TEST_CASE("the same provider id on the same account is a duplicate") {
    JournalFixture store;
    CHECK(accepted(store.admit(store.inbound("A1"))));
    CHECK(duplicate(store.admit(store.inbound("A1", "again"))));
    CHECK(accepted(store.admit(store.inbound(""))));
    CHECK(accepted(store.admit(store.inbound(""))));  // the provider gave none: nothing to compare
    AccountId other = 0;
    store.transact([&](pqxx::work& tx) { other = db::ensure_account(tx, "gateway", "second"); });
    auto elsewhere = store.inbound("A1");
    elsewhere.account = other;
    CHECK(accepted(store.admit(elsewhere)));
    CHECK(store.count("messages where body = 'again'") == "0");
    CHECK(store.count("inbox") == "4");
}

TEST_CASE("of repeats that arrive together one is accepted, within a batch and across connections") {
    for (const unsigned connections : {1u, 2u}) {
        JournalFixture store(connections);
        constexpr int messages = 60, repeats = 4;
        int answers = 0;
        std::vector<int> taken(messages, 0);
        for (int repeat = 0; repeat < repeats; ++repeat) {
            for (int i = 0; i < messages; ++i) {
                store.journal->admit(store.inbound("M" + std::to_string(i)), [&, i](Result<db::Admission> how) {
                    ++answers;
                    if (accepted(how)) ++taken[static_cast<std::size_t>(i)];
                });
            }
        }
        store.executor.run_until([&] { return answers == messages * repeats; });
        CHECK(taken == std::vector<int>(messages, 1));
        CHECK(store.count("messages") == std::to_string(messages));
        CHECK(store.count("inbox") == std::to_string(messages));
        if (connections == 1) CHECK(store.journal->stats().commits < messages * repeats);  // they shared commits
    }
}

TEST_CASE("a repeat from before the edge of the month is a duplicate when it is looked for there") {
    JournalFixture store;
    // Last month's last days, whatever today is.
    store.transact([&](pqxx::work& tx) {
        tx.exec("select parley_make_partition((date_trunc('month', now()) - interval '1 day')::date)");
        tx.exec_params(
            "insert into messages (id, created_at, account_id, direction, kind, chat, provider_id, status) "
            "select i, parley_time(i), $1, 0, 'message', 'c', 'OLD', 'received' from (select "
            "((extract(epoch from date_trunc('month', now()) - interval '2 days') * 1000)::bigint - "
            "1704067200000) << 22 as i) x",
            store.account);
    });
    const auto run = [&](const char* since) {
        const auto connection = db::connect(store.options, "test");
        db::PlainBatch::prepare(*connection);
        pqxx::work tx(*connection);
        const std::string until = tx.exec("select date_trunc('month', now())")[0][0].c_str();
        const std::string from =
            tx.exec(std::string("select date_trunc('month', now()) - interval '") + since + "'")[0][0].c_str();
        const auto message = store.inbound("OLD");
        std::vector<std::string> values(37, "{}");
        values[0] = "{" + std::to_string(message.id) + "}";
        values[1] = "{" + std::to_string(message.account) + "}";
        values[2] = "{message}";
        for (std::size_t i = 3; i < 13; ++i) values[i] = "{\"\"}";
        values[7] = "{OLD}";
        values[13] = "{" + std::to_string(message.timestamp) + "}";
        values[14] = from;
        values[15] = until;
        values[34] = "{text}";
        return tx.exec_prepared("parley_plain_batch", pqxx::prepare::make_dynamic_params(values)).size();
    };
    CHECK(run("8 days") == 0);
    CHECK(run("0 days") == 1);  // what the month's own index cannot see
}

TEST_CASE("what was missed long ago and is asked for again is a duplicate, whichever month it was stored in") {
    JournalFixture store;
    const UnixMillis said = unix_now() - 40LL * 24 * 3600 * 1000;
    const auto id = static_cast<MessageId>((said - 1704067200000) << 22);
    store.transact([&](pqxx::work& tx) {
        tx.exec_params("select parley_make_partition(parley_time($1)::date)", id);
        tx.exec_params(
            "insert into messages (id, created_at, account_id, direction, kind, chat, provider_id, status) "
            "values ($1, parley_time($1), $2, 0, 'message', 'c', 'OLD', 'received')",
            id, store.account);
    });
    auto again = store.inbound("OLD");
    again.timestamp = said;
    CHECK(duplicate(store.admit(again)));
    CHECK(store.count("inbox") == "0");
    auto other = store.inbound("NEW");  // as old, and never seen
    other.timestamp = said;
    CHECK(accepted(store.admit(other)));
}

TEST_CASE("one row that cannot be stored fails alone") {
    JournalFixture store(1);
    int answers = 0, stored = 0, invalid = 0;
    std::vector<MessageId> refused, bad;
    for (int i = 0; i < 50; ++i) {
        auto message = store.inbound("B" + std::to_string(i));
        if (i == 17) message.text = "not UTF-8: \xff";
        if (i == 33) message.sender_name = std::string("nul\0nul", 7);
        if (i == 17 || i == 33) bad.push_back(message.id);
        store.journal->admit(message, [&, id = message.id](Result<db::Admission> how) {
            ++answers;
            if (accepted(how)) ++stored;
            if (how) return;
            refused.push_back(id);
            if (how.error().code == Errc::invalid) ++invalid;
        });
    }
    store.executor.run_until([&] { return answers == 50; });
    CHECK(stored == 48);
    CHECK(invalid == 2);
    CHECK(refused == bad);
    CHECK(store.count("messages") == "48");
    CHECK(store.journal->healthy());
}

TEST_CASE("a file that came with its message is not fetched") {
    JournalFixture store;
    auto message = store.inbound("1");
    message.media = Media{};
    message.media->kind = MediaKind::image;
    REQUIRE(accepted(store.admit(message)));
    CHECK(store.count("media_downloads") == "1");
    auto other = store.inbound("2");
    other.media = message.media;
    other.media->stored = "4f1c";
    REQUIRE(accepted(store.admit(other)));
    CHECK(store.count("media_downloads") == "1");
    CHECK(store.count("inbox") == "2");
}

TEST_CASE("texts with quotes, backslashes, braces and lines come back as they were") {
    JournalFixture store;
    for (const std::string text : {"\"quoted\" \\ {a,b} 'x' NULL", "null", "line\nline\ttab", "", " ",
                                   "\xf0\x9f\x98\x80 \xd8\xb3", "\\", "{}"}) {
        auto message = store.inbound("", text);
        REQUIRE(accepted(store.admit(message)));
        CHECK(store.ask("select body from messages where id = " + std::to_string(message.id)) == text);
    }
}

}  // namespace
}  // namespace parley::test
