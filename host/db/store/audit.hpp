// The audit log: every change that a person or a key made. [database threads, block] Functions run in the transaction
// they are given and throw when the database is unavailable.
#pragma once

#include <optional>
#include <string>

#include "core/effects.hpp"
#include "db/store/history.hpp"

namespace parley::db {

// What is done in this transaction. (Requests of /api/v1 are noted before they are carried out, and completed after:
// api_ledger.hpp.)
void write_audit(pqxx::work& tx, const Actor& by, const ChangeNote& change);

struct AuditFilter {
    std::string actor_kind{}, action{}, target{};  // target: what it begins with
    std::optional<std::int64_t> actor{};
    UnixMillis since = 0, until = 0;
};
struct AuditRow {
    std::int64_t id = 0;
    std::string at, actor_kind, actor, action, target, before, after, remote;
    std::int64_t actor_id = 0;
    int status = 0;  // 0: cut off
};
Slice<AuditRow> list_audit(pqxx::work& tx, const AuditFilter& filter, const Page& page);

// A year old: some thousands a call.
void forget_old_audit(pqxx::work& tx);

}  // namespace parley::db
