#include "db/store/silence.hpp"

#include <pqxx/pqxx>

#include "core/ids.hpp"
#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

constexpr UnixMillis quarter_of_an_hour = 15 * 60 * 1000;

const std::string columns =
    "t.account_id, coalesce(a.name, ''), t.chat, t.taken_by, extract(epoch from t.taken_at) * 1000, "
    "coalesce(extract(epoch from t.ends_at) * 1000, 0), extract(epoch from t.changed_at) * 1000 "
    "from takeovers t left join accounts a on a.id = t.account_id ";

std::vector<Takeover> read_rows(const pqxx::result& rows) {
    std::vector<Takeover> found;
    const auto time = [](const pqxx::field& field) { return static_cast<UnixMillis>(field.as<double>()); };
    for (const auto& row : rows)
        found.push_back({row[0].as<AccountId>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), time(row[4]),
                         time(row[5]), time(row[6])});
    return found;
}

}  // namespace

bool write_takeover(pqxx::work& tx, const Takeover& takeover) {
    const auto written = tx.exec_params(
        "insert into takeovers as t (account_id, chat, taken_by, ends_at) "
        "select $1, $2, $3, case when $4::bigint = 0 then null "
        "                        else timestamptz 'epoch' + $4::bigint * interval '1 millisecond' end "
        "where exists (select 1 from accounts where id = $1) "
        "on conflict (account_id, chat) do update "
        "   set taken_by = excluded.taken_by, ends_at = excluded.ends_at, changed_at = clock_timestamp(), "
        "       taken_at = case when t.ends_at <= now() then now() else t.taken_at end "
        " where t.ends_at is not null and (excluded.ends_at is null or t.ends_at < excluded.ends_at)",
        takeover.account, takeover.chat, takeover.by, takeover.ends);
    return written.affected_rows() > 0;
}

bool end_takeover(pqxx::work& tx, AccountId account, const std::string& chat) {
    return tx.exec_params(
                 "update takeovers set ends_at = now(), changed_at = clock_timestamp() "
                 "where account_id = $1 and chat = $2 and (ends_at is null or ends_at > now())",
                 account, chat)
               .affected_rows() > 0;
}

std::vector<Takeover> list_takeovers(pqxx::work& tx, std::size_t limit) {
    return read_rows(tx.exec("select " + columns +
                             "where t.ends_at is null or t.ends_at > now() order by t.taken_at desc "
                             "limit " +
                             std::to_string(limit)));
}

std::vector<Takeover> read_changed_takeovers(pqxx::work& tx, UnixMillis since) {
    if (since == 0) return read_rows(tx.exec("select " + columns + "where t.ends_at is null or t.ends_at > now()"));
    return read_rows(tx.exec_params(
        "select " + columns + "where t.changed_at >= timestamptz 'epoch' + $1::bigint * interval '1 millisecond'",
        since));
}

void forget_ended_takeovers(pqxx::work& tx) {
    tx.exec("delete from takeovers where ends_at < now() - interval '1 day'");
}

void write_ai_wish(pqxx::work& tx, const AiWish& wish) {
    tx.exec_params(
        "insert into ai_wishes as w (account_id, person, wanted) values ($1, $2, $3) "
        "on conflict (account_id, person) do update set wanted = excluded.wanted, changed_at = clock_timestamp() "
        "where w.wanted <> excluded.wanted",
        wish.account, wish.person, wish.wanted);
}

std::vector<AiWish> read_changed_ai_wishes(pqxx::work& tx, UnixMillis since) {
    std::vector<AiWish> wishes;
    for (const auto& row : tx.exec_params("select account_id, person, wanted from ai_wishes where changed_at >= "
                                          "timestamptz 'epoch' + $1::bigint * interval '1 millisecond'",
                                          since))
        wishes.push_back({row[0].as<AccountId>(), row[1].c_str(), row[2].as<bool>()});
    return wishes;
}

std::vector<bool> find_foreign(pqxx::work& tx, const std::vector<SentElsewhere>& sent) {
    ArrayLiteral accounts, chats, ids, texts;
    for (const auto& one : sent) {
        accounts.add(std::int64_t(one.account));
        chats.add(one.chat);
        ids.add(one.provider_id);
        texts.add(one.text);
    }
    std::vector<bool> foreign;
    for (const auto& row : tx.exec_params(
             "select not exists (select 1 from messages m where m.account_id = g.account and m.direction = 1 "
             "                      and m.provider_id = g.provider_id) "
             "   and not exists (select 1 from outbox o where o.account_id = g.account and o.chat = g.chat) "
             "   and not exists (select 1 from messages m where m.account_id = g.account and m.chat = g.chat "
             "                      and m.id >= $5 and m.direction = 1 and g.body <> '' "
             "                      and (m.body = g.body or length(g.body) >= 20 and position(g.body in m.body) > 0)) "
             "from unnest($1::int[], $2::text[], $3::text[], $4::text[]) with ordinality "
             "     as g(account, chat, provider_id, body, place) order by g.place",
             accounts.str(), chats.str(), ids.str(), texts.str(),
             IdGenerator::first_of(unix_now() - quarter_of_an_hour)))
        foreign.push_back(row[0].as<bool>());
    return foreign;
}

}  // namespace parley::db
