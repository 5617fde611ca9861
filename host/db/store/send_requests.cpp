#include "db/store/send_requests.hpp"

#include <algorithm>
#include <pqxx/pqxx>
#include <unordered_set>

#include "db/store/array_literal.hpp"
#include "db/store/media_json.hpp"

namespace parley::db {

std::vector<SendRequest> read_send_requests(pqxx::work& tx, std::int64_t after, const std::vector<std::string>& without,
                                            std::size_t limit) {
    ArrayLiteral accounts;
    for (const std::string& account : without) accounts.add(account);
    const auto rows = tx.exec_params(
        // From account to account along the index: what waits for one is not read through for another.
        "with recursive named(account) as ("
        "(select account from send_requests where message_id is null and error = '' order by account limit 1) union "
        "all "
        "select (select s.account from send_requests s where s.message_id is null and s.error = '' "
        "           and s.account > named.account order by s.account limit 1) "
        "  from named where named.account is not null) "
        "select r.id, r.account, r.recipient, r.kind, r.body, r.link, r.payload, r.reply_to, "
        "       coalesce(m.chat, o.chat), m.provider_id "
        "  from (select q.*, case when q.reply_to ~ '^[1-9][0-9]{0,17}$' then q.reply_to::bigint end as meant "
        "          from named cross join lateral ("
        "               select * from send_requests s where s.message_id is null and s.error = '' "
        "                  and s.account = named.account and s.id > $1 order by s.id limit $3) q "
        "         where named.account <> all($2::text[]) order by q.id limit $3) r "
        "  left join messages m on m.id = r.meant and m.created_at = parley_time(r.meant) "
        "  left join outbox o on o.id = r.meant order by r.id",
        after, accounts.str(), limit);
    std::vector<SendRequest> requests;
    requests.reserve(rows.size());
    for (const auto& row : rows) {
        requests.push_back({row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str(),
                            row[5].c_str(), row[6].c_str(), row[7].c_str(), std::nullopt});
        if (!row[8].is_null()) requests.back().meant = SendRequest::Meant{row[8].c_str(), row[9].c_str()};
    }
    return requests;
}

std::vector<MessageId> claim_send_requests(pqxx::work& tx, const std::vector<std::pair<std::int64_t, Pieces>>& claims) {
    ArrayLiteral requests, messages, pieces;
    for (const auto& [request, message] : claims) {
        requests.add(request);
        messages.add(message.last);
        pieces.add(as_array(message.all));
    }
    tx.exec_params(
        "with free as (select id from send_requests where id = any($1::bigint[]) and message_id is null and error = '' "
        "              order by id for update skip locked) "
        "update send_requests r set message_id = c.message, pieces = nullif(c.pieces, '')::bigint[] "
        "  from free join unnest($1::bigint[], $2::bigint[], $3::text[]) as c(request, message, pieces) "
        "              on c.request = free.id "
        " where r.id = free.id",
        requests.str(), messages.str(), pieces.str());
    std::vector<MessageId> ours;
    for (const auto& row : tx.exec_params("select r.message_id from send_requests r "
                                          "join unnest($1::bigint[], $2::bigint[]) as c(request, message) "
                                          "  on r.id = c.request and r.message_id = c.message",
                                          requests.str(), messages.str()))
        ours.push_back(row[0].as<MessageId>());
    return ours;
}

void refuse_send_requests(pqxx::work& tx, const std::vector<std::pair<std::int64_t, std::string>>& refusals) {
    ArrayLiteral requests, errors;
    for (const auto& [request, error] : refusals) {
        requests.add(request);
        errors.add(error);
    }
    tx.exec_params(
        "update send_requests r set error = c.error from unnest($1::bigint[], $2::text[]) as c(request, error) "
        "where r.id = c.request and r.message_id is null and r.error = ''",
        requests.str(), errors.str());
}

void insert_outbox(pqxx::work& tx, const std::vector<Outbound>& messages, const std::vector<MessageId>& which) {
    const std::unordered_set<MessageId> wanted(which.begin(), which.end());
    ArrayLiteral id, account, chat, kind, body, link, reply_to, media, cause, trace, payload;
    for (const Outbound& message : messages) {
        if (wanted.count(message.id) == 0) continue;
        id.add(message.id);
        account.add(static_cast<std::int64_t>(message.account));
        chat.add(message.chat);
        kind.add(to_string(message.kind));
        body.add(message.text);
        link.add(message.link);
        reply_to.add(message.reply_to);
        media.add(message.kind == OutboundKind::media ? media_to_json(message.media) : std::string());
        cause.add(message.cause);
        trace.add(message.trace);
        payload.add(message.payload);
    }
    if (id.empty()) return;
    tx.exec_params(
        "insert into outbox (id, account_id, chat, kind, body, link, reply_to, media, cause, trace, payload) "
        "select id, account_id, chat, kind, body, link, reply_to, media, nullif(cause, 0), trace, payload "
        "  from unnest($1::bigint[], $2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], "
        "              $8::text[], $9::bigint[], $10::text[], $11::text[]) "
        "    as g(id, account_id, chat, kind, body, link, reply_to, media, cause, trace, payload) "
        "on conflict do nothing",
        id.str(), account.str(), chat.str(), kind.str(), body.str(), link.str(), reply_to.str(), media.str(),
        cause.str(), trace.str(), payload.str());
}

}  // namespace parley::db
