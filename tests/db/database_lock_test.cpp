#include "db/database_lock.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <pqxx/pqxx>

#include "support/postgres.hpp"
#include "support/result_printer.hpp"
#include "support/wait.hpp"

using namespace parley;
using namespace std::chrono_literals;

namespace {

db::DatabaseOptions fresh() {
    return test::TestDatabase::options(test::TestDatabase::instance().create_database());
}

auto take(const db::DatabaseOptions& database, std::chrono::milliseconds patience = 0ms) {
    return db::DatabaseLock::take(database, patience, Logger());
}

constexpr const char* sessions =
    "from pg_locks l join pg_stat_activity a using (pid) "
    "where l.locktype = 'advisory' and l.granted and a.datname = current_database()";

int holder(const db::DatabaseOptions& database) {
    const auto connection = db::connect(database, "test");
    const auto found = pqxx::nontransaction(*connection).exec(std::string("select a.pid ") + sessions);
    return found.empty() ? 0 : found[0][0].as<int>();
}

void end_session(const db::DatabaseOptions& database) {
    const auto connection = db::connect(database, "test");
    pqxx::nontransaction(*connection).exec(std::string("select pg_terminate_backend(a.pid) ") + sessions);
    CHECK(test::eventually([&] { return holder(database) == 0; }));
}

}  // namespace

TEST_CASE("One host works on a database at a time", "[lock]") {
    const auto database = fresh();
    const auto shared = db::shares_sessions(database);
    REQUIRE(shared);
    CHECK_FALSE(*shared);
    auto first = take(database);
    REQUIRE(first);
    const auto second = take(database);
    REQUIRE_FALSE(second);
    CHECK(second.error().code == Errc::conflict);
    CHECK(second.error().message.find("another parley works on this database") == 0);
    CHECK(take(fresh()));
    auto patient = std::async(std::launch::async, [&] { return take(database, 30s); });
    first->reset();
    CHECK(patient.get());
}

TEST_CASE("A host whose connection broke takes its lock again", "[lock]") {
    const auto database = fresh();
    const auto lock = take(database);
    REQUIRE(lock);
    std::atomic<bool> lost{false};
    const int before = holder(database);
    (*lock)->keep([&](const Error&) { lost = true; });
    const auto connection = db::connect(database, "test");
    pqxx::nontransaction(*connection).exec_params("select pg_terminate_backend($1)", before);
    CHECK(test::eventually([&] {
        const int now = holder(database);
        return now != 0 && now != before;
    }));
    CHECK_FALSE(take(database));
    CHECK_FALSE(lost);
}

TEST_CASE("A host that was superseded is told so", "[lock]") {
    const auto database = fresh();
    const auto first = take(database);
    REQUIRE(first);
    end_session(database);
    const auto second = take(database);
    REQUIRE(second);
    std::promise<Errc> told;
    (*first)->keep([&](const Error& why) { told.set_value(why.code); });
    CHECK(told.get_future().get() == Errc::conflict);
}
