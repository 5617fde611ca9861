#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/repositories.hpp"

namespace parley::db {

namespace {

// A text cannot hold a NUL, so a webhook's first bytes are shown escaped when there is one in them.
const std::string letter_columns =
    "select id, kind, reason, "
    "       case when kind = 'webhook' and position('\\x00'::bytea in substr(raw, 1, 200)) > 0 "
    "            then encode(substr(raw, 1, 200), 'escape') "
    "            when kind = 'webhook' then convert_from(substr(raw, 1, 200), 'LATIN1') "
    "            when kind = 'outbound' then content "
    "            else coalesce((select body from messages m where m.id = d.id and m.created_at = parley_time(d.id)), "
    "'') "
    "       end, coalesce(account_id, 0), to_char(created_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
    "  from dead_letters d where ";

DeadLetter read_letter(const pqxx::row& row) {
    DeadLetter letter;
    letter.id = row[0].as<MessageId>();
    letter.kind = row[1].c_str();
    letter.reason = row[2].c_str();
    letter.content = row[3].c_str();
    letter.account = row[4].as<AccountId>();
    letter.created_at = row[5].c_str();
    return letter;
}

// Back into the outbox, out of history. Letters of older versions lack the newer columns.
std::size_t requeue_outbound(pqxx::work& tx, const std::vector<MessageId>& ids, bool by_itself) {
    ArrayLiteral which;
    for (const MessageId id : ids) which.add(id);
    return tx
        .exec_params(
            "with d as (delete from dead_letters where id = any($1::bigint[]) and kind = 'outbound' "
            "           returning id, content::jsonb), "
            "m as (delete from messages using d where messages.id = d.id and created_at = parley_time(d.id)) "
            "insert into outbox select (jsonb_populate_record(null::outbox, '{\"payload\": \"\"}' || content || "
            "       jsonb_build_object('resent', case when $2 then coalesce((content ->> 'resent')::int, 0) + 1 "
            "                                         else 0 end))).* from d on conflict do nothing",
            which.str(), by_itself)
        .affected_rows();
}

}  // namespace

std::vector<DeadLetter> list_dead_letters(pqxx::work& tx, const std::string& kind, MessageId before,
                                          std::size_t limit) {
    std::vector<DeadLetter> letters;
    for (const auto& row : tx.exec_params(
             letter_columns + "id < $1 and ($2 = '' or kind = $2) order by id desc limit $3", before, kind, limit))
        letters.push_back(read_letter(row));
    return letters;
}

std::optional<DeadLetter> read_dead_letter(pqxx::work& tx, MessageId id) {
    const auto rows = tx.exec_params(letter_columns + "id = $1", id);
    return rows.empty() ? std::nullopt : std::optional(read_letter(rows[0]));
}

bool drop_dead_letter(pqxx::work& tx, MessageId id) {
    return tx.exec_params("delete from dead_letters where id = $1", id).affected_rows() > 0;
}

std::optional<BuriedWebhook> read_webhook(pqxx::work& tx, MessageId id) {
    const auto rows =
        tx.exec_params("select coalesce(account_id, 0), raw from dead_letters where id = $1 and kind = 'webhook'", id);
    if (rows.empty()) return std::nullopt;
    return BuriedWebhook{rows[0][0].as<AccountId>(), pqxx::binarystring(rows[0][1]).str()};
}

void forget_webhook(pqxx::work& tx, MessageId id) {
    tx.exec_params("delete from dead_letters where id = $1 and kind = 'webhook'", id);
}

std::optional<std::pair<std::string, std::string>> read_message_state(pqxx::work& tx, MessageId id) {
    const auto rows = tx.exec_params("select status, error from conversation where id = $1 limit 1", id);
    if (rows.empty()) return std::nullopt;
    return std::pair<std::string, std::string>(rows[0][0].c_str(), rows[0][1].c_str());
}

bool is_recorded(pqxx::work& tx, AccountId account, const std::string& provider_id, MessageId beside) {
    const auto rows = tx.exec_params(
        "select 1 from messages where account_id = $1 and provider_id = $2 and direction = 1 "
        "and id <> $3 and created_at > now() - interval '35 days' "
        "union all select 1 from delivery_reports where account_id = $1 and provider_id = $2 and status = 'failed' "
        "limit 1",
        account, provider_id, beside);
    return !rows.empty();
}

bool requeue(pqxx::work& tx, MessageId id) {
    const auto inbound = tx.exec_params(
        "with m as (update messages set status = 'received', error = '' from dead_letters d "
        "            where d.id = $1 and d.kind = 'inbound' and messages.id = d.id "
        "              and messages.created_at = parley_time(d.id) "
        "           returning messages.id, messages.created_at), "
        "gone as (delete from dead_letters where id in (select id from m)) "
        "insert into inbox (id, created_at) select id, created_at from m on conflict do nothing",
        id);
    if (inbound.affected_rows() > 0) return true;
    return requeue_outbound(tx, {id}, false) > 0;
}

std::size_t requeue_undelivered(pqxx::work& tx, const std::vector<Undelivered>& which, int most) {
    ArrayLiteral accounts, provider_ids;
    for (const auto& one : which) {
        accounts.add(static_cast<std::int64_t>(one.account));
        provider_ids.add(one.provider_id);
    }
    std::vector<MessageId> ids;
    for (const auto& row : tx.exec_params(
             "select distinct m.id from unnest($1::int[], $2::text[]) as g(account_id, provider_id) "
             "  join messages m on m.account_id = g.account_id and m.provider_id = g.provider_id and m.direction = 1 "
             "  join dead_letters d on d.id = m.id and d.kind = 'outbound' "
             "  join accounts a on a.id = m.account_id "  // it may have been removed meanwhile
             " where m.status = 'failed' and m.created_at > now() - interval '1 day' and coalesce(m.resent, 0) < $3 "
             // Who has it got it, whatever was said of it later.
             "   and not exists (select from delivery_reports r where r.account_id = m.account_id "
             "                      and r.provider_id = m.provider_id and r.status in ('delivered', 'read', 'played')) "
             "   and not exists (select from messages n where n.account_id = m.account_id and n.chat = m.chat "
             "                      and n.id > m.id and n.created_at > now() - interval '1 day' "
             "                      and n.direction = 1 and n.status <> 'failed') "
             "   and not exists (select from outbox o where o.account_id = m.account_id and o.chat = m.chat "
             "                      and o.id > m.id) order by m.id",
             accounts.str(), provider_ids.str(), most))
        ids.push_back(row[0].as<MessageId>());
    return ids.empty() ? 0 : requeue_outbound(tx, ids, true);
}

}  // namespace parley::db
