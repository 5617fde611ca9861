// The group-commit writer: everything that the way of a message writes. Operations that arrive while a commit is on its
// way are folded into the next one, so the cost of a commit is shared however busy it gets. Two connections, so that
// two flushes overlap when there is enough for both. Order of calls on one message: admit -> settle -> sent | failed.
//
// What must be written may run twice (a commit whose answer was lost): all that a settle does hangs on its deleting the
// inbox row, all that sent and failed do on the outbox row. An admission skips what is there; its caller may come
// again.
//
// Threads: methods on the I/O thread, and completions are posted there. Two writer threads of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/effects.hpp"
#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

enum class Reported {
    matched,    // the message it is about has it
    unmatched,  // no message was changed: not there yet, further already, or not ours
    stale,      // it is about an attempt that failed; the message it names waits to be sent again
};

enum class Admission { accepted, duplicate };

enum class Settlement {
    committed,  // all of the effects are in the database
    conflict,   // a key read by the handling was changed by another: run it again
};

struct JournalOptions {
    unsigned connections = 2;
    std::size_t max_batch = 128;       // operations a commit; bounds latency
    std::size_t max_waiting = 20'000;  // admissions beyond it are refused: Errc::overloaded
};

class Journal {
public:
    Journal(DatabaseOptions database, JournalOptions options, Executor& executor, Logger log);
    ~Journal();  // writes what waits, if the database is there; then ends

    // Insert an inbound message (its id and trace are set) into history and, when it is to be handled (kinds message,
    // timer and hook), into the inbox. Fails with unavailable when the database is away (it may nevertheless have been
    // committed), overloaded, or invalid when this one row cannot be stored.
    void admit(Inbound message, UniqueFunction<void(Result<Admission>)> done);

    // The handling of `inbound` is over: its effects, in one transaction with its leaving the inbox. Tried until the
    // database takes it; the only failure is `invalid`: these very effects cannot be stored.
    void settle(MessageId inbound, std::shared_ptr<const Effects> effects,
                UniqueFunction<void(Result<Settlement>)> done);

    // Messages that answer nothing (parley send, the API): into the outbox.
    void enqueue(std::vector<Outbound> messages, UniqueFunction<void(Result<void>)> done);

    // An outbound message has left: out of the outbox, into history. Tried until it is written; the only failure is
    // `invalid`: the database will not have this very row, and it stands in the outbox still.
    void sent(MessageId outbound, std::string provider_id, UniqueFunction<void(Result<void>)> done);
    // It will never be sent: into history as failed and into the dead letters. Tried and refused as sent() is.
    void failed(MessageId outbound, std::string reason, UniqueFunction<void(Result<void>)> done);

    // A delivery report; may come before the sending was recorded. One that names our message records its sending as
    // well, if that is still to be done. One that was unmatched is kept, and counts when the sending is recorded; but
    // should that be happening at this very moment, neither sees the other: report it again a little later.
    void report(StatusUpdate update, UniqueFunction<void(Result<Reported>)> done);

    // What a provider told about an account itself.
    void account_event(MessageId id, AccountEvent event, UniqueFunction<void(Result<void>)> done);

    // A webhook body that cannot be understood: kept raw.
    void bury(MessageId id, AccountId account, std::string reason, std::string raw, std::string trace,
              UniqueFunction<void(Result<void>)> done);

    // A timer is due: out of `timers`, into history and the inbox. NotFound: it was cancelled or moved meanwhile.
    void fire_timer(Inbound timer, UnixMillis due, UniqueFunction<void(Result<void>)> done);

    // Called on the I/O thread when the database went away (false) or came back (true). Set it before the first
    // operation.
    void on_health(std::function<void(bool)> changed);
    bool healthy() const;

    struct Stats {
        std::uint64_t commits, operations;
        std::size_t waiting;  // those being written included
    };
    Stats stats() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::db
