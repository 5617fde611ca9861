// One connection and the rules for running transactions on it: when it is reopened, when a body runs again, when a
// commit is in doubt. Owned by one thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "core/log.hpp"
#include "db/pool.hpp"

namespace parley::db {

class TransactionRunner {
public:
    // What the owner knows and the runner must ask.
    struct Surroundings {
        std::function<bool(std::chrono::milliseconds)> pause;  // false: give up, the owner is stopping
        std::function<void(bool)> reachable;                   // told after each attempt to connect or commit
    };

    TransactionRunner(const DatabaseOptions& options, Logger log, Surroundings surroundings);
    ~TransactionRunner();

    Result<void> run(const Pool::Body& body, Rerun rerun);

private:
    enum class Progress { working, committing, done };

    Result<void> ensure_connected();
    void attempt(const Pool::Body& body, Progress& progress);

    const DatabaseOptions& options_;
    Logger log_;
    Surroundings surroundings_;
    std::unique_ptr<pqxx::connection> connection_;
};

}  // namespace parley::db
