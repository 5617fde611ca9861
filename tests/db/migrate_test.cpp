#include "db/migrate.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <pqxx/pqxx>
#include <regex>
#include <sstream>

#include "support/paths.hpp"
#include "support/postgres.hpp"

using namespace parley;

namespace {

using List = std::vector<db::Migration>;

const List two = {{1, "base", "create table a (n integer); insert into a values (1)", "aa11"},
                  {2, "more", "create table b (n integer); insert into a values (2)", "bb22"}};

db::DatabaseOptions fresh() {
    return test::TestDatabase::options(test::TestDatabase::instance().create_database());
}

std::string value(const db::DatabaseOptions& options, const std::string& sql) {
    const auto connection = db::connect(options, "test");
    return pqxx::nontransaction(*connection).exec1(sql)[0].as<std::string>("");
}

}  // namespace

TEST_CASE("The embedded migrations are the files", "[migrate]") {
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(parley::test::source_path("db/migrations")))
        files += entry.path().extension() == ".sql";
    REQUIRE(db::migrations().size() == files);
    for (std::size_t i = 0; i < files; ++i) {
        const auto& migration = db::migrations()[i];
        CHECK(migration.number == static_cast<int>(i) + 1);
        CHECK(migration.checksum.size() == 64);
        char name[16];
        snprintf(name, sizeof name, "%04d_", migration.number);
        std::ifstream file(parley::test::source_path("db/migrations/" + (name + std::string(migration.name)) + ".sql"));
        std::ostringstream text;
        text << file.rdbuf();
        CHECK(migration.sql == text.str());
        // They run inside one transaction.
        const std::regex forbidden(R"((^|[;\n])\s*(commit|rollback|vacuum)\b|\bconcurrently\b)", std::regex::icase);
        CHECK_FALSE(std::regex_search(std::string(migration.sql), forbidden));
    }
}

TEST_CASE("A database is brought from nothing to this program's schema, once", "[migrate]") {
    const auto options = fresh();
    const auto before = db::migration_state(options);
    REQUIRE(before.has_value());
    CHECK(before->current == 0);
    CHECK(before->pending.size() == db::migrations().size());
    const auto migrated = db::migrate(options, Logger());
    REQUIRE(migrated.has_value());
    CHECK(migrated->pending.empty());
    const auto after = db::migration_state(options);
    REQUIRE(after.has_value());
    CHECK(after->current == (db::migrations().empty() ? 0 : db::migrations().back().number));
    CHECK(after->pending.empty());
    CHECK(db::migrate(options, Logger()).has_value());
}

TEST_CASE("Only what is missing is applied", "[migrate]") {
    const auto options = fresh();
    REQUIRE(db::migrate(options, Logger(), {two[0]}).has_value());
    const auto state = db::migration_state(options, two);
    REQUIRE(state.has_value());
    CHECK(state->current == 1);
    CHECK(state->pending == std::vector<std::string>{"0002_more"});
    REQUIRE(db::migrate(options, Logger(), two).has_value());
    REQUIRE(db::migrate(options, Logger(), two).has_value());
    CHECK(value(options, "select sum(n) from a") == "3");
    CHECK(value(options, "select string_agg(checksum, ' ' order by number) from parley_migrations") == "aa11 bb22");
}

TEST_CASE("Nodes that start at once migrate once", "[migrate]") {
    const auto options = fresh();
    std::vector<std::future<Result<db::MigrationState>>> nodes;
    nodes.reserve(6);
    for (int i = 0; i < 6; ++i)
        nodes.push_back(std::async(std::launch::async, [&] { return db::migrate(options, Logger(), two); }));
    for (auto& node : nodes) {
        const auto result = node.get();
        REQUIRE(result.has_value());
        CHECK(result->current == 2);
    }
    CHECK(value(options, "select count(*) from a") == "2");
}

TEST_CASE("A changed migration is named with both checksums", "[migrate]") {
    const auto options = fresh();
    REQUIRE(db::migrate(options, Logger(), two).has_value());
    auto changed = two;
    changed[1].checksum = "cc33";
    for (const auto& refused : {db::migration_state(options, changed), db::migrate(options, Logger(), changed)}) {
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::conflict);
        for (const char* part : {"0002_more", "bb22", "cc33"})
            CHECK(refused.error().message.find(part) != std::string::npos);
    }
}

TEST_CASE("A database that is newer than the program is left alone", "[migrate]") {
    const auto options = fresh();
    REQUIRE(db::migrate(options, Logger(), two).has_value());
    const auto refused = db::migrate(options, Logger(), {two[0]});
    REQUIRE_FALSE(refused.has_value());
    CHECK(refused.error().code == Errc::conflict);
    CHECK(refused.error().message.find("at migration 2") != std::string::npos);
    CHECK(refused.error().message.find("up to 1") != std::string::npos);
}

TEST_CASE("Another line of versions is refused", "[migrate]") {
    const auto options = fresh();
    const List other = {{1, "base", "select 1", "aa11"}, {3, "third", "select 1", "dd44"}};
    REQUIRE(db::migrate(options, Logger(), other).has_value());
    auto ours = two;
    ours.push_back({3, "third", "select 1", "dd44"});
    const auto missing = db::migrate(options, Logger(), ours);
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().message.find("0002_more") != std::string::npos);
    const auto unknown = db::migrate(options, Logger(), {two[0], {4, "fourth", "select 1", "ee55"}});
    REQUIRE_FALSE(unknown.has_value());
    CHECK(unknown.error().message.find("0003_third") != std::string::npos);
}

TEST_CASE("Who opted out under one spelling of a number has opted out under the one that is compared", "[migrate]") {
    const auto options = fresh();
    List before;
    for (const auto& migration : db::migrations())
        if (migration.name != "persons" && (before.empty() || migration.number == before.back().number + 1))
            before.push_back(migration);
    REQUIRE(db::migrate(options, Logger(), before).has_value());
    {
        const auto connection = db::connect(options, "test");
        pqxx::work tx(*connection);
        tx.exec(
            "insert into opt_outs (organisation_id, person, opted_out, at, source) values "
            "(1, '5215512345678', true, '2026-01-02', 'word'), (1, '525512345678', false, '2026-01-01', 'word'), "
            "(1, '5511987654321', true, '2026-01-01', 'word'), (1, '551187654321', false, '2026-01-02', 'word'), "
            "(1, '5491112345678', true, '2026-01-01', 'word'), (1, '5511943214321', true, '2026-01-01', 'word')");
        tx.commit();
    }
    REQUIRE(db::migrate(options, Logger()).has_value());
    CHECK(value(options, "select string_agg(person || ' ' || opted_out, ', ' order by person) from opt_outs") ==
          "525512345678 true, 541112345678 true, 551187654321 false, 5511943214321 true");
}

TEST_CASE("Users come to the organisations whose accounts they wrote to", "[migrate]") {
    const auto options = fresh();
    List before;
    for (const auto& migration : db::migrations())
        if (migration.name != "user_organisations" && (before.empty() || migration.number == before.back().number + 1))
            before.push_back(migration);
    const bool several = GENERATE(true, false);
    REQUIRE(db::migrate(options, Logger(), before).has_value());
    {
        const auto connection = db::connect(options, "test");
        pqxx::work tx(*connection);
        if (several) tx.exec("insert into organisations (name) values ('other')");
        tx.exec(
            "insert into accounts (channel, name, organisation_id) select 'cloud', name, id from organisations; "
            "insert into users (user_id, group_id, user_group) values ('1', '', 'signedup'), ('2', '', 'staff'), "
            " ('3', '', 'signedup'), ('3', 'g', 'signedup'), ('4', '', 'signedup'), ('5', '', 'signedup'); "
            "select parley_make_partition('2026-01-01'); "
            "insert into messages (id, created_at, account_id, direction, kind, chat, sender, group_id, status) "
            "select n, '2026-01-02', a.id, 0, 'message', 'c', person, room, 'received' "
            "  from (values (1, 'default', '1', ''), (2, 'other', '2', ''), (3, 'default', '3', ''), "
            "               (4, 'other', '3', 'g'), (5, 'other', '3', 'g')) as m(n, name, person, room) "
            "  join accounts a using (name); "
            "with c as (insert into contacts (organisation_id) select max(id) from organisations returning *) "
            "insert into contact_identities (organisation_id, kind, value, contact_id) "
            "select organisation_id, 'phone', '4', id from c");
        tx.commit();
    }
    REQUIRE(db::migrate(options, Logger()).has_value());
    const auto of = [&](const std::string& organisation) {
        return value(options,
                     "select string_agg(user_id || group_id || ' ' || user_group, ', ' order by user_id, "
                     "group_id) from users join organisations o on o.id = organisation_id where o.name = '" +
                         organisation + "'");
    };
    if (several) {
        CHECK(of("default") == "1 signedup, 3 signedup, 5 signedup");
        CHECK(of("other") == "2 staff, 3g signedup, 4 signedup");
    } else {
        CHECK(of("default") == "1 signedup, 2 staff, 3 signedup, 3g signedup, 4 signedup, 5 signedup");
    }
}

TEST_CASE("A migration that fails leaves nothing of any", "[migrate]") {
    const auto options = fresh();
    auto list = two;
    SECTION("by a mistake") {
        list.push_back({3, "broken", "create table c (n integer); selct 1", "cc"});
    }
    SECTION("by something that cannot run in a transaction") {
        list.push_back({3, "broken", "create index concurrently on a (n)", "cc"});
    }
    const auto failed = db::migrate(options, Logger(), list);
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("0003_broken") != std::string::npos);
    CHECK(value(options, "select count(*) from pg_class where relnamespace = 'public'::regnamespace") == "0");
    CHECK(db::migration_state(options, list)->current == 0);
}

TEST_CASE("A migration may not end the transaction", "[migrate]") {
    const auto options = fresh();
    const auto failed = db::migrate(options, Logger(), {{1, "sly", "create table c (n integer); commit; begin", "cc"}});
    REQUIRE_FALSE(failed.has_value());
    CHECK(failed.error().message.find("0001_sly") != std::string::npos);
}

TEST_CASE("Partitions of this month and the next two are there", "[migrate]") {
    const auto options = test::TestDatabase::options(test::TestDatabase::instance().migrated_database());
    const auto connection = db::connect(options, "test");
    pqxx::work tx(*connection);
    db::ensure_partitions(tx);
    db::ensure_partitions(tx);
    CHECK(tx.exec1("select count(*) from pg_inherits where inhparent = 'messages'::regclass")[0].as<int>() == 3);
    for (int months = 0; months < 3; ++months) {
        const auto name =
            tx.exec_params1(
                  "select to_char(date_trunc('month', now() at time zone 'utc') + make_interval(months => $1), "
                  "'\"messages_\"YYYY_MM')",
                  months)[0]
                .as<std::string>();
        CHECK_FALSE(tx.exec_params1("select to_regclass($1)", name)[0].is_null());
        CHECK(tx.exec_params1("select count(*) from pg_indexes where tablename = $1", name)[0].as<int>() >= 2);
    }
}

TEST_CASE("Reports that nothing can wait for any more go; the others stay", "[migrate]") {
    const auto options = test::TestDatabase::options(test::TestDatabase::instance().migrated_database());
    const auto connection = db::connect(options, "test");
    pqxx::work tx(*connection);
    tx.exec("insert into accounts (channel, name) values ('gateway', 'one')");
    tx.exec(
        "insert into delivery_reports (account_id, provider_id, status, reported_at) values "
        "(1, 'old', 'read', now() - interval '41 days'), (1, 'new', 'read', now() - interval '39 days')");
    tx.exec(
        "insert into account_events (id, account_id, type, told_at) "
        "select ((extract(epoch from now() - age) * 1000)::bigint - 1704067200000) << 22, 1, what, now() - age "
        "from (values (interval '366 days', 'old'), (interval '300 days', 'new')) as event(age, what)");
    CHECK(db::forget_old_reports(tx) == 2);
    CHECK(tx.exec1("select string_agg(provider_id, ',') from delivery_reports")[0].as<std::string>() == "new");
    CHECK(tx.exec1("select string_agg(type, ',') from account_events")[0].as<std::string>() == "new");
    CHECK(db::forget_old_reports(tx) == 0);
}
