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
    store.transact([&](pqxx::work& tx) { waiting = db::read_outbox(tx, 0, message.id + 1, 10); });
    REQUIRE(waiting.size() == 1);
    CHECK(waiting[0].text == message.text);
    CHECK(waiting[0].link == message.link);
    CHECK(waiting[0].reply_to == message.reply_to);
    CHECK(waiting[0].trace == message.trace);
    CHECK(waiting[0].kind == OutboundKind::link);
    store.sent(message.id, "P1");
    CHECK(store.ask("select status from messages") == "sent");
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
