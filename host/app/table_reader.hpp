// How a queue of pending work reads on from its table.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::app {

// Reads a queue table on a database thread for a DurableQueue; `complete` adds what the table does not know, on the
// executor.
template <class Item>
auto table_reader(db::Pool& pool, Executor& executor,
                  std::vector<Item> (*read)(pqxx::work&, MessageId, MessageId, std::size_t),
                  std::function<void(Item&)> complete) {
    return [&pool, &executor, read, complete](MessageId after, MessageId before, std::size_t limit,
                                              UniqueFunction<void(Result<std::vector<Item>>)> done) {
        auto rows = std::make_shared<std::vector<Item>>();
        pool.run_async(
            executor, [rows, read, after, before, limit](pqxx::work& tx) { *rows = read(tx, after, before, limit); },
            [&executor, rows, complete, done = std::move(done)](Result<void> ok) mutable {
                if (!ok) {
                    // The queue asks again at once.
                    executor.after(std::chrono::milliseconds(500),
                                   [why = ok.error(), done = std::move(done)]() mutable { done(std::move(why)); });
                    return;
                }
                for (auto& row : *rows) complete(row);
                done(std::move(*rows));
            },
            db::Rerun::safe);
    };
}

}  // namespace parley::app
