#include "db/store/journal.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "db/store/operation.hpp"
#include "db/store/plain_batch.hpp"
#include "db/store/slow_operations.hpp"

namespace parley::db {
namespace {

constexpr std::chrono::seconds idle_probe{1};

using Completion = UniqueFunction<void()>;
using Completions = std::vector<Completion>;

// Nested-loop plans over a handful of rows, prepared once for empty and for large tables alike: a plan that was made
// when a table was empty must not become a sequential scan of a large one.
constexpr const char* session_settings =
    "set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off; "
    "set plan_cache_mode = force_generic_plan; set statement_timeout = '60s'; set lock_timeout = '10s'";

// Answers an operation that will not be written.
void refuse(Operation& operation, const Error& error, Completions& out) {
    std::visit(
        [&](auto& op) {
            using Op = std::decay_t<decltype(op)>;
            if constexpr (std::is_same_v<Op, SentOp> || std::is_same_v<Op, FailedOp>) {
                out.emplace_back([done = std::move(op.done)]() mutable { done(); });
            } else {
                out.emplace_back([done = std::move(op.done), error]() mutable { done(error); });
            }
        },
        operation);
}

// Its caller can be told to come back later; everything else must be written, however long it takes.
bool may_be_refused(const Operation& operation) {
    return !std::holds_alternative<SettleOp>(operation) && !std::holds_alternative<SentOp>(operation) &&
           !std::holds_alternative<FailedOp>(operation);
}

template <class Op, class Answer>
void complete(Op& op, Answer answer, Completions& out) {
    out.emplace_back([done = std::move(op.done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

// Adds a plain operation to the shared statement.
void add_plain(PlainBatch& batch, const Operation& operation) {
    if (const auto* admit = std::get_if<AdmitOp>(&operation)) {
        batch.admit(admit->message);
    } else if (const auto* settle = std::get_if<SettleOp>(&operation)) {
        batch.settle(settle->inbound, settle->effects);
    } else if (const auto* enqueue = std::get_if<EnqueueOp>(&operation)) {
        for (const auto& message : enqueue->messages) batch.enqueue(message);
    } else if (const auto* sent = std::get_if<SentOp>(&operation)) {
        batch.sent(sent->outbound, sent->provider_id);
    }
}

// The results of one transaction, made into completions only after its commit.
struct BatchResult {
    PlainBatch::Outcome plain;
    std::vector<Settlement> settlements;  // of the slow settles, in order
    std::vector<bool> timers;             // in order
};

void run_slow(pqxx::work& tx, const Operation& operation, BatchResult& result) {
    if (const auto* settle = std::get_if<SettleOp>(&operation)) {
        result.settlements.push_back(run_settle(tx, *settle));
    } else if (const auto* failed = std::get_if<FailedOp>(&operation)) {
        run_failed(tx, *failed);
    } else if (const auto* report = std::get_if<ReportOp>(&operation)) {
        run_report(tx, *report);
    } else if (const auto* event = std::get_if<AccountEventOp>(&operation)) {
        run_account_event(tx, *event);
    } else if (const auto* bury = std::get_if<BuryOp>(&operation)) {
        run_bury(tx, *bury);
    } else if (const auto* timer = std::get_if<TimerOp>(&operation)) {
        result.timers.push_back(run_timer(tx, *timer));
    }
}

BatchResult run_batch(pqxx::connection_base& connection, const std::vector<Operation>& batch) {
    BatchResult result;
    PlainBatch plain;
    const std::string meetings = meeting_ids(batch);
    bool all_plain = meetings.empty();
    for (const auto& operation : batch) {
        if (is_plain(operation)) {
            add_plain(plain, operation);
        } else {
            all_plain = false;
        }
    }
    if (all_plain) {
        pqxx::nontransaction tx(connection);  // one statement is a transaction of its own
        result.plain = plain.run(tx);
        return result;
    }
    pqxx::work tx(connection);
    if (!meetings.empty()) meet(tx, meetings);
    if (!plain.empty()) result.plain = plain.run(tx);
    for (const auto& operation : batch)
        if (!is_plain(operation)) run_slow(tx, operation, result);
    tx.commit();
    return result;
}

void collect_completions(std::vector<Operation>& batch, const BatchResult& result, Completions& out) {
    std::size_t settlement = 0, timer = 0;
    for (auto& operation : batch) {
        if (auto* admit = std::get_if<AdmitOp>(&operation)) {
            const bool fresh = result.plain.admitted.count(admit->message.id) != 0;
            complete(*admit, Result<Admission>(fresh ? Admission::accepted : Admission::duplicate), out);
        } else if (auto* settle = std::get_if<SettleOp>(&operation)) {
            const auto how = settle->effects.plain() ? Settlement::committed : result.settlements[settlement++];
            complete(*settle, Result<Settlement>(how), out);
        } else if (auto* enqueue = std::get_if<EnqueueOp>(&operation)) {
            complete(*enqueue, Result<void>(), out);
        } else if (auto* sent = std::get_if<SentOp>(&operation)) {
            out.emplace_back([done = std::move(sent->done)]() mutable { done(); });
        } else if (auto* failed = std::get_if<FailedOp>(&operation)) {
            out.emplace_back([done = std::move(failed->done)]() mutable { done(); });
        } else if (auto* report = std::get_if<ReportOp>(&operation)) {
            complete(*report, Result<void>(), out);
        } else if (auto* event = std::get_if<AccountEventOp>(&operation)) {
            complete(*event, Result<void>(), out);
        } else if (auto* bury = std::get_if<BuryOp>(&operation)) {
            complete(*bury, Result<void>(), out);
        } else if (auto* due = std::get_if<TimerOp>(&operation)) {
            complete(*due,
                     result.timers[timer++] ? Result<void>()
                                            : Result<void>(make_error(Errc::not_found, "the timer is no longer set")),
                     out);
        }
    }
}

}  // namespace

struct Journal::Impl {
    Impl(DatabaseOptions database_options, JournalOptions journal_options, Executor& loop, Logger logger)
        : database(std::move(database_options)), options(journal_options), executor(loop), log(std::move(logger)) {}

    DatabaseOptions database;
    JournalOptions options;
    Executor& executor;
    Logger log;

    mutable std::mutex mutex;
    std::condition_variable wake;
    std::deque<Operation> waiting;
    bool stopping = false;
    bool is_healthy = true;
    Stats counts{};
    std::size_t writing = 0;  // operations of batches on their way
    std::function<void(bool)> health_changed;
    std::atomic<std::uint64_t> faults{0};  // connections lost so far
    std::vector<std::thread> threads;

    // False: refused, nothing was taken.
    template <class Op>
    bool push(Op op, bool refusable) {
        {
            std::lock_guard lock(mutex);
            if (refusable && (!is_healthy || waiting.size() >= options.max_waiting)) {
                const Error error = is_healthy ? make_error(Errc::overloaded, "too many messages wait to be stored")
                                               : make_error(Errc::unavailable, "the database is away");
                Completions completions;
                Operation operation(std::move(op));
                refuse(operation, error, completions);
                post(std::move(completions));
                return false;
            }
            waiting.emplace_back(std::move(op));
        }
        wake.notify_one();
        return true;
    }

    void post(Completions completions) {
        if (completions.empty()) return;
        executor.post([list = std::move(completions)]() mutable {
            for (auto& completion : list) completion();
        });
    }

    void set_healthy(bool now) {
        {
            std::lock_guard lock(mutex);
            if (is_healthy == now) return;
            is_healthy = now;
        }
        executor.post([this, now] {
            if (health_changed) health_changed(now);
        });
    }

    // Waits for work; takes at most a batch of it. Empty: nothing came for a while, or it is over.
    std::vector<Operation> take() {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, idle_probe, [this] { return stopping || !waiting.empty(); });
        std::vector<Operation> batch;
        const std::size_t count = std::min(waiting.size(), options.max_batch);
        batch.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            batch.push_back(std::move(waiting.front()));
            waiting.pop_front();
        }
        writing += batch.size();
        return batch;
    }

    void written(std::size_t operations) {
        std::lock_guard lock(mutex);
        writing -= operations;
    }

    // The database is away: callers that can come back are told so, the rest goes to the front again, in order.
    void put_back(std::vector<Operation> batch, const Error& error) {
        Completions completions;
        {
            std::lock_guard lock(mutex);
            for (auto operation = batch.rbegin(); operation != batch.rend(); ++operation) {
                if (!may_be_refused(*operation)) waiting.push_front(std::move(*operation));
            }
            // Those that wait behind them would only wait for their callers' patience to end.
            for (auto operation = waiting.begin(); operation != waiting.end();) {
                if (may_be_refused(*operation)) {
                    refuse(*operation, error, completions);
                    operation = waiting.erase(operation);
                } else {
                    ++operation;
                }
            }
        }
        for (auto& operation : batch)
            if (may_be_refused(operation)) refuse(operation, error, completions);
        post(std::move(completions));
    }

    // Writes a batch, or finds the one operation in it that cannot be written. Throws when the database is away.
    void write(pqxx::connection_base& connection, std::vector<Operation> batch) {
        for (int attempt = 0;; ++attempt) {
            try {
                const auto result = run_batch(connection, batch);
                Completions completions;
                collect_completions(batch, result, completions);
                {
                    std::lock_guard lock(mutex);
                    counts.commits += 1;
                    counts.operations += batch.size();
                }
                post(std::move(completions));
                return;
            } catch (const std::exception& failure) {
                const Error error = to_error(failure);
                if (is_retryable(failure) && attempt < 20) continue;  // deadlock or serialization: again
                if (error.code == Errc::unavailable || breaks_connection(failure)) {
                    put_back(std::move(batch), error);
                    throw;
                }
                if (batch.size() == 1) {
                    // Somebody's lock may be gone the next time; a statement that is too slow for ever is given up.
                    if (error.code == Errc::timeout && attempt < 3 && !may_be_refused(batch.front())) continue;
                    log.error("journal.refused", {{"error", failure.what()}});
                    // Sent it is, whatever its provider calls it: rather without that name than sent again.
                    if (auto* sent = std::get_if<SentOp>(&batch.front()); sent && !sent->provider_id.empty()) {
                        sent->provider_id.clear();
                        continue;
                    }
                    // Only what is wrong with the data itself will be wrong the next time as well.
                    const bool bad_data = error.code == Errc::invalid || error.code == Errc::conflict;
                    const bool come_again = may_be_refused(batch.front()) && !bad_data;
                    Completions completions;
                    refuse(batch.front(), make_error(come_again ? Errc::unavailable : Errc::invalid, failure.what()),
                           completions);
                    post(std::move(completions));
                    return;
                }
                break;
            }
        }
        // One bad row must not fail its neighbours: each half on its own.
        const auto middle = batch.begin() + static_cast<std::ptrdiff_t>(batch.size() / 2);
        std::vector<Operation> second(std::make_move_iterator(middle), std::make_move_iterator(batch.end()));
        batch.erase(middle, batch.end());
        try {
            write(connection, std::move(batch));
        } catch (...) {
            put_back(std::move(second), make_error(Errc::unavailable, "the database went away"));
            throw;
        }
        write(connection, std::move(second));
    }

    std::unique_ptr<pqxx::connection> open() {
        auto fresh = connect(database, "parley journal");
        pqxx::nontransaction(*fresh).exec(session_settings);
        PlainBatch::prepare(*fresh);
        prepare_slow_operations(*fresh);
        set_healthy(true);
        return fresh;
    }

    // Counts a batch out again, however its writing ends.
    class Writing {
    public:
        Writing(Impl& owner, std::size_t operations) : owner_(owner), operations_(operations) {}
        ~Writing() { owner_.written(operations_); }
        Writing(const Writing&) = delete;
        Writing& operator=(const Writing&) = delete;

    private:
        Impl& owner_;
        std::size_t operations_;
    };

    bool over() {
        std::lock_guard lock(mutex);
        return stopping && waiting.empty();
    }

    void run() {
        std::unique_ptr<pqxx::connection> connection;
        auto backoff = std::chrono::milliseconds(50);
        std::uint64_t seen_faults = 0;
        while (!over()) {
            try {
                // When the other writer lost the server, this one's connection is dead as well.
                if (!connection || seen_faults != faults) {
                    seen_faults = faults;
                    connection.reset();
                    connection = open();
                    backoff = std::chrono::milliseconds(50);
                }
                auto batch = take();
                const Writing writing_now(*this, batch.size());
                if (seen_faults != faults) {
                    put_back(std::move(batch), make_error(Errc::unavailable, "the database went away"));
                } else if (batch.empty()) {
                    pqxx::nontransaction(*connection).exec("select 1");  // an idle host notices a lost server, too
                } else {
                    write(*connection, std::move(batch));
                }
            } catch (const std::exception& failure) {
                // A connection that broke is never used again.
                connection.reset();
                ++faults;
                set_healthy(false);
                log.warn("journal.database_away", {{"error", failure.what()}});
                put_back({}, make_error(Errc::unavailable, "the database is away"));
                std::unique_lock lock(mutex);
                wake.wait_for(lock, backoff, [this] { return stopping; });
                if (stopping) return;
                backoff = std::min(backoff * 2, std::chrono::milliseconds(1000));
            }
        }
    }
};

Journal::Journal(DatabaseOptions database, JournalOptions options, Executor& executor, Logger log)
    : impl_(std::make_shared<Impl>(std::move(database), options, executor, std::move(log))) {
    for (unsigned i = 0; i < options.connections; ++i)
        impl_->threads.emplace_back([impl = impl_.get()] { impl->run(); });
}

Journal::~Journal() {
    {
        std::lock_guard lock(impl_->mutex);
        impl_->stopping = true;
    }
    impl_->wake.notify_all();
    for (auto& thread : impl_->threads) thread.join();
}

void Journal::admit(const Inbound& message, UniqueFunction<void(Result<Admission>)> done) {
    impl_->push(AdmitOp{message, std::move(done)}, true);
}

void Journal::settle(MessageId inbound, Effects effects, UniqueFunction<void(Result<Settlement>)> done) {
    impl_->push(SettleOp{inbound, std::move(effects), std::move(done)}, false);
}

void Journal::enqueue(std::vector<Outbound> messages, UniqueFunction<void(Result<void>)> done) {
    impl_->push(EnqueueOp{std::move(messages), std::move(done)}, true);
}

void Journal::sent(MessageId outbound, std::string provider_id, UniqueFunction<void()> done) {
    impl_->push(SentOp{outbound, std::move(provider_id), std::move(done)}, false);
}

void Journal::failed(MessageId outbound, std::string reason, UniqueFunction<void()> done) {
    impl_->push(FailedOp{outbound, std::move(reason), std::move(done)}, false);
}

void Journal::report(StatusUpdate update, UniqueFunction<void(Result<void>)> done) {
    impl_->push(ReportOp{std::move(update), std::move(done)}, true);
}

void Journal::account_event(MessageId id, AccountEvent event, UniqueFunction<void(Result<void>)> done) {
    impl_->push(AccountEventOp{id, std::move(event), std::move(done)}, true);
}

void Journal::bury(MessageId id, AccountId account, std::string reason, std::string raw, std::string trace,
                   UniqueFunction<void(Result<void>)> done) {
    impl_->push(BuryOp{id, account, std::move(reason), std::move(raw), std::move(trace), std::move(done)}, true);
}

void Journal::fire_timer(const Inbound& timer, UnixMillis due, UniqueFunction<void(Result<void>)> done) {
    impl_->push(TimerOp{timer, due, std::move(done)}, true);
}

void Journal::on_health(std::function<void(bool)> changed) {
    impl_->health_changed = std::move(changed);
}

bool Journal::healthy() const {
    std::lock_guard lock(impl_->mutex);
    return impl_->is_healthy;
}

Journal::Stats Journal::stats() const {
    std::lock_guard lock(impl_->mutex);
    Stats stats = impl_->counts;
    stats.waiting = impl_->waiting.size() + impl_->writing;
    return stats;
}

}  // namespace parley::db
