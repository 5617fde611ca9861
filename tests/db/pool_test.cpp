#include "db/pool.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "support/manual_executor.hpp"
#include "support/postgres.hpp"

using namespace parley;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

db::DatabaseOptions fresh(unsigned connections = 2) {
    auto options = test::TestDatabase::options(test::TestDatabase::instance().create_database());
    options.connections = connections;
    return options;
}

void execute(const db::DatabaseOptions& options, const std::string& sql) {
    const auto connection = db::connect(options, "test");
    pqxx::nontransaction(*connection).exec(sql);
}

int number(const db::DatabaseOptions& options, const std::string& sql) {
    const auto connection = db::connect(options, "test");
    return pqxx::nontransaction(*connection).exec1(sql)[0].as<int>();
}

Error failure_of(db::Pool& pool, const db::Pool::Body& body, db::Rerun rerun = db::Rerun::never) {
    try {
        pool.run(body, rerun);
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    FAIL("it did not fail");
    return {};
}

bool eventually(const std::function<bool()>& condition) {
    const auto give_up = Clock::now() + 30s;
    while (!condition()) {
        if (Clock::now() > give_up) return false;
        std::this_thread::sleep_for(5ms);
    }
    return true;
}

// Keeps one thread of a pool busy until it is let go.
class Blocker {
public:
    explicit Blocker(db::Pool& pool) {
        runner_ = std::thread([this, &pool] {
            pool.run([this](pqxx::work&) {
                began_.set_value();
                go_.get_future().wait();
            });
        });
        began_.get_future().wait();
    }
    ~Blocker() {
        release();
        runner_.join();
    }
    void release() {
        if (!std::exchange(released_, true)) go_.set_value();
    }

private:
    std::promise<void> began_;
    std::promise<void> go_;
    bool released_ = false;
    std::thread runner_;
};

}  // namespace

TEST_CASE("A transaction commits when its body returns and rolls back when it throws", "[pool]") {
    const auto options = fresh();
    execute(options, "create table t (n integer)");
    db::Pool pool(options, Logger());
    pool.run([](pqxx::work& tx) { tx.exec("insert into t values (1)"); });
    const Error own = failure_of(pool, [](pqxx::work& tx) {
        tx.exec("insert into t values (2)");
        throw ErrorException(make_error(Errc::not_found, "no such chat"));
    });
    CHECK(own.code == Errc::not_found);
    CHECK(own.message == "no such chat");
    CHECK(failure_of(pool, [](pqxx::work&) { throw std::runtime_error("bug"); }).code == Errc::internal);
    CHECK(failure_of(pool, [](pqxx::work&) { throw 7; }).code == Errc::internal);
    CHECK(failure_of(pool, [](pqxx::work& tx) { tx.exec("selct"); }).code == Errc::internal);
    CHECK(number(options, "select sum(n) from t") == 1);
    CHECK(pool.healthy());
}

TEST_CASE("Conflicts are tried again, three times in all", "[pool]") {
    const auto options = fresh();
    execute(options, "create table t (n integer)");
    db::Pool pool(options, Logger());
    const std::string state = GENERATE("40001", "40P01");
    int runs = 0;
    pool.run([&](pqxx::work& tx) {
        tx.exec("insert into t values (1)");
        if (++runs < 3) tx.exec("do $$ begin raise exception 'x' using errcode = '" + state + "'; end $$");
    });
    CHECK(runs == 3);
    CHECK(number(options, "select count(*) from t") == 1);
    runs = 0;
    CHECK(failure_of(pool, [&](pqxx::work& tx) {
              ++runs;
              tx.exec("do $$ begin raise exception 'x' using errcode = '" + state + "'; end $$");
          }).code == Errc::unavailable);
    CHECK(runs == 3);
}

TEST_CASE("Two that deadlock both get through", "[pool]") {
    const auto options = fresh();
    execute(options, "create table t (id integer primary key, n integer); insert into t values (1, 0), (2, 0)");
    db::Pool pool(options, Logger());
    std::atomic<int> inside{0};
    const auto update = [&](int first, int second) {
        pool.run([&](pqxx::work& tx) {
            tx.exec_params("update t set n = n + 1 where id = $1", first);
            ++inside;
            eventually([&] { return inside >= 2; });  // each holds what the other wants
            tx.exec_params("update t set n = n + 1 where id = $1", second);
        });
    };
    std::thread other([&] { update(2, 1); });
    update(1, 2);
    other.join();
    CHECK(inside > 2);
    CHECK(number(options, "select min(n) + max(n) from t") == 4);
}

TEST_CASE("A connection that breaks before the commit is replaced and the body run again", "[pool]") {
    const auto options = fresh(1);
    execute(options, "create table t (n integer)");
    db::Pool pool(options, Logger());
    int backend = 0;
    pool.run([&](pqxx::work& tx) { backend = tx.conn().backendpid(); });
    SECTION("while it was idle") {
        execute(options, "select pg_terminate_backend(" + std::to_string(backend) + ")");
    }
    SECTION("in the middle") {}
    int runs = 0;
    int later = 0;
    pool.run([&](pqxx::work& tx) {
        later = tx.conn().backendpid();
        tx.exec("insert into t values (1)");
        if (++runs == 1 && later == backend) {
            execute(options, "select pg_terminate_backend(" + std::to_string(backend) + ")");
            tx.exec("insert into t values (1)");
        }
    });
    CHECK(later != backend);
    CHECK(number(options, "select count(*) from t") == 1);
}

TEST_CASE("A commit in doubt is reported, or run again when that is safe", "[pool]") {
    const auto options = fresh(1);
    // The first commit ends its own session.
    execute(options, R"(
        create table t (n integer);
        create sequence commits;
        create function cut() returns trigger language plpgsql as $$ begin
            if nextval('commits') = 1 then perform pg_terminate_backend(pg_backend_pid()); end if;
            return null;
        end $$;
        create constraint trigger cut after insert on t deferrable initially deferred for each row execute function cut())");
    db::Pool pool(options, Logger());
    int runs = 0;
    const auto body = [&](pqxx::work& tx) {
        ++runs;
        tx.exec("insert into t values (1)");
    };
    SECTION("never") {
        const Error error = failure_of(pool, body);
        CHECK(error.code == Errc::unavailable);
        CHECK(error.message.find("in doubt") != std::string::npos);
        CHECK(runs == 1);
    }
    SECTION("safe") {
        pool.run(body, db::Rerun::safe);
        CHECK(runs == 2);
        CHECK(number(options, "select count(*) from t") == 1);
    }
}

TEST_CASE("Waiting for a connection has a bound in number and in time", "[pool]") {
    auto options = fresh(1);
    options.max_waiting = 2;
    options.wait_timeout_ms = 200;
    db::Pool pool(options, Logger());
    test::ManualExecutor executor;
    std::vector<Errc> answers;
    const auto note = [&](Result<void> result) { answers.push_back(result ? Errc::gone : result.error().code); };
    bool ran = false;
    {
        const Blocker blocker(pool);
        for (int i = 0; i < 3; ++i)
            pool.run_async(
                executor, [&](pqxx::work&) { ran = true; }, note);
        executor.run_next();
        REQUIRE(answers == std::vector{Errc::overloaded});
        executor.run_next();
        executor.run_next();
        CHECK(answers == std::vector{Errc::overloaded, Errc::timeout, Errc::timeout});
        const auto before = Clock::now();
        CHECK(failure_of(pool, [&](pqxx::work&) { ran = true; }).code == Errc::timeout);
        CHECK(Clock::now() - before < 5s);
    }
    CHECK_FALSE(ran);
    pool.run([&](pqxx::work&) { ran = true; });
    CHECK(ran);
}

TEST_CASE("Thousands of threads share a few connections", "[pool]") {
    const auto options = fresh(4);
    execute(options, "create table t (n integer)");
    db::Pool pool(options, Logger());
    std::vector<std::thread> threads;
    threads.reserve(2'000);
    std::atomic<int> failures{0};
    for (int i = 0; i < 2'000; ++i)
        threads.emplace_back([&, i] {
            try {
                pool.run([i](pqxx::work& tx) { tx.exec_params("insert into t values ($1)", i); });
            } catch (const ErrorException&) {
                ++failures;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(failures == 0);
    CHECK(number(options, "select count(distinct n) from t") == 2'000);
}

TEST_CASE("A pool that ends finishes what runs and refuses what waits", "[pool]") {
    const auto options = fresh(1);
    execute(options, "create table t (n integer)");
    auto pool = std::make_unique<db::Pool>(options, Logger());
    test::ManualExecutor executor;
    std::promise<void> began;
    std::promise<void> go;
    std::vector<bool> done;
    pool->run_async(
        executor,
        [&](pqxx::work& tx) {
            began.set_value();
            go.get_future().wait();
            tx.exec("insert into t values (1)");
        },
        [&](Result<void> result) { done.push_back(result.has_value()); });
    began.get_future().wait();
    pool->run_async(
        executor, [](pqxx::work& tx) { tx.exec("insert into t values (2)"); },
        [&](Result<void> result) {
            done.push_back(result.has_value());
            if (!result) CHECK(result.error().code == Errc::unavailable);
        });
    std::thread end([&] { pool.reset(); });
    go.set_value();
    end.join();
    executor.run_next();
    executor.run_next();
    // The second is refused, unless the first was done before the end began; in any case it is answered, and
    // truthfully.
    CHECK(done[0]);
    CHECK(number(options, "select count(*) from t where n = 1") == 1);
    CHECK(number(options, "select count(*) from t where n = 2") == (done[1] ? 1 : 0));
}

TEST_CASE("A database that is away is told at once, and noticed when it is back", "[pool]") {
    const test::TempDirectory temp;
    const std::string directory = temp.path() + "/db";
    test::copy_cluster_template(directory);
    auto cluster = db::Cluster::start(directory, Logger());
    REQUIRE(cluster.has_value());
    const auto options = test::TestDatabase::options((*cluster)->url());
    db::Pool pool(options, Logger());
    pool.run([](pqxx::work& tx) { tx.exec("select 1"); });
    CHECK(pool.healthy());

    cluster->reset();
    const auto left = Clock::now();
    CHECK(failure_of(pool, [](pqxx::work& tx) { tx.exec("select 1"); }).code == Errc::unavailable);
    CHECK(Clock::now() - left < 3s);
    CHECK_FALSE(pool.healthy());
    CHECK(eventually([&] {
        const auto before = Clock::now();
        CHECK(failure_of(pool, [](pqxx::work& tx) { tx.exec("select 1"); }).code == Errc::unavailable);
        return Clock::now() - before < 50ms;
    }));

    cluster = db::Cluster::start(directory, Logger());
    REQUIRE(cluster.has_value());
    CHECK(eventually([&] { return pool.healthy(); }));
    pool.run([](pqxx::work& tx) { tx.exec("select 1"); });
}
