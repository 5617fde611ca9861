#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

StorageWrite put(const std::string& key, const std::string& json, std::optional<std::int64_t> expected = std::nullopt) {
    return {"plugin", key, json, expected};
}

TEST_CASE("a settle writes all of its effects, once") {
    JournalFixture store;
    const auto message = store.inbound("S1");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.replies = {store.outbound("one", message.id), store.outbound("two", message.id)};
    effects.storage = {put("a", "{\"n\": 1}"), put("b", "[]")};
    effects.settings = {{"debug", "true"}};
    effects.new_user = NewUser{store.account, message.sender, "", "Somebody"};
    TimerWrite timer{"plugin", store.account, message.chat, "later", unix_now() + 60'000, "{}", message.sender, ""};
    effects.timers = {timer};
    for (int i = 0; i < 2; ++i) {  // the second time is one whose first answer was lost
        CHECK(committed(store.settle(message.id, effects)));
        CHECK(store.count("inbox") == "0");
        CHECK(store.count("outbox") == "2");
        CHECK(store.ask("select string_agg(body, ',' order by id) from outbox") == "one,two");
        CHECK(store.ask("select cause from outbox limit 1") == std::to_string(message.id));
        CHECK(store.ask("select value->>'n' from plugin_storage where key = 'a'") == "1");
        CHECK(store.ask("select version from plugin_storage where key = 'a'") == "1");
        CHECK(store.ask("select value from settings where name = 'debug'") == "true");
        CHECK(store.ask("select name from users") == "Somebody");
        CHECK(store.count("timers where name = 'later'") == "1");
    }
    // New ids, as when the handling ran again after all: the inbox row is gone, so nothing of it counts.
    effects.replies = {store.outbound("three", message.id)};
    CHECK(committed(store.settle(message.id, effects)));
    CHECK(store.count("outbox") == "2");
}

TEST_CASE("a plain settle is written once as well") {
    JournalFixture store;
    const auto message = store.inbound("S1");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.replies = {store.outbound("one", message.id)};
    CHECK(committed(store.settle(message.id, effects)));
    effects.replies = {store.outbound("two", message.id)};
    CHECK(committed(store.settle(message.id, effects)));
    CHECK(store.ask("select string_agg(body, ',') from outbox") == "one");
    CHECK(store.count("inbox") == "0");
    CHECK(store.ask("select status from conversation where direction = 0") == "handled");
}

TEST_CASE("a value that changed since it was read is a conflict, and nothing is written") {
    JournalFixture store;
    const auto first = store.inbound("S1"), second = store.inbound("S2");
    REQUIRE(accepted(store.admit(first)));
    REQUIRE(accepted(store.admit(second)));
    Effects effects;
    effects.storage = {put("sum", "1", 0)};
    CHECK(committed(store.settle(first.id, effects)));
    for (const std::int64_t seen : {0, 7}) {
        effects.storage = {put("another", "5"), put("sum", "2", seen)};
        effects.replies = {store.outbound("the sum is 2", second.id)};
        effects.settings = {{"debug", "true"}};
        const auto how = store.settle(second.id, effects);
        REQUIRE(how);
        CHECK(*how == db::Settlement::conflict);
        CHECK(store.ask("select value from plugin_storage where key = 'sum'") == "1");
        CHECK(store.count("plugin_storage") == "1");
        CHECK(store.count("outbox") == "0");
        CHECK(store.count("settings where name = 'debug'") == "0");
        CHECK(store.count("inbox") == "1");
    }
    effects.storage = {put("sum", "2", 1)};
    CHECK(committed(store.settle(second.id, effects)));
    CHECK(store.ask("select version > 1 from plugin_storage where key = 'sum'") == "t");
}

TEST_CASE("a setting that changed since it was read is a conflict: of two additions to a list neither is lost") {
    JournalFixture store;
    const auto settle = [&](const std::string& value, std::optional<std::string> expected, bool may_be_absent = false) {
        const auto message = store.inbound("");
        REQUIRE(accepted(store.admit(message)));
        Effects effects;
        effects.settings = {{"blacklist_ids", value, std::move(expected), may_be_absent}};
        effects.replies = {store.outbound("added", message.id)};
        return store.settle(message.id, effects);
    };
    const auto conflict = [](const auto& how) { return how && *how == db::Settlement::conflict; };
    CHECK(committed(settle("1", "", true)));  // it stood nowhere yet
    CHECK(conflict(settle("2", "", true)));
    CHECK(store.ask("select value from settings where name = 'blacklist_ids'") == "1");
    CHECK(store.count("outbox") == "1");
    CHECK(committed(settle("1,2", "1")));
    CHECK(committed(settle("3", std::nullopt)));
    CHECK(store.ask("select value from settings where name = 'blacklist_ids'") == "3");
    // A reset meanwhile is somebody's change as well.
    store.transact([](pqxx::work& tx) { db::write_setting(tx, "blacklist_ids", std::nullopt); });
    CHECK(conflict(settle("3,4", "3")));
    CHECK(store.count("settings where name = 'blacklist_ids'") == "0");
    CHECK(committed(settle("4", std::nullopt)));
}

TEST_CASE("a value that was removed meanwhile is a conflict; one not read is overwritten") {
    JournalFixture store;
    Effects effects;
    effects.storage = {put("x", "1", 3)};
    auto message = store.inbound("S1");
    REQUIRE(accepted(store.admit(message)));
    CHECK(*store.settle(message.id, effects) == db::Settlement::conflict);
    effects.storage = {put("x", "1")};
    CHECK(committed(store.settle(message.id, effects)));
    message = store.inbound("S2");
    REQUIRE(accepted(store.admit(message)));
    effects.storage = {{"plugin", "x", std::nullopt, 1}};
    CHECK(committed(store.settle(message.id, effects)));
    CHECK(store.count("plugin_storage") == "0");
}

TEST_CASE("of handlings that read the same value one gets through at a time, and none is lost") {
    JournalFixture store;
    constexpr int handlings = 20;
    std::vector<MessageId> open;
    for (int i = 0; i < handlings; ++i) {
        const auto message = store.inbound("C" + std::to_string(i));
        REQUIRE(accepted(store.admit(message)));
        open.push_back(message.id);
    }
    while (!open.empty()) {
        std::optional<db::StoredValue> seen;
        store.transact([&](pqxx::work& tx) { seen = db::read_storage(tx, "plugin", "sum"); });
        const int sum = seen ? std::stoi(seen->json) : 0;
        std::vector<MessageId> again;
        std::size_t answers = 0;
        for (const auto id : open) {
            Effects effects;
            effects.storage = {put("sum", std::to_string(sum + 1), seen ? seen->version : 0)};
            store.journal->settle(id, std::make_shared<const Effects>(effects), [&, id](Result<db::Settlement> how) {
                ++answers;
                if (!committed(how)) again.push_back(id);
            });
        }
        store.executor.run_until([&] { return answers == open.size(); });
        REQUIRE(again.size() == open.size() - 1);
        open = again;
    }
    CHECK(store.ask("select value from plugin_storage") == std::to_string(handlings));
}

TEST_CASE("effects that cannot be stored are refused whole, their neighbours are written") {
    JournalFixture store(1);
    const auto good = store.inbound("G"), bad = store.inbound("B");
    REQUIRE(accepted(store.admit(good)));
    REQUIRE(accepted(store.admit(bad)));
    Effects fine, broken;
    fine.replies = {store.outbound("fine", good.id)};
    broken.replies = {store.outbound("also", bad.id)};
    broken.storage = {put("k", "this is not JSON")};
    std::optional<Result<db::Settlement>> of_good, of_bad;
    store.journal->settle(bad.id, std::make_shared<const Effects>(broken),
                          [&](Result<db::Settlement> how) { of_bad = how; });
    store.journal->settle(good.id, std::make_shared<const Effects>(fine),
                          [&](Result<db::Settlement> how) { of_good = how; });
    store.executor.run_until([&] { return of_good && of_bad; });
    CHECK(committed(*of_good));
    REQUIRE_FALSE(of_bad->has_value());
    CHECK(of_bad->error().code == Errc::invalid);
    CHECK(of_bad->error().message.find("this is not") == std::string::npos);  // it is logged: nobody's words
    CHECK(store.ask("select string_agg(body, ',') from outbox") == "fine");
    CHECK(store.ask("select id from inbox") == std::to_string(bad.id));
}

TEST_CASE("a timer fires once, and not when it was moved or cancelled") {
    JournalFixture store;
    const auto message = store.inbound("S1");
    REQUIRE(accepted(store.admit(message)));
    const UnixMillis due = unix_now() - 1;
    TimerWrite timer{"plugin", store.account, message.chat, "tea", due, "{\"cups\":2}", message.sender, ""};
    Effects effects;
    effects.timers = {timer};
    REQUIRE(committed(store.settle(message.id, effects)));

    auto fired = store.inbound("timer:plugin:1:tea");
    fired.kind = EventKind::timer;
    fired.plugin = "plugin";
    fired.timer = "tea";
    const auto moved = store.fire_timer(fired, due - 1);
    REQUIRE_FALSE(moved);
    CHECK(moved.error().code == Errc::not_found);
    CHECK(store.fire_timer(fired, due));
    CHECK(store.count("timers") == "0");
    CHECK(store.ask("select id from inbox") == std::to_string(fired.id));
    auto again = store.inbound("timer:plugin:2:tea");
    again.kind = EventKind::timer;
    again.plugin = "plugin";
    again.timer = "tea";
    CHECK_FALSE(store.fire_timer(again, due));
    CHECK(store.count("inbox") == "1");
}

}  // namespace
}  // namespace parley::test
