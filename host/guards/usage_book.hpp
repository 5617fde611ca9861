// Writes reservations and what became of them, many in one transaction: one is under way at a time, and what comes
// meanwhile goes with the next. A call may begin when its reservation is committed, so whatever happens to this process
// or its database, nothing is used that the database does not know of. [I/O thread]
#pragma once

#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/unique_function.hpp"
#include "db/pool.hpp"
#include "db/store/usage.hpp"

namespace parley::guards {

class UsageBook {
public:
    UsageBook(Executor& executor, db::Pool& pool, Logger log)
        : executor_(executor), pool_(pool), log_(std::move(log)) {}

    // `done` is never called from inside the call. Failed: nothing may begin, and nothing is left to settle.
    void reserve(db::GptReservation reservation, UniqueFunction<void(Result<void>)> done);

    // Exactly one for each reservation that was committed. Written some time soon, and again until it is.
    void settle(db::GptCharge charge);

    // Nothing waits and nothing is being written.
    bool idle() const { return !writing_ && waiting_.empty() && charges_.empty(); }

private:
    struct Waiting {
        db::GptReservation reservation;
        UniqueFunction<void(Result<void>)> done;
    };
    struct Batch {
        std::vector<db::GptReservation> reservations;
        std::vector<db::GptCharge> charges;
        std::vector<UniqueFunction<void(Result<void>)>> waiting;
    };
    void look();
    void write();
    void written(Batch& batch, const Result<void>& how);

    Executor& executor_;
    db::Pool& pool_;
    Logger log_;
    std::vector<Waiting> waiting_;
    std::vector<db::GptCharge> charges_;
    bool writing_ = false;
};

}  // namespace parley::guards
