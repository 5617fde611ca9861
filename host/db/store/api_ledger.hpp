// What is written down about requests to the API: who changed what, and which were made already. [database threads,
// block] Functions run in the transaction they are given and throw when the database is unavailable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "db/store/history.hpp"

namespace parley::db {

// A change that is about to be made.
struct ChangeStart {
    std::string actor_kind, actor;
    std::int64_t actor_id = 0;
    std::string action, target, before, remote;
    std::string key;          // of idempotency; empty: none given
    std::string fingerprint;  // of the request
    std::string attempt;      // random: a transaction that runs twice finds its own row
};

struct ChangeBegun {
    enum class What {
        fresh,       // make it
        answered,    // was made: `status`, `content_type` and `body` are the answer
        unanswered,  // somebody began with this key; under way, or cut off
        other,       // the key belongs to another request
    } what = What::fresh;
    std::int64_t audit = 0;
    int status = 0;
    std::string content_type, body;
    std::string free_at;  // of what is unanswered: when the key can be taken again; empty: now
};

// Takes the key and writes the audit row; may run twice.
ChangeBegun begin_change(pqxx::work& tx, const ChangeStart& change);

struct ChangeEnd {
    std::int64_t audit = 0;
    std::string actor_kind, key;
    std::int64_t actor_id = 0;
    int status = 0;
    bool not_begun = false;          // certainly; the same request may be made again with the same key
    bool stays = false;              // in the audit, also when it was refused
    std::string after;               // for the audit
    std::string content_type, body;  // the answer
};
// Below 400 the change stays on record, from 500 on as well: nobody knows how far it came. Between them nothing was
// changed, and the audit forgets it, unless it `stays`. An answer is kept for its key below 500. From 500 on the key
// stays taken without an answer: what is in doubt must not be carried out twice. It is free a day after it was taken.
void end_change(pqxx::work& tx, const ChangeEnd& end);

// Answers, and keys without one, are kept for a day.
void forget_old_requests(pqxx::work& tx);

}  // namespace parley::db
