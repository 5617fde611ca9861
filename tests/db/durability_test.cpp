// kill -9 of the database server under writers: what was acknowledged is there afterwards.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <pqxx/pqxx>
#include <set>
#include <thread>

#include "db/pool.hpp"
#include "support/postgres.hpp"

using namespace parley;
using namespace std::chrono_literals;

namespace {

constexpr int rounds = 10;  // for each way to rerun
constexpr int writers = 4;
constexpr int acknowledged_a_round = 40;

struct Writer {
    std::set<int> acknowledged;
    std::set<int> in_doubt;
    std::set<int> refused;
};

// Numbers of its own, one a transaction, each tried once.
void write(db::Pool& pool, db::Rerun rerun, int first, const std::atomic<bool>& stop, std::atomic<int>& count,
           Writer& writer) {
    for (int n = first; !stop; n += writers) {
        try {
            pool.run([n](pqxx::work& tx) { tx.exec_params("insert into t values ($1) on conflict do nothing", n); },
                     rerun);
            writer.acknowledged.insert(n);
            ++count;
        } catch (const ErrorException& failure) {
            const bool doubt = failure.error().message.find("in doubt") != std::string::npos;
            (doubt ? writer.in_doubt : writer.refused).insert(n);
            std::this_thread::sleep_for(
                5ms);  // as a client would, rather than burn through the numbers while it is away
        }
    }
}

}  // namespace

TEST_CASE("Nothing acknowledged is lost when the server is killed", "[durability]") {
    auto& database = test::TestDatabase::instance();
    const auto options = test::TestDatabase::options(database.create_database());
    {
        const auto connection = db::connect(options, "test");
        pqxx::nontransaction(*connection).exec("create table t (n integer primary key)");
    }
    const auto rerun = GENERATE(db::Rerun::never, db::Rerun::safe);
    {
        const auto connection = db::connect(options, "test");
        pqxx::nontransaction(*connection).exec("truncate t");
    }
    db::Pool pool(options, Logger());
    std::atomic<bool> stop{false};
    std::atomic<int> count{0};
    Writer results[writers];
    std::vector<std::thread> threads;
    for (int i = 0; i < writers; ++i) threads.emplace_back([&, i] { write(pool, rerun, i, stop, count, results[i]); });
    for (int round = 0; round < rounds; ++round) {
        const int enough = count + acknowledged_a_round + round;
        const auto give_up = std::chrono::steady_clock::now() + 60s;
        while (count < enough && std::chrono::steady_clock::now() < give_up) std::this_thread::sleep_for(1ms);
        CHECK(count >= enough);
        database.restart();
    }
    stop = true;
    for (auto& thread : threads) thread.join();

    std::set<int> there;
    const auto connection = db::connect(options, "test");
    for (const auto& row : pqxx::nontransaction(*connection).exec("select n from t")) there.insert(row[0].as<int>());
    const auto found = [&there](const std::set<int>& numbers) {
        return static_cast<std::size_t>(
            std::count_if(numbers.begin(), numbers.end(), [&](int n) { return there.contains(n); }));
    };
    std::size_t acknowledged = 0;
    std::size_t doubtful = 0;
    for (const auto& writer : results) {
        acknowledged += writer.acknowledged.size();
        doubtful += found(writer.in_doubt);
        CHECK(found(writer.acknowledged) == writer.acknowledged.size());
        CHECK(found(writer.refused) == 0);  // only "in doubt" may mean both
    }
    CHECK(there.size() == acknowledged + doubtful);
    CHECK(acknowledged >= static_cast<std::size_t>(acknowledged_a_round * rounds));
}
