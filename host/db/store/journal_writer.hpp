// One thread that writes batches over a connection of its own, and finds the database again when it goes away. Internal
// to the journal.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "core/log.hpp"
#include "db/pool.hpp"
#include "db/store/backlog.hpp"

namespace parley::db {

class JournalWriter {
public:
    // `faults`: connections lost so far by all writers; when one lost the server, the others' connections are dead too.
    JournalWriter(const DatabaseOptions& database, Backlog& backlog, std::atomic<std::uint64_t>& faults, Logger log);
    ~JournalWriter();  // after Backlog::stop(): waits until what waits is written, if the database is there

private:
    void run();
    void open();
    void write_next();
    void write(Batch batch);
    bool give_up_one(Batch& batch, const std::exception& failure, int attempt);
    void write_halves(Batch batch);

    const DatabaseOptions& database_;
    Backlog& backlog_;
    std::atomic<std::uint64_t>& faults_;
    Logger log_;
    std::unique_ptr<pqxx::connection> connection_;
    std::uint64_t seen_faults_ = 0;
    std::thread thread_;
};

}  // namespace parley::db
