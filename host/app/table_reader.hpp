// How a queue of pending work reads from its table.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "db/pool.hpp"

namespace parley::app {

// Runs `read` on a database thread; `done` comes on the executor. A failure is told after a while, for a DurableQueue
// asks again at once.
template <class Item>
void read_table(db::Pool& pool, Executor& executor, std::function<std::vector<Item>(pqxx::work&)> read,
                UniqueFunction<void(Result<std::vector<Item>>)> done) {
    auto rows = std::make_shared<std::vector<Item>>();
    pool.run_async(
        executor, [rows, read = std::move(read)](pqxx::work& tx) { *rows = read(tx); },
        [&executor, rows, done = std::move(done)](Result<void> ok) mutable {
            if (ok) return done(std::move(*rows));
            executor.after(std::chrono::milliseconds(500),
                           [why = ok.error(), done = std::move(done)]() mutable { done(std::move(why)); });
        },
        db::Rerun::safe);
}

}  // namespace parley::app
