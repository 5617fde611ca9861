#include "db/store/plain_batch.hpp"

#include <algorithm>
#include <chrono>

#include "core/ids.hpp"
#include "db/store/media_json.hpp"

namespace parley::db {
namespace {

// How long a provider may repeat a webhook: Meta retries for up to seven days.
constexpr UnixMillis one_day = 24LL * 3600 * 1000;
constexpr UnixMillis repeat_window = 8 * one_day;
// What was missed is asked for from the moment it was missed, however long ago; a time before this is a clock gone
// wrong.
constexpr UnixMillis longest_absence = 100 * one_day;

// $1..$14 admissions; $15, $16 the span before this month in which repeats are looked for too (provider ids are unique
// within a partition only); $17 settlements; $18..$29 outbox rows; $30, $31 sendings; $32..$34 users; $35
// types of the admissions, $36 payloads of the outbox rows, $37 the users' accounts. Data-modifying
// WITH parts all see the state before the statement, which fits: nothing here builds on another part but through
// RETURNING.
constexpr const char* statement = R"sql(
with incoming as (
    select * from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                         $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bigint[], $35::text[])
        as t(id, account_id, kind, chat, sender, sender_name, group_id, provider_id, refers_to, body, media, payload,
             trace, sent_ms, type)
), admitted as (
    insert into messages (id, created_at, account_id, direction, kind, chat, sender, sender_name, group_id, provider_id,
                          refers_to, body, media, payload, status, trace, sent_at, type)
    select i.id, parley_time(i.id), i.account_id, 0, i.kind, i.chat, i.sender, i.sender_name, i.group_id,
           nullif(i.provider_id, ''), i.refers_to, i.body, i.media, i.payload, 'received', i.trace,
           timestamptz 'epoch' + i.sent_ms * interval '1 millisecond', i.type
      from incoming i
     where not exists (select from messages p
                        where p.account_id = i.account_id and p.provider_id = i.provider_id and p.direction = 0
                          and p.created_at >= $15::timestamptz and p.created_at < $16::timestamptz)
    on conflict do nothing
    returning id, created_at, kind, account_id, media
), fetching as (
    insert into media_downloads (message_id, account_id)
    select id, account_id from admitted
     where case when media <> '' and kind = 'message' then media::json ->> 'stored' = '' else false end
), queued as (
    insert into inbox (id, created_at)
    select id, created_at from admitted where kind in ('message', 'timer', 'hook')
), settled as (
    delete from inbox where id = any($17::bigint[]) returning id
), outgoing as (
    insert into outbox (id, account_id, chat, kind, body, link, reply_to, media, flags, cause, trace, payload)
    select o.id, o.account_id, o.chat, o.kind, o.body, o.link, o.reply_to, o.media, o.flags, nullif(o.cause, 0), o.trace,
           o.payload
      from unnest($18::bigint[], $19::int[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[], $25::text[],
                  $26::int[], $27::bigint[], $28::bigint[], $29::text[], $36::text[])
        as o(id, account_id, chat, kind, body, link, reply_to, media, flags, cause, gate, trace, payload)
     where o.gate = 0 or o.gate in (select id from settled)
), gone as (
    delete from outbox o using unnest($30::bigint[], $31::text[]) as s(id, provider_id)
     where o.id = s.id
    returning o.*, s.provider_id
), recorded as (
    insert into messages (id, created_at, account_id, direction, kind, chat, provider_id, refers_to, body, media, payload,
                          status, error, cause, trace, sent_at, type, flags, resent)
    select g.id, parley_time(g.id), g.account_id, 1, g.kind, g.chat, nullif(g.provider_id, ''), g.reply_to, g.body, g.media,
           case when g.payload = '' then g.link else g.payload end, coalesce(r.status, 'sent'), coalesce(r.reason, ''),
           g.cause, g.trace, now(), parley_outbound_type(g.kind, g.media), nullif(g.flags, 0), nullif(g.resent, 0)
      from gone g
      left join lateral (select r.status, r.reason from delivery_reports r
                          where r.account_id = g.account_id and r.provider_id = g.provider_id
                          order by array_position(array['failed', 'played', 'read', 'delivered'], r.status) limit 1) r on true
    returning id, status, error
), not_delivered as (
    insert into dead_letters (id, kind, account_id, reason, content, trace)
    select g.id, 'outbound', g.account_id, r.error, (to_jsonb(g) - 'provider_id')::text, g.trace
      from recorded r join gone g on g.id = r.id where r.status = 'failed'
    on conflict (id) do update set reason = excluded.reason, created_at = now()
), registered as (
    insert into users (organisation_id, user_id, group_id, name, user_group)
    select distinct on (a.organisation_id, u.id, u.group_id) a.organisation_id, u.id, u.group_id, u.name,
           coalesce((select k.user_group from users k
                      where k.organisation_id = a.organisation_id and k.user_id = u.id limit 1), 'signedup')
      from unnest($37::int[], $32::text[], $33::text[], $34::text[]) as u(account_id, id, group_id, name)
      join accounts a on a.id = u.account_id
     order by a.organisation_id, u.id, u.group_id
    on conflict do nothing
)
select 0 as what, id from admitted union all select 1, id from settled
)sql";

// The first moment of this month, UTC.
UnixMillis month_start(UnixMillis now) {
    using namespace std::chrono;
    const year_month_day day{floor<days>(sys_time<milliseconds>{milliseconds{now}})};
    const sys_days first = day.year() / day.month() / 1;
    return duration_cast<milliseconds>(first.time_since_epoch()).count();
}

// What lists filter by: the provider's name of the form, else what the message is made of.
std::string type_of(const Inbound& message) {
    if (!message.type.empty()) return message.type;
    if (message.kind != EventKind::message) return to_string(message.kind);
    return message.media ? to_string(message.media->kind) : "text";
}

}  // namespace

void PlainBatch::prepare(pqxx::connection_base& connection) {
    connection.prepare("parley_plain_batch", statement);
}

void PlainBatch::admit(const Inbound& message) {
    ++count_;
    in_id_.add(message.id);
    in_account_.add(static_cast<std::int64_t>(message.account));
    in_kind_.add(to_string(message.kind));
    in_chat_.add(message.chat);
    in_sender_.add(message.sender);
    in_name_.add(message.sender_name);
    in_group_.add(message.group);
    in_provider_.add(message.provider_id);
    // A timer has no provider's message to refer to: the column carries its name, and the sender's plugin stands in
    // payload.
    in_refers_.add(message.refers_to.empty() ? message.reply_to : message.refers_to);
    in_body_.add(message.text);
    in_media_.add(message.media ? media_to_json(*message.media) : std::string());
    in_payload_.add(message.payload);
    in_trace_.add(message.trace);
    in_time_.add(message.timestamp);
    oldest_ = std::min(oldest_, message.timestamp);
    in_type_.add(type_of(message));
}

void PlainBatch::settle(MessageId inbound, const Effects& effects) {
    ++count_;
    settled_.add(inbound);
    for (const auto id : effects.joined) settled_.add(id);
    for (const auto& reply : effects.replies) enqueue(reply, inbound);
    if (effects.new_user) {
        user_account_.add(static_cast<std::int64_t>(effects.new_user->account));
        user_id_.add(effects.new_user->id);
        user_group_.add(effects.new_user->group);
        user_name_.add(effects.new_user->name);
    }
}

void PlainBatch::enqueue(const Outbound& message, MessageId gate) {
    ++count_;
    out_id_.add(message.id);
    out_account_.add(static_cast<std::int64_t>(message.account));
    out_chat_.add(message.chat);
    out_kind_.add(to_string(message.kind));
    out_body_.add(message.text);
    out_link_.add(message.link);
    out_reply_.add(message.reply_to);
    out_media_.add(message.kind == OutboundKind::media ? media_to_json(message.media) : std::string());
    out_flags_.add(
        static_cast<std::int64_t>((message.as_file ? 1 : 0) | (message.voice ? 2 : 0) | (message.no_preview ? 4 : 0)));
    out_cause_.add(message.cause);
    out_gate_.add(gate);
    out_trace_.add(message.trace);
    out_payload_.add(message.payload);
}

void PlainBatch::sent(MessageId outbound, const std::string& provider_id) {
    ++count_;
    sent_id_.add(outbound);
    sent_provider_.add(provider_id);
}

PlainBatch::Outcome PlainBatch::run(pqxx::transaction_base& tx) const {
    const UnixMillis now = unix_now();
    const UnixMillis month = month_start(now);
    const UnixMillis repeated_since = std::max(std::min(oldest_, now), now - longest_absence) - repeat_window;
    const std::string until = to_iso8601(month);
    const std::string since = repeated_since < month ? to_iso8601(repeated_since) : until;

    const pqxx::result rows = tx.exec_prepared(
        "parley_plain_batch", in_id_.str(), in_account_.str(), in_kind_.str(), in_chat_.str(), in_sender_.str(),
        in_name_.str(), in_group_.str(), in_provider_.str(), in_refers_.str(), in_body_.str(), in_media_.str(),
        in_payload_.str(), in_trace_.str(), in_time_.str(), since, until, settled_.str(), out_id_.str(),
        out_account_.str(), out_chat_.str(), out_kind_.str(), out_body_.str(), out_link_.str(), out_reply_.str(),
        out_media_.str(), out_flags_.str(), out_cause_.str(), out_gate_.str(), out_trace_.str(), sent_id_.str(),
        sent_provider_.str(), user_id_.str(), user_group_.str(), user_name_.str(), in_type_.str(), out_payload_.str(),
        user_account_.str());

    Outcome outcome;
    for (const auto& row : rows) {
        auto& set = row[0].as<int>() == 0 ? outcome.admitted : outcome.settled;
        set.insert(row[1].as<MessageId>());
    }
    return outcome;
}

}  // namespace parley::db
