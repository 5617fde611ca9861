#include "db/store/api_ledger.hpp"

#include <pqxx/pqxx>

#include "db/store/iso_time.hpp"

namespace parley::db {
namespace {

const std::string kept_for = "interval '1 day'";

std::string principal_of(const std::string& kind, std::int64_t id) {
    return kind + ":" + std::to_string(id);
}

// Fresh when the key is ours now. What is old enough to go gives way, whether the sweep has been there or not.
ChangeBegun take_key(pqxx::work& tx, const ChangeStart& change) {
    const std::string principal = principal_of(change.actor_kind, change.actor_id);
    tx.exec_params(
        "insert into api_requests as r (principal, key, fingerprint, attempt) values ($1, $2, $3, $4) "
        "on conflict (principal, key) do update set fingerprint = excluded.fingerprint, attempt = excluded.attempt, "
        "status = null, content_type = '', body = '', created_at = now() where r.created_at < now() - " +
            kept_for,
        principal, change.key, change.fingerprint, change.attempt);
    const auto rows = tx.exec_params("select fingerprint, attempt, coalesce(status, 0), content_type, body, " +
                                         iso_time("created_at + " + kept_for) +
                                         " from api_requests where principal = $1 and key = $2",
                                     principal, change.key);
    ChangeBegun begun;
    if (rows.empty()) {
        begun.what = ChangeBegun::What::unanswered;  // given back a moment ago
    } else if (change.attempt == rows[0][1].c_str()) {
        begun.what = ChangeBegun::What::fresh;
    } else if (change.fingerprint != rows[0][0].c_str()) {
        begun.what = ChangeBegun::What::other;
    } else if (rows[0][2].as<int>() == 0) {
        begun.what = ChangeBegun::What::unanswered;
        begun.free_at = rows[0][5].c_str();
    } else {
        begun.what = ChangeBegun::What::answered;
        begun.status = rows[0][2].as<int>();
        begun.content_type = rows[0][3].c_str();
        begun.body = rows[0][4].c_str();
    }
    return begun;
}

}  // namespace

ChangeBegun begin_change(pqxx::work& tx, const ChangeStart& change) {
    ChangeBegun begun;
    if (!change.key.empty()) begun = take_key(tx, change);
    if (begun.what != ChangeBegun::What::fresh) return begun;
    begun.audit = tx.exec_params(
                        "insert into audit_log (actor_kind, actor_id, actor, action, target, before, remote) "
                        "values ($1, $2, $3, $4, $5, $6, $7) returning id",
                        change.actor_kind, change.actor_id, change.actor, change.action, change.target, change.before,
                        change.remote)[0][0]
                      .as<std::int64_t>();
    return begun;
}

void end_change(pqxx::work& tx, const ChangeEnd& end) {
    if (end.status >= 400 && end.status < 500 && !end.stays)
        tx.exec_params("delete from audit_log where id = $1", end.audit);
    else
        tx.exec_params("update audit_log set status = $2, after = $3 where id = $1", end.audit, end.status, end.after);
    if (end.key.empty()) return;
    const std::string principal = principal_of(end.actor_kind, end.actor_id);
    if (end.not_begun)
        tx.exec_params("delete from api_requests where principal = $1 and key = $2", principal, end.key);
    else if (end.status < 500)
        tx.exec_params(
            "update api_requests set status = $3, content_type = $4, body = $5 where principal = $1 and key = $2",
            principal, end.key, end.status, end.content_type, end.body);
}

void forget_old_requests(pqxx::work& tx) {
    tx.exec("delete from api_requests where created_at < now() - " + kept_for);
}

}  // namespace parley::db
