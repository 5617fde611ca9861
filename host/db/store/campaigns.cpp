#include "db/store/campaigns.hpp"

#include <map>
#include <pqxx/pqxx>

#include "core/error.hpp"
#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

constexpr const char* columns =
    "select c.id, c.account_id, a.name, c.name, c.kind, c.body, c.payload, c.rate, c.state, c.reason, "
    "       coalesce((extract(epoch from c.start_at) * 1000)::bigint, 0), c.recipients, c.invalid, c.skipped, "
    "c.queued, "
    "       c.duplicates, to_char(c.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') "
    "  from campaigns c join accounts a on a.id = c.account_id ";

Campaign to_campaign(const pqxx::row& row) {
    Campaign campaign;
    campaign.id = row[0].as<CampaignId>();
    campaign.account = row[1].as<AccountId>();
    campaign.account_name = row[2].c_str();
    campaign.name = row[3].c_str();
    campaign.kind = row[4].c_str();
    campaign.body = row[5].c_str();
    campaign.payload = row[6].c_str();
    campaign.rate = row[7].as<double>();
    campaign.state = row[8].c_str();
    campaign.reason = row[9].c_str();
    campaign.start_at = row[10].as<UnixMillis>();
    campaign.recipients = row[11].as<std::int64_t>();
    campaign.invalid = row[12].as<std::int64_t>();
    campaign.skipped = row[13].as<std::int64_t>();
    campaign.queued = row[14].as<std::int64_t>();
    campaign.duplicates = row[15].as<std::int64_t>();
    campaign.created_at = row[16].c_str();
    return campaign;
}

std::vector<Campaign> to_campaigns(const pqxx::result& rows) {
    std::vector<Campaign> campaigns;
    for (const auto& row : rows) campaigns.push_back(to_campaign(row));
    return campaigns;
}

// The state of a campaign, its row locked, so that nothing passes a change of state.
std::string lock_state(pqxx::work& tx, CampaignId id) {
    const auto rows = tx.exec_params("select state from campaigns where id = $1 for update", id);
    if (rows.empty())
        throw ErrorException(
            make_error(Errc::not_found, "there is no campaign " + std::to_string(id) + ": see `parley campaign list`"));
    return rows[0][0].c_str();
}

[[noreturn]] void refuse(CampaignId id, const std::string& state, const std::string& what) {
    throw ErrorException(make_error(Errc::conflict, "campaign " + std::to_string(id) + " is " + state + ": " + what));
}

}  // namespace

CampaignId insert_campaign(pqxx::work& tx, const Campaign& campaign) {
    return tx
        .exec_params(
            "insert into campaigns (account_id, name, kind, body, payload, rate) values ($1, $2, $3, $4, $5, $6) "
            "returning id",
            campaign.account, campaign.name, campaign.kind, campaign.body, campaign.payload, campaign.rate)[0][0]
        .as<CampaignId>();
}

std::optional<Campaign> read_campaign(pqxx::work& tx, CampaignId id) {
    const auto rows = tx.exec_params(std::string(columns) + "where c.id = $1", id);
    if (rows.empty()) return std::nullopt;
    return to_campaign(rows[0]);
}

std::vector<Campaign> list_campaigns(pqxx::work& tx, AccountId account, const std::string& state, CampaignId before,
                                     std::size_t limit) {
    return to_campaigns(tx.exec_params(std::string(columns) +
                                           "where c.id < $1 and ($2::bigint = 0 or c.account_id = $2) "
                                           "and ($3 = '' or c.state = $3) order by c.id desc limit $4",
                                       before, account, state, limit));
}

std::vector<Campaign> read_active_campaigns(pqxx::work& tx) {
    return to_campaigns(tx.exec(std::string(columns) + "where c.state in ('scheduled', 'running') order by c.id"));
}

void change_campaign(pqxx::work& tx, CampaignId id, const std::vector<std::string>& from, const std::string& to,
                     const std::string& reason) {
    const std::string state = lock_state(tx, id);
    if (state == to) return;
    for (const auto& one : from) {
        if (state != one) continue;
        tx.exec_params(
            "update campaigns set state = $2, reason = $3, "
            "finished_at = case when $2 in ('done', 'cancelled') then now() end where id = $1",
            id, to, reason);
        return;
    }
    refuse(id, state, "it cannot become " + to);
}

void start_campaign(pqxx::work& tx, CampaignId id, const std::string& at) {
    const std::string state = lock_state(tx, id);
    if (state != "draft") refuse(id, state, "only a draft is started; a paused one is resumed");
    const auto sendable =
        tx.exec_params("select recipients > invalid from campaigns where id = $1", id)[0][0].as<bool>();
    if (!sendable) refuse(id, state, "it has no recipients that a message can go to");
    tx.exec_params(
        "update campaigns set state = case when $2 = '' then 'running' else 'scheduled' end, "
        "start_at = nullif($2, '')::timestamptz, started_at = case when $2 = '' then now() end where id = $1",
        id, at);
}

bool begin_scheduled_campaign(pqxx::work& tx, CampaignId id) {
    return tx.exec_params(
                 "update campaigns set state = 'running', started_at = now() "
                 "where id = $1 and state = 'scheduled' and start_at <= now()",
                 id)
               .affected_rows() == 1;
}

bool finish_campaign(pqxx::work& tx, CampaignId id) {
    return tx.exec_params(
                 "update campaigns set state = 'done', finished_at = now() where id = $1 and state = 'running' and "
                 "recipients = invalid + skipped + queued",
                 id)
               .affected_rows() == 1;
}

Added add_recipients(pqxx::work& tx, CampaignId id, const std::vector<CampaignRecipient>& recipients) {
    if (const std::string state = lock_state(tx, id); state != "draft")
        refuse(id, state, "recipients are added to a draft only");
    ArrayLiteral n, chat, person, params, error;
    for (const auto& recipient : recipients) {
        n.add(recipient.n);
        chat.add(recipient.chat);
        person.add(recipient.person);
        params.add(recipient.params);
        error.add(recipient.error);
    }
    // A line that came before is no duplicate of itself.
    const auto row = tx.exec_params(
        "with given as (select * from unnest($2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[]) "
        "                    as g(n, chat, person, params, error) "
        "                where not exists (select from campaign_recipients r where r.campaign_id = $1 and r.n = g.n)), "
        "added as (insert into campaign_recipients (campaign_id, n, chat, person, params, error, state) "
        "          select $1, n, chat, person, params::json, error, "
        "                 case when error = '' then 'waiting' else 'invalid' end "
        "            from given order by n on conflict do nothing returning state) "
        "select (select count(*) from added), (select count(*) from added where state = 'invalid'), "
        "       (select count(*) from given)",
        id, n.str(), chat.str(), person.str(), params.str(), error.str())[0];
    Added added{row[0].as<std::int64_t>(), row[1].as<std::int64_t>(), 0};
    added.duplicates = row[2].as<std::int64_t>() - added.added;
    tx.exec_params(
        "update campaigns set recipients = recipients + $2, invalid = invalid + $3, duplicates = duplicates + $4 "
        "where id = $1",
        id, added.added, added.invalid, added.duplicates);
    return added;
}

std::vector<CampaignRecipient> read_recipients(pqxx::work& tx, CampaignId id, std::int64_t after, std::size_t limit) {
    std::vector<CampaignRecipient> recipients;
    for (const auto& row :
         tx.exec_params("select n, chat, params from campaign_recipients where campaign_id = $1 and n > $2 "
                        "and state = 'waiting' order by n limit $3",
                        id, after, limit))
        recipients.push_back({row[0].as<std::int64_t>(), row[1].c_str(), {}, row[2].c_str(), {}});
    return recipients;
}

std::vector<MessageId> claim_recipients(pqxx::work& tx, CampaignId id, const std::vector<RecipientClaim>& claims) {
    ArrayLiteral n, message, person, error, pieces;
    for (const auto& claim : claims) {
        n.add(claim.n);
        message.add(claim.message);
        person.add(claim.person);
        error.add(claim.error);
        pieces.add(as_array(claim.pieces));
    }
    if (lock_state(tx, id) == "running") {
        tx.exec_params(
            "with given as (select g.*, exists (select from opt_outs o where o.organisation_id = a.organisation_id "
            "                                     and o.person = g.person and o.opted_out) "
            "                     or exists (select from contact_identities i "
            "                                  join contact_identities same on same.contact_id = i.contact_id "
            "                                  join opt_outs o on o.organisation_id = i.organisation_id "
            "                                                 and o.person = same.value and o.opted_out "
            "                                 where i.organisation_id = a.organisation_id and i.value = g.person "
            "                                   and i.kind in ('phone', 'user_id')) as unwanted "
            "                 from unnest($2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[]) "
            "                      as g(n, message, person, error, pieces), "
            "                      campaigns c join accounts a on a.id = c.account_id where c.id = $1), "
            "marked as (update campaign_recipients r "
            "              set state = case when g.error <> '' then 'invalid' when g.unwanted then 'skipped' "
            "                               else 'queued' end, "
            "                  message_id = case when g.error = '' and not g.unwanted then g.message end, "
            "                  pieces = case when not g.unwanted then nullif(g.pieces, '')::bigint[] end, "
            "                  error = g.error "
            "             from given g where r.campaign_id = $1 and r.n = g.n and r.state = 'waiting' "
            "            returning r.state) "
            "update campaigns set invalid = invalid + (select count(*) from marked where state = 'invalid'), "
            "                     skipped = skipped + (select count(*) from marked where state = 'skipped'), "
            "                     queued = queued + (select count(*) from marked where state = 'queued') where id = $1",
            id, n.str(), message.str(), person.str(), error.str(), pieces.str());
    }
    std::vector<MessageId> ours;
    for (const auto& row : tx.exec_params("select r.message_id from campaign_recipients r "
                                          "join unnest($2::bigint[], $3::bigint[]) as g(n, message) "
                                          "  on r.n = g.n and r.message_id = g.message where r.campaign_id = $1",
                                          id, n.str(), message.str()))
        ours.push_back(row[0].as<MessageId>());
    return ours;
}

std::vector<MessageId> read_campaign_outbox(pqxx::work& tx, CampaignId id) {
    std::vector<MessageId> messages;
    for (const auto& row : tx.exec_params("select r.message_id from campaign_recipients r "
                                          "join outbox o on o.id = r.message_id where r.campaign_id = $1",
                                          id))
        messages.push_back(row[0].as<MessageId>());
    return messages;
}

std::vector<RecipientResult> read_results(pqxx::work& tx, CampaignId id, std::int64_t after, std::size_t limit) {
    std::vector<RecipientResult> results;
    for (const auto& row :
         tx.exec_params("select n, chat, status, error, coalesce(message_id, 0) from campaign_results "
                        "where campaign_id = $1 and n > $2 order by n limit $3",
                        id, after, limit))
        results.push_back(
            {row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].as<MessageId>()});
    return results;
}

// Of a million recipients this takes seconds. Whoever has no message is counted by the campaign already; joined, they
// would all meet in one place of a hash table. The span of ids spares it the rest of history.
std::vector<std::pair<std::string, std::int64_t>> count_results(pqxx::work& tx, CampaignId id) {
    std::map<std::string, std::int64_t> counts;
    tx.exec("set local statement_timeout = '20s'");
    for (const auto& row : tx.exec_params("select recipients - invalid - skipped - queued, invalid, skipped "
                                          "from campaigns where id = $1",
                                          id)) {
        counts["waiting"] = row[0].as<std::int64_t>();
        counts["invalid"] = row[1].as<std::int64_t>();
        counts["skipped"] = row[2].as<std::int64_t>();
    }
    std::erase_if(counts, [](const auto& one) { return one.second == 0; });
    const auto span = tx.exec_params(
        "select min(message_id), max(message_id) from campaign_recipients where campaign_id = $1 and state = 'queued'",
        id)[0];
    if (!span[0].is_null())
        for (const auto& row : tx.exec_params(
                 "select coalesce(m.status, case when o.id is null then 'lost' else 'queued' end), count(*) "
                 "  from campaign_recipients r "
                 "  left join messages m on m.id = r.message_id and m.created_at = parley_time(r.message_id) "
                 "                      and m.id between $2 and $3 "
                 "                      and m.created_at between parley_time($2) and parley_time($3) "
                 "  left join outbox o on o.id = r.message_id "
                 " where r.campaign_id = $1 and r.state = 'queued' and r.pieces is null group by 1 "
                 "union all "
                 "select p.status, count(*) from campaign_recipients r, parley_state_of(r.pieces) p "
                 " where r.campaign_id = $1 and r.state = 'queued' and r.pieces is not null group by 1",
                 id, span[0].as<MessageId>(), span[1].as<MessageId>()))
            counts[row[0].c_str()] += row[1].as<std::int64_t>();
    return {counts.begin(), counts.end()};
}

}  // namespace parley::db
