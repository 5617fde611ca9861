#include <catch2/catch.hpp>
#include <pqxx/pqxx>

#include "db/pool.hpp"
#include "support/postgres.hpp"

using namespace parley;

namespace {

db::DatabaseOptions fresh() {
    return test::TestDatabase::options(test::TestDatabase::instance().create_database());
}

// What running this SQL comes to.
Error failure_of(pqxx::connection& connection, const std::string& sql) {
    try {
        pqxx::work tx(connection);
        tx.exec(sql);
        tx.commit();
    } catch (const std::exception& failure) {
        return db::to_error(failure);
    }
    FAIL("it did not fail: " << sql);
    return {};
}

}  // namespace

TEST_CASE("A session has its limits and settings", "[connection]") {
    auto options = fresh();
    options.statement_timeout_ms = 1'234;
    const auto connection = db::connect(options, "parley test");
    pqxx::nontransaction session(*connection);
    const auto show = [&](const char* name) { return session.exec1(std::string("show ") + name)[0].as<std::string>(); };
    CHECK(show("statement_timeout") == "1234ms");
    CHECK(show("lock_timeout") == "2s");
    CHECK(show("idle_in_transaction_session_timeout") == "1min");
    CHECK(show("timezone") == "UTC");
    CHECK(show("jit") == "off");
    CHECK(show("client_encoding") == "UTF8");
    CHECK(show("application_name") == "parley test");
}

TEST_CASE("Commits are durable even where the database says otherwise", "[connection]") {
    const auto options = fresh();
    {
        const auto connection = db::connect(options, "test");
        pqxx::nontransaction session(*connection);
        const auto name = session.exec1("select current_database()")[0].as<std::string>();
        session.exec("alter database " + name + " set synchronous_commit = off");
    }
    const auto connection = db::connect(options, "test");
    CHECK(pqxx::nontransaction(*connection).exec1("show synchronous_commit")[0].as<std::string>() == "on");
}

TEST_CASE("A bad URL is refused without repeating its password", "[connection]") {
    db::DatabaseOptions options;
    options.url = Secret("postgresql://me:hunter22@host:notaport:x/db?sslmode");
    try {
        db::connect(options, "test");
        FAIL("it connected");
    } catch (const ErrorException& refused) {
        CHECK(refused.error().code == Errc::invalid);
        CHECK(refused.error().message.find("hunter22") == std::string::npos);
    }
    options.url = Secret("host=/nowhere user=me password=hunter22");
    try {
        db::connect(options, "test");
        FAIL("it connected");
    } catch (const pqxx::failure& refused) {
        CHECK(db::to_error(refused).code == Errc::unavailable);
        CHECK(std::string(refused.what()).find("hunter22") == std::string::npos);
    }
}

TEST_CASE("Who comes with a database of another kind is told what to do", "[connection]") {
    db::DatabaseOptions options;
    options.url = Secret("sqlite:///./data/whatsapp_bot.db");
    try {
        db::connect(options, "test");
        FAIL("there is no such database");
    } catch (const ErrorException& failure) {
        CHECK(failure.error().code == Errc::invalid);
        CHECK_THAT(failure.error().message, Catch::Matchers::Contains("or be empty"));
    }
}

TEST_CASE("A connection that broke never comes back as another session without its locks", "[connection]") {
    const auto options = fresh();
    const auto other = db::connect(options, "test");
    const auto connection = db::connect(options, "test");
    {
        pqxx::nontransaction session(*connection);
        session.exec("select pg_advisory_lock(7)");
    }
    pqxx::nontransaction(*other).exec_params("select pg_terminate_backend($1)", connection->backendpid());
    for (int attempt = 0; attempt < 5; ++attempt) {
        try {
            pqxx::work tx(*connection);
            tx.exec("select 1");
            FAIL("a session without its lock");
        } catch (const std::exception& failure) {
            CHECK(db::breaks_connection(failure));
            CHECK(db::to_error(failure).code == Errc::unavailable);
        }
    }
}

TEST_CASE("Failures have their codes", "[connection]") {
    auto options = fresh();
    options.statement_timeout_ms = 300;
    options.lock_timeout_ms = 100;
    const auto connection = db::connect(options, "test");
    {
        pqxx::work tx(*connection);
        tx.exec("create table people (phone text primary key)");
        tx.exec("insert into people values ('923001234567')");
        tx.commit();
    }
    const Error duplicate = failure_of(*connection, "insert into people values ('923001234567')");
    CHECK(duplicate.code == Errc::conflict);
    CHECK(duplicate.message.find("923001234567") == std::string::npos);
    CHECK(failure_of(*connection, "select 'x'::integer").code == Errc::invalid);
    CHECK(failure_of(*connection, "select pg_sleep(10)").code == Errc::timeout);
    CHECK(failure_of(*connection, "selct 1").code == Errc::internal);
    CHECK(failure_of(*connection, "set transaction read only; delete from people").code == Errc::unavailable);
    const auto raised = [&](const std::string& state) {
        return failure_of(*connection, "do $$ begin raise exception 'x' using errcode = '" + state + "'; end $$").code;
    };
    CHECK(raised("53100") == Errc::unavailable);  // disk full
    CHECK(raised("40001") == Errc::unavailable);
    CHECK(raised("40P01") == Errc::unavailable);
    CHECK(raised("57P01") == Errc::unavailable);
    CHECK(raised("P0001") == Errc::internal);

    const auto holder = db::connect(options, "test");
    pqxx::work holding(*holder);
    holding.exec("lock table people");
    CHECK(failure_of(*connection, "select * from people").code == Errc::timeout);
}
