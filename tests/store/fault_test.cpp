#include <set>
#include <thread>

#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("a server killed under load: callers are told, and what must be written is written when it is back") {
    JournalFixture store;
    std::vector<bool> health;
    store.journal->on_health([&](bool healthy) { health.push_back(healthy); });

    const auto handled = store.inbound("H");
    REQUIRE(accepted(store.admit(handled)));
    const auto sending = store.outbound("on its way");
    REQUIRE(store.enqueue(sending));

    int asked = 0, answered = 0;
    std::set<MessageId> taken;
    bool told = false;
    const auto admit_some = [&] {
        for (int i = 0; i < 20; ++i, ++asked) {
            const auto message = store.inbound("K" + std::to_string(asked));
            store.journal->admit(message, [&, id = message.id](Result<db::Admission> how) {
                ++answered;
                if (accepted(how)) {
                    taken.insert(id);
                } else if (!how && how.error().code == Errc::unavailable) {
                    told = true;
                }
            });
        }
    };
    for (int i = 0; i < 10; ++i) admit_some();
    store.transact([](pqxx::work& tx) { tx.exec("checkpoint"); });  // not all tests' databases have to be recovered
    TestDatabase::instance().kill9();

    Effects effects;
    effects.replies = {store.outbound("answer", handled.id)};
    bool settled = false, recorded = false;
    store.journal->settle(handled.id, std::make_shared<const Effects>(effects),
                          [&](Result<db::Settlement> how) { settled = committed(how); });
    store.journal->sent(sending.id, "P1", [&](const Result<void>&) { recorded = true; });
    while (!told) {
        admit_some();
        store.executor.run_until([&] { return answered == asked; });
    }
    store.executor.run_until([&] { return settled && recorded && answered == asked; });
    TestDatabase::instance().wait_until_up();

    CHECK(store.ask("select string_agg(body, ',') from outbox") == "answer");
    CHECK(store.ask("select status from messages where direction = 1") == "sent");
    CHECK(store.count("inbox where id = " + std::to_string(handled.id)) == "0");
    for (const auto id : taken) REQUIRE(store.count("inbox where id = " + std::to_string(id)) == "1");

    // Both writers are back, and the owner was told to look at the tables.
    store.executor.run_until([&] { return !health.empty() && health.back(); });
    CHECK_FALSE(health.front());
    CHECK(store.journal->healthy());
    CHECK(accepted(store.admit(store.inbound("after"))));
}

TEST_CASE("a journal that ends writes what waits") {
    JournalFixture store;
    const auto message = store.inbound("E");
    REQUIRE(accepted(store.admit(message)));
    for (int i = 0; i < 300; ++i) store.journal->enqueue({store.outbound("x")}, [](Result<void>) {});
    store.journal.reset();
    CHECK(store.count("outbox") == "300");
}

TEST_CASE("a server that does not answer: callers are told instead of kept waiting") {
    JournalFixture store;
    const auto holder = db::connect(store.options, "holder");
    auto lock = std::make_unique<pqxx::work>(*holder);
    lock->exec("lock table inbox in access exclusive mode");

    int asked = 0, answered = 0;
    bool told = false;
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!told) {
        REQUIRE(std::chrono::steady_clock::now() < give_up);
        store.journal->admit(store.inbound("S" + std::to_string(asked++)), [&](Result<db::Admission> how) {
            ++answered;
            told = told || (!how && how.error().code == Errc::unavailable);
        });
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
        store.executor.run_posted();
    }
    CHECK_FALSE(store.journal->healthy());
    lock.reset();
    store.executor.run_until([&] { return answered == asked && store.journal->healthy(); });
    CHECK(accepted(store.admit(store.inbound("after"))));
}

}  // namespace
}  // namespace parley::test
