#include "db/store/slow_operations.hpp"

#include <algorithm>

#include "core/crypto.hpp"
#include "db/store/audit.hpp"
#include "db/store/conversations.hpp"
#include "db/store/plain_batch.hpp"
#include "db/store/report_batch.hpp"
#include "db/store/repositories.hpp"

namespace parley::db {
namespace {

struct Statement {
    const char* name;
    const char* sql;
};

constexpr Statement statements[] = {
    {"parley_inbox_holds", "select 1 from inbox where id = $1 for update"},
    {"parley_user_group",
     "update users set user_group = $2 where user_id = $1 "
     "and organisation_id = (select organisation_id from accounts where id = $3)"},
    {"parley_timer_set",
     "insert into timers (plugin, account_id, chat, name, due, payload, sender, group_id) "
     "values ($1, $2, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 millisecond', $6, $7, $8) "
     "on conflict (plugin, account_id, chat, name) do update set due = excluded.due, payload = excluded.payload, "
     "sender = excluded.sender, group_id = excluded.group_id"},
    {"parley_timer_cancel", "delete from timers where plugin = $1 and account_id = $2 and chat = $3 and name = $4"},
    {"parley_timer_take",
     "delete from timers where plugin = $1 and account_id = $2 and chat = $3 and name = $4 "
     "and (extract(epoch from due) * 1000)::bigint = $5"},
    {"parley_inbound_failed",
     "with m as (update messages set status = 'failed', error = $2 where id = $1 and created_at = parley_time($1) "
     "           returning id, account_id, trace) "
     "insert into dead_letters (id, kind, account_id, reason, trace) select id, 'inbound', account_id, $2, trace from "
     "m "
     "on conflict (id) do update set reason = excluded.reason, created_at = now()"},
    {"parley_outbound_failed",
     "with gone as (delete from outbox where id = $1 returning *), "
     "dead as (insert into dead_letters (id, kind, account_id, reason, content, trace) "
     "         select id, 'outbound', account_id, $2, to_jsonb(gone)::text, trace from gone "
     "         on conflict (id) do update set reason = excluded.reason, created_at = now()) "
     "insert into messages (id, created_at, account_id, direction, kind, chat, refers_to, body, media, payload, "
     "status, "
     "                      error, cause, trace, type, flags, resent) "
     "select id, parley_time(id), account_id, 1, kind, chat, reply_to, body, media, "
     "       case when payload = '' then link else payload end, 'failed', $2, cause, trace, "
     "       parley_outbound_type(kind, media), nullif(flags, 0), nullif(resent, 0) "
     "  from gone on conflict (id, created_at) do update set status = 'failed', error = excluded.error"},
    {"parley_account_event",
     "insert into account_events (id, account_id, type, payload, told_at) "
     "values ($1, $2, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 millisecond') on conflict do nothing"},
    {"parley_bury",
     "insert into dead_letters (id, kind, account_id, reason, raw, trace) values ($1, 'webhook', nullif($2, 0), $3, "
     "decode($4, 'hex'), $5) on conflict do nothing"},
};

// False: somebody else changed one of them meanwhile.
bool write_settings(pqxx::work& tx, const std::vector<SettingWrite>& writes) {
    return std::all_of(writes.begin(), writes.end(), [&](const SettingWrite& write) {
        const auto stored = lock_setting(tx, write.name);
        if (write.expected && (stored ? *stored != *write.expected : !write.may_be_absent)) return false;
        write_setting(tx, write.name, write.value);
        return true;
    });
}

void write_timer(pqxx::transaction_base& tx, const TimerWrite& timer) {
    if (timer.due) {
        tx.exec_prepared("parley_timer_set", timer.plugin, timer.account, timer.chat, timer.name, *timer.due,
                         timer.payload, timer.sender, timer.group);
    } else {
        tx.exec_prepared("parley_timer_cancel", timer.plugin, timer.account, timer.chat, timer.name);
    }
}

}  // namespace

void prepare_slow_operations(pqxx::connection_base& connection) {
    for (const auto& statement : statements) connection.prepare(statement.name, statement.sql);
    prepare_turns(connection);
    ReportBatch::prepare(connection);
}

Settlement run_settle(pqxx::work& tx, const SettleOp& op) {
    // The inbox row says whether this settlement happened already (its answer was lost): then nothing is left to do.
    if (op.inbound != 0 && tx.exec_prepared("parley_inbox_holds", op.inbound).empty()) return Settlement::committed;

    // Not pqxx::subtransaction: prepared statements alone do not make it begin, so it would undo nothing.
    tx.exec("savepoint settle");
    if (!write_storage(tx, op.effects->storage) || !write_settings(tx, op.effects->settings)) {
        tx.exec("rollback to savepoint settle; release savepoint settle");
        return Settlement::conflict;
    }
    for (const auto& user : op.effects->user_groups)
        tx.exec_prepared("parley_user_group", user.user, user.user_group, user.account);
    for (const auto& timer : op.effects->timers) write_timer(tx, timer);
    for (const auto& change : op.effects->changes) write_audit(tx, op.effects->actor, change);
    if (op.effects->forget) close_conversation(tx, *op.effects->forget);
    if (op.effects->turn) write_turn(tx, op.inbound, op.effects->joined, *op.effects->turn);
    if (!op.effects->failure.empty()) tx.exec_prepared("parley_inbound_failed", op.inbound, op.effects->failure);

    PlainBatch rest;
    rest.settle(op.inbound, *op.effects);
    rest.run(tx);
    tx.exec("release savepoint settle");
    return Settlement::committed;
}

void run_failed(pqxx::work& tx, const FailedOp& op) {
    tx.exec_prepared("parley_outbound_failed", op.outbound, op.reason);
}

void run_account_event(pqxx::work& tx, const AccountEventOp& op) {
    tx.exec_prepared("parley_account_event", op.id, op.event.account, op.event.type, op.event.payload,
                     op.event.timestamp);
}

void run_bury(pqxx::work& tx, const BuryOp& op) {
    tx.exec_prepared("parley_bury", op.id, op.account, op.reason, crypto::hex_encode(op.raw), op.trace);
}

bool run_timer(pqxx::work& tx, const TimerOp& op) {
    const auto& timer = op.timer;
    const auto taken =
        tx.exec_prepared("parley_timer_take", timer.plugin, timer.account, timer.chat, timer.timer, op.due);
    if (taken.affected_rows() == 0) return false;
    PlainBatch batch;
    batch.admit(timer);
    batch.run(tx);
    return true;
}

}  // namespace parley::db
