#include "db/store/queue_reader.hpp"

#include <pqxx/pqxx>

#include "db/store/media_downloads.hpp"
#include "db/store/media_json.hpp"

namespace parley::db {
namespace {

EventKind event_kind_from(std::string_view text) {
    if (text == "hook") return EventKind::hook;
    return text == "timer" ? EventKind::timer : EventKind::message;
}

// A timer's row carries plugin and name in its provider id: "timer:<plugin>:<due>:<name>".
void split_timer_id(Inbound& message) {
    const std::string& id = message.provider_id;
    const auto plugin_end = id.find(':', 6);
    const auto due_end = plugin_end == std::string::npos ? plugin_end : id.find(':', plugin_end + 1);
    if (due_end == std::string::npos) return;
    message.plugin = id.substr(6, plugin_end - 6);
    message.timer = id.substr(due_end + 1);
}

// And so does what was posted to a plugin: "hook:<plugin>:<key>".
void split_hook_id(Inbound& message) {
    const auto plugin_end = message.provider_id.find(':', 5);
    if (plugin_end != std::string::npos) message.plugin = message.provider_id.substr(5, plugin_end - 5);
}

Inbound to_inbound(const pqxx::row& row) {
    Inbound message;
    message.id = row["id"].as<MessageId>();
    message.account = row["account_id"].as<AccountId>();
    message.type = row["type"].c_str();
    message.kind = event_kind_from(row["kind"].c_str());
    message.chat = row["chat"].c_str();
    message.sender = row["sender"].c_str();
    message.sender_name = row["sender_name"].c_str();
    message.group = row["group_id"].c_str();
    message.provider_id = row["provider_id"].c_str();
    message.reply_to = row["refers_to"].c_str();
    message.text = row["body"].c_str();
    if (row["media"].size() > 0) message.media = media_from_json(row["media"].c_str());
    message.payload = row["payload"].c_str();
    message.trace = row["trace"].c_str();
    message.timestamp = row["sent_ms"].as<UnixMillis>(0);
    message.replayed = true;
    if (message.kind == EventKind::timer) split_timer_id(message);
    if (message.kind == EventKind::hook) split_hook_id(message);
    return message;
}

Outbound to_outbound(const pqxx::row& row) {
    Outbound message;
    message.id = row["id"].as<MessageId>();
    message.account = row["account_id"].as<AccountId>();
    message.kind = outbound_kind_from(row["kind"].c_str()).value_or(OutboundKind::text);
    message.chat = row["chat"].c_str();
    message.text = row["body"].c_str();
    message.link = row["link"].c_str();
    message.reply_to = row["reply_to"].c_str();
    if (row["media"].size() > 0) message.media = media_from_json(row["media"].c_str());
    const int flags = row["flags"].as<int>();
    message.as_file = (flags & 1) != 0;
    message.voice = (flags & 2) != 0;
    message.no_preview = (flags & 4) != 0;
    message.payload = row["payload"].c_str();
    message.cause = row["cause"].as<MessageId>(0);
    message.trace = row["trace"].c_str();
    message.replayed = true;
    return message;
}

}  // namespace

std::vector<Inbound> read_inbox(pqxx::work& tx, MessageId after, MessageId before, std::size_t limit) {
    const auto rows = tx.exec_params(
        "select m.*, (extract(epoch from m.sent_at) * 1000)::bigint as sent_ms "
        "  from (select id, created_at from inbox where id > $1 and id < $2 and not_before <= now() "
        "         order by id limit $3) q "
        "  join messages m on m.id = q.id and m.created_at = q.created_at order by m.id",
        after, before, limit);
    std::vector<Inbound> messages;
    messages.reserve(rows.size());
    for (const auto& row : rows) messages.push_back(to_inbound(row));
    return messages;
}

std::vector<Outbound> read_outbox(pqxx::work& tx, AccountId account, MessageId after, MessageId before,
                                  std::size_t limit) {
    const auto rows = tx.exec_params(
        "select * from outbox where account_id = $1 and id > $2 and id < $3 order by account_id, id limit $4", account,
        after, before, limit);
    std::vector<Outbound> messages;
    messages.reserve(rows.size());
    for (const auto& row : rows) messages.push_back(to_outbound(row));
    return messages;
}

std::vector<AccountId> read_outbox_accounts(pqxx::work& tx) {
    // From account to account along the index, however many rows each has.
    std::vector<AccountId> accounts;
    for (const auto& row : tx.exec("with recursive held(id) as ("
                                   "(select account_id from outbox order by account_id limit 1) union all "
                                   "select (select account_id from outbox where account_id > held.id "
                                   "         order by account_id limit 1) from held where held.id is not null) "
                                   "select id from held where id is not null"))
        accounts.push_back(row[0].as<AccountId>());
    return accounts;
}

std::vector<Download> read_due_downloads(pqxx::work& tx, std::size_t limit) {
    const auto rows = tx.exec_params(
        "select m.*, (extract(epoch from m.sent_at) * 1000)::bigint as sent_ms, d.attempts "
        "  from (select * from media_downloads where next_at <= now() order by next_at limit $1) d "
        "  join messages m on m.id = d.message_id and m.created_at = parley_time(d.message_id) order by d.next_at",
        limit);
    std::vector<Download> downloads;
    downloads.reserve(rows.size());
    for (const auto& row : rows) downloads.push_back({to_inbound(row), row["attempts"].as<int>()});
    return downloads;
}

MessageId greatest_id(pqxx::work& tx) {
    return tx
        .exec(
            "select greatest((select max(id) from inbox), (select max(id) from outbox), (select max(id) from "
            "messages), "
            "(select max(id) from dead_letters), 0)")[0][0]
        .as<MessageId>();
}

void apply_missed_reports(pqxx::work& tx, UnixMillis since) {
    // Few reports, many messages: by the index, whatever the planner thinks of the number of reports.
    tx.exec(
        "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off; "
        "set local enable_material = off");
    tx.exec_params(
        "with rank as (select array['sent', 'delivered', 'read', 'played', 'failed'] as of), "
        "latest as (select distinct on (account_id, provider_id) account_id, provider_id, status, reason "
        "             from delivery_reports, rank "
        "            where reported_at >= timestamptz 'epoch' + $1::bigint * interval '1 millisecond' "
        "            order by account_id, provider_id, array_position(rank.of, status) desc), "
        "changed as ("
        "update messages m set status = l.status, error = l.reason from latest l, rank "
        " where m.account_id = l.account_id and m.provider_id = l.provider_id and m.direction = 1 "
        "   and m.created_at > now() - interval '35 days' "
        "   and coalesce(array_position(rank.of, m.status), 0) < array_position(rank.of, l.status) "
        "returning m.id, m.account_id, m.error, m.trace, "
        "          case when m.status = 'failed' then parley_outbox_row(m)::text end as content) "
        "insert into dead_letters (id, kind, account_id, reason, content, trace) "
        "select id, 'outbound', account_id, error, content, trace from changed where content is not null "
        "on conflict (id) do update set reason = excluded.reason, created_at = now()",
        since);
}

}  // namespace parley::db
