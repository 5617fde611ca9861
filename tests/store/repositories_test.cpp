#include "db/store/contacts.hpp"
#include "db/store/media_downloads.hpp"
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("settings are seeded once") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        CHECK(db::seed_settings(tx, {{"debug", "true"}, {"admin_ids", "1"}}) == 2);
        CHECK(db::seed_settings(tx, {{"debug", "false"}, {"public_url", "x"}}) == 1);
        const auto all = db::read_settings(tx);
        CHECK(all.at("debug") == "true");
        CHECK(all.at("admin_ids") == "1");
        CHECK(all.at("public_url") == "x");
    });
}

TEST_CASE("stored values are listed in order of bytes, from a key on, with a prefix") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        for (const char* key : {"a/2", "a/10", "a/1", "b/1", "a%", "A/1", "a_"})
            CHECK(db::write_storage(tx, {{"plugin", key, "1", std::nullopt}}));
        CHECK(db::write_storage(tx, {{"other", "a/3", "1", std::nullopt}}));
        const auto keys = [&](const char* prefix, const char* after, std::size_t limit) {
            std::string joined;
            for (const auto& [key, value] : db::list_storage(tx, "plugin", prefix, after, limit)) joined += key + " ";
            return joined;
        };
        CHECK(keys("", "", 100) == "A/1 a% a/1 a/10 a/2 a_ b/1 ");
        CHECK(keys("a/", "", 100) == "a/1 a/10 a/2 ");
        CHECK(keys("a/", "a/1", 1) == "a/10 ");
        CHECK(keys("a%", "", 100) == "a% ");
        CHECK_FALSE(db::read_storage(tx, "other", "b/1").has_value());
        const auto before = db::read_storage(tx, "plugin", "b/1")->version;
        CHECK(db::write_storage(tx, {{"plugin", "b/1", "{\"x\":2}", std::nullopt}}));
        const auto written = db::read_storage(tx, "plugin", "b/1")->version;
        CHECK(written > before);
        CHECK(db::write_storage(tx, {{"plugin", "b/1", std::nullopt, std::nullopt}}));
        CHECK_FALSE(db::read_storage(tx, "plugin", "b/1").has_value());
        // Who read it before its removal must notice that it is another value now.
        CHECK(db::write_storage(tx, {{"plugin", "b/1", "{\"x\":2}", std::nullopt}}));
        CHECK(db::read_storage(tx, "plugin", "b/1")->version > written);
    });
}

TEST_CASE("a value is written only when it is still the one that was read") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) { CHECK(db::write_storage(tx, {{"plugin", "a", "1", std::nullopt}})); });
    std::int64_t version = 0;
    store.transact([&](pqxx::work& tx) { version = db::read_storage(tx, "plugin", "a")->version; });
    const auto written = [&](StorageWrite write) {
        bool ok = false;
        store.transact([&](pqxx::work& tx) { ok = db::write_storage(tx, {std::move(write)}); });
        return ok;
    };
    CHECK_FALSE(written({"plugin", "a", "2", 0}));
    CHECK_FALSE(written({"plugin", "b", "2", version}));
    CHECK(written({"plugin", "b", "2", 0}));
    CHECK(written({"plugin", "a", "2", version}));
    CHECK_FALSE(written({"plugin", "a", std::nullopt, version}));
    CHECK(store.ask("select string_agg(key || '=' || value::text, ' ' order by key) from plugin_storage") == "a=2 b=2");
}

TEST_CASE("timers are found when they are due") {
    JournalFixture store;
    const UnixMillis now = 1'800'000'000'123;
    store.transact([&](pqxx::work& tx) { CHECK_FALSE(db::next_timer(tx).has_value()); });
    const auto message = store.inbound("T");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    for (const int offset : {2, 0, 1})
        effects.timers.push_back(
            {"plugin", store.account, "chat", "t" + std::to_string(offset), now + offset, "{}", "s", "g"});
    REQUIRE(committed(store.settle(message.id, effects)));
    store.transact([&](pqxx::work& tx) {
        CHECK(db::next_timer(tx) == now);
        const auto due = db::read_due_timers(tx, now + 1, 10);
        REQUIRE(due.size() == 2);
        CHECK(due[0].timer.name == "t0");
        CHECK(due[0].due == now);
        CHECK(due[0].timer.sender == "s");
        CHECK(due[0].timer.group == "g");
        CHECK(due[1].timer.name == "t1");
        CHECK(db::list_timers(tx, "plugin", store.account, "chat").size() == 3);
        CHECK(db::list_timers(tx, "plugin", store.account, "other").empty());
    });
}

TEST_CASE("a timer that somebody else wrote, with microseconds, fires as well") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        tx.exec_params(
            "insert into timers (plugin, account_id, chat, name, due, payload, sender, group_id) "
            "values ('plugin', $1, 'chat', 'tea', timestamptz '2026-01-02 03:04:05.678912+00', '{}', 's', '')",
            store.account);
    });
    std::vector<db::DueTimer> due;
    store.transact([&](pqxx::work& tx) { due = db::read_due_timers(tx, unix_now(), 10); });
    REQUIRE(due.size() == 1);
    auto fired = store.inbound("timer:plugin:1:tea");
    fired.kind = EventKind::timer;
    fired.chat = due[0].timer.chat;
    fired.plugin = due[0].timer.plugin;
    fired.timer = due[0].timer.name;
    CHECK(store.fire_timer(fired, due[0].due));
    CHECK(store.count("timers") == "0");
}

TEST_CASE("accounts and plugins are remembered") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) {
        CHECK(db::ensure_account(tx, "gateway", "gateway") == store.account);
        CHECK(db::ensure_account(tx, "support", "support") != store.account);
        CHECK(db::read_plugin_version(tx, "echo").empty());
        db::write_plugin_version(tx, "echo", "1.2");
        CHECK(db::read_plugin_version(tx, "echo") == "1.2");
        db::write_plugin_disabled(tx, "echo", true);
        db::write_plugin_disabled(tx, "ping", true);
        db::write_plugin_disabled(tx, "ping", false);
        CHECK(db::read_disabled_plugins(tx) == std::vector<std::string>{"echo"});
        CHECK(db::read_plugin_version(tx, "echo") == "1.2");
    });
}

TEST_CASE("who may be written to freely: what people said counts, timers and our own echoes do not") {
    JournalFixture store;
    auto put = [&, count = 0](EventKind kind, const std::string& chat, const std::string& type = "") mutable {
        auto message = store.inbound("P" + std::to_string(++count));
        message.kind = kind;
        message.chat = message.sender = chat;
        message.type = type;
        REQUIRE(accepted(store.admit(message)));
        return IdGenerator::time_of(message.id);
    };
    put(EventKind::timer, "quiet");
    for (const char* type : {"echo", "status", "system", "call", "user_preferences"})
        put(EventKind::other, "quiet", type);
    const auto said = put(EventKind::message, "talking");
    put(EventKind::reaction, "nodding");
    put(EventKind::other, "in a new way", "unsupported");
    put(EventKind::other, "stopped", "opt_out");
    store.transact([&](pqxx::work& tx) {
        const auto heard = [&](const char* chat, UnixMillis since) {
            return db::heard_since(tx, store.account, chat, chat, since);
        };
        CHECK_FALSE(heard("nobody", said - 1000));
        CHECK_FALSE(heard("quiet", said - 1000));
        CHECK(heard("talking", said));
        CHECK_FALSE(heard("talking", said + 1));
        for (const char* chat : {"nodding", "in a new way", "stopped"}) {
            CAPTURE(chat);
            CHECK(heard(chat, said - 1000));
        }
    });
}

TEST_CASE("who wrote under another name may be written to under this one, by the account that was written to") {
    JournalFixture store;
    const auto now = unix_now();
    AccountId other = 0;
    store.transact([&](pqxx::work& tx) {
        other = db::ensure_account(tx, "gateway", "other");
        db::write_sightings(tx, {{store.account,
                                  "Ana",
                                  "5215512345678",
                                  {{IdentityKind::phone, "525512345678"}, {IdentityKind::user_id, "MX.13491208"}},
                                  now},
                                 {store.account, "Eva", "525599999999", {{IdentityKind::phone, "525599999999"}}, now}});
    });
    auto message = store.inbound("P1");
    message.chat = message.sender = "5215512345678";
    REQUIRE(accepted(store.admit(message)));
    store.transact([&](pqxx::work& tx) {
        const auto heard = [&](AccountId account, const char* chat, const char* person) {
            return db::heard_since(tx, account, chat, person, now - 1000);
        };
        CHECK(heard(store.account, "525512345678", "525512345678"));
        CHECK(heard(store.account, "MX.13491208", "MX.13491208"));
        CHECK_FALSE(heard(store.account, "525599999999", "525599999999"));
        CHECK_FALSE(heard(other, "525512345678", "525512345678"));
        CHECK_FALSE(db::heard_since(tx, store.account, "MX.13491208", "MX.13491208", now + 60'000));
    });
}

TEST_CASE("two accounts share neither name nor address, and one that is gone is not changed") {
    JournalFixture store;
    db::AccountRow first;
    first.organisation = "acme";
    first.channel = "cloud";
    first.name = "sales";
    first.address = "1065";
    first.config = R"({"phone_number_id":"1065"})";
    store.transact([&](pqxx::work& tx) { first.id = db::write_account(tx, first); });
    const auto refused = [&](db::AccountRow row) {
        const auto connection = db::connect(store.options, "test");
        pqxx::work tx(*connection);
        try {
            db::write_account(tx, row);
        } catch (const ErrorException& failure) {
            return failure.error().code;
        }
        return Errc::internal;
    };
    auto second = first;
    second.id = 0;
    CHECK(refused(second) == Errc::conflict);
    second.name = "support-line";
    CHECK(refused(second) == Errc::conflict);
    auto message = store.inbound("P1");
    message.account = first.id;
    REQUIRE(accepted(store.admit(message)));
    const auto remove = [&](pqxx::work& tx) { db::remove_account(tx, first.id); };
    const auto connection = db::connect(store.options, "test");
    {
        pqxx::work tx(*connection);
        CHECK_THROWS_WITH(remove(tx), Catch::Contains("1 messages that came through this account are still"));
    }
    REQUIRE(committed(store.settle(message.id, {})));
    store.transact([&](pqxx::work& tx) { CHECK(db::remove_account(tx, first.id)); });
    CHECK(refused(first) == Errc::gone);
}

TEST_CASE("without a download to come there is no next one, rather than one at once") {
    JournalFixture store;
    store.transact([&](pqxx::work& tx) { CHECK_FALSE(db::next_download(tx)); });
}

}  // namespace
}  // namespace parley::test
