#include "db/store/journal_writer.hpp"

#include "db/store/slow_operations.hpp"

namespace parley::db {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds first_backoff{50}, longest_backoff{1000};
constexpr int most_retries = 20;       // of what deadlocks or serialization cut off
constexpr int most_lock_timeouts = 3;  // of an operation alone

// Nested-loop plans over a handful of rows, prepared once for empty and for large tables alike: a plan that was made
// when a table was empty must not become a sequential scan of a large one.
constexpr const char* session_settings =
    "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; "
    "set plan_cache_mode = force_generic_plan; set statement_timeout = '60s'; set lock_timeout = '10s'";

}  // namespace

JournalWriter::JournalWriter(const DatabaseOptions& database, Backlog& backlog, std::atomic<std::uint64_t>& faults,
                             Logger log)
    : database_(database), backlog_(backlog), faults_(faults), log_(std::move(log)), thread_([this] { run(); }) {}

JournalWriter::~JournalWriter() {
    thread_.join();
}

void JournalWriter::run() {
    auto backoff = first_backoff;
    while (!backlog_.over()) {
        try {
            if (!connection_ || seen_faults_ != faults_) {
                open();
                backoff = first_backoff;
            }
            write_next();
        } catch (const std::exception& failure) {
            connection_.reset();  // one that broke is never used again
            ++faults_;
            backlog_.set_healthy(false);
            log_.warn("journal.database_away", {{"error", to_error(failure).message}});
            backlog_.put_back({}, make_error(Errc::unavailable, "the database is away"));
            if (!backlog_.pause(backoff)) return;
            backoff = std::min(backoff * 2, longest_backoff);
        }
    }
}

void JournalWriter::open() {
    seen_faults_ = faults_;
    connection_.reset();
    auto fresh = connect(database_, "parley journal");
    pqxx::nontransaction(*fresh).exec(session_settings);
    PlainBatch::prepare(*fresh);
    prepare_slow_operations(*fresh);
    connection_ = std::move(fresh);
    backlog_.set_healthy(true);
}

void JournalWriter::write_next() {
    auto batch = backlog_.take();
    const struct Writing {  // counted out again, however it ends
        Backlog& backlog;
        std::size_t operations;
        bool reports;
        ~Writing() { backlog.written(operations, reports); }
    } writing{backlog_, batch.size(), Backlog::has_reports(batch)};
    if (seen_faults_ != faults_) {
        backlog_.put_back(std::move(batch), make_error(Errc::unavailable, "the database went away"));
    } else if (batch.empty()) {
        pqxx::nontransaction(*connection_).exec("select 1");  // an idle host notices a lost server, too
    } else {
        write(std::move(batch));
    }
}

// Writes a batch, or finds the one operation in it that cannot be written. Throws when the database is away.
void JournalWriter::write(Batch batch) {
    for (int attempt = 0;; ++attempt) {
        try {
            auto result = write_batch(*connection_, batch);
            backlog_.post_answer(std::move(batch), std::move(result));
            return;
        } catch (const std::exception& failure) {
            if (is_retryable(failure) && attempt < most_retries) continue;  // deadlock or serialization: again
            const Error error = to_error(failure);
            if (error.code == Errc::unavailable || breaks_connection(failure)) {
                backlog_.put_back(std::move(batch), error);
                throw;
            }
            if (batch.size() > 1) break;
            if (give_up_one(batch, failure, attempt)) return;
        }
    }
    write_halves(std::move(batch));
}

// An operation alone that cannot be written: what becomes of it. False: it is tried again.
bool JournalWriter::give_up_one(Batch& batch, const std::exception& failure, int attempt) {
    const Error error = to_error(failure);
    auto& operation = batch.front();
    // Somebody's lock may be gone the next time; a statement that is too slow for ever is given up.
    if (error.code == Errc::timeout && attempt < most_lock_timeouts && !may_be_refused(operation)) return false;
    if (is_lock_timeout(failure) && !may_be_refused(operation)) {
        log_.error("journal.locked", {{"error", error.message}});
        backlog_.put_back(std::move(batch), error);
        return true;
    }
    log_.error("journal.refused", {{"error", error.message}});
    // Sent it is, whatever its provider calls it: rather without that name than sent again.
    if (auto* sent = std::get_if<SentOp>(&operation); sent && !sent->provider_id.empty()) {
        sent->provider_id.clear();
        return false;
    }
    // Only what is wrong with the data itself will be wrong the next time as well.
    const bool bad_data = error.code == Errc::invalid || error.code == Errc::conflict;
    const bool come_again = may_be_refused(operation) && !bad_data;
    backlog_.post_refusal(std::move(batch), make_error(come_again ? Errc::unavailable : Errc::invalid, error.message));
    return true;
}

// One bad row must not fail its neighbours: each half on its own.
void JournalWriter::write_halves(Batch batch) {
    const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
    Batch second(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
    batch.erase(middle, batch.end());
    try {
        write(std::move(batch));
    } catch (...) {
        backlog_.put_back(std::move(second), make_error(Errc::unavailable, "the database went away"));
        throw;
    }
    write(std::move(second));
}

}  // namespace parley::db
