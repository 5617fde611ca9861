#include "db/transaction_runner.hpp"

#include <pqxx/pqxx>
#include <random>

namespace parley::db {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr int max_attempts = 3;
constexpr auto reconnect_for =
    1s;  // a server that restarts is back within this; callers hear of a longer absence at once

// Two that met in a deadlock must not meet again.
std::chrono::milliseconds conflict_pause(int attempt) {
    thread_local std::minstd_rand random(std::random_device{}());
    return std::chrono::milliseconds(std::uniform_int_distribution<int>(1, 10 * attempt)(random));
}

Error doubt() {
    return to_error(pqxx::in_doubt_error(""));
}

}  // namespace

TransactionRunner::TransactionRunner(const DatabaseOptions& options, Logger log, Surroundings surroundings)
    : options_(options), log_(std::move(log)), surroundings_(std::move(surroundings)) {}

TransactionRunner::~TransactionRunner() = default;

Result<void> TransactionRunner::ensure_connected() {
    const auto give_up = Clock::now() + reconnect_for;
    for (auto pause = 20ms; !connection_; pause *= 2) {
        try {
            connection_ = connect(options_, "parley");
            surroundings_.reachable(true);
        } catch (const std::exception& failure) {
            Error error = to_error(failure);
            surroundings_.reachable(false);
            if (error.code != Errc::unavailable || Clock::now() + pause > give_up || !surroundings_.pause(pause))
                return error;
        }
    }
    return {};
}

void TransactionRunner::attempt(const Pool::Body& body, Progress& progress) {
    pqxx::work transaction(*connection_);
    body(transaction);
    progress = Progress::committing;
    transaction.commit();
    progress = Progress::done;
}

Result<void> TransactionRunner::run(const Pool::Body& body, Rerun rerun) {
    bool in_doubt = false;  // stays so through later attempts: nothing but a commit says what became of the first
    for (int attempts = 1;; ++attempts) {
        if (auto connected = ensure_connected(); !connected) return in_doubt ? doubt() : connected;
        auto progress = Progress::working;
        try {
            attempt(body, progress);
            surroundings_.reachable(true);
            return {};
        } catch (const std::exception& failure) {
            const bool broken = breaks_connection(failure) || !connection_->is_open();
            if (broken) connection_.reset();
            const bool in_commit = broken && progress == Progress::committing;
            in_doubt = in_doubt || in_commit;
            const Error error = in_doubt ? doubt() : to_error(failure);
            const bool again = in_commit ? rerun == Rerun::safe : broken || is_retryable(failure);
            if (broken || is_retryable(failure))
                log_.warn("db.transaction_failed", {{"error", to_error(failure).message}, {"attempt", attempts}});
            if (!again || attempts == max_attempts) return error;
            if (!broken && !surroundings_.pause(conflict_pause(attempts))) return error;
        } catch (...) {
            log_.error("db.body_threw_unknown", {});
            return in_doubt ? doubt()
                            : make_error(Errc::internal, "a transaction's body threw something that is no exception");
        }
    }
}

}  // namespace parley::db
