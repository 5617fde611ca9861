#include "db/store/report_batch.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include "db/store/array_literal.hpp"
#include "db/store/plain_batch.hpp"

namespace parley::db {
namespace {

// `stale`: the provider said earlier that it did not deliver under this name, and the message waits to be sent again.
constexpr const char* still_waiting =
    "select o.id, g.account_id, g.provider_id, "
    "       exists (select from delivery_reports r where r.account_id = g.account_id "
    "                  and r.provider_id = g.provider_id and r.status = 'failed') as stale "
    "  from unnest($1::bigint[], $2::int[], $3::text[]) as g(id, account_id, provider_id) "
    "  join outbox o on o.id = g.id and o.account_id = g.account_id for update of o";

// Reports come in any order: a message that was read does not become merely delivered again. Of several for one message
// the furthest `leads`: an update takes one row of those it joins, any one. $6 is 0 or 1. What was not delivered is a
// dead letter, as what could not be sent is.
constexpr const char* statement =
    "with given as (select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) "
    "               as g(account_id, provider_id, status, reason, details, leads)), "
    "known as (insert into delivery_reports (account_id, provider_id, status, reason, details) "
    "          select account_id, provider_id, status, reason, details from given on conflict do nothing), "
    "changed as ("
    "update messages m set status = g.status, error = g.reason from given g "
    " where g.leads = 1 and m.account_id = g.account_id and m.provider_id = g.provider_id and m.direction = 1 "
    "   and m.created_at > now() - interval '35 days' "
    "   and coalesce(array_position(array['sent', 'delivered', 'read', 'played', 'failed'], m.status), 0) "
    "     < array_position(array['sent', 'delivered', 'read', 'played', 'failed'], g.status) "
    "returning m.id, m.account_id, m.provider_id, m.error, m.trace, "
    "          case when m.status = 'failed' then parley_outbox_row(m)::text end as content), "
    "not_delivered as (insert into dead_letters (id, kind, account_id, reason, content, trace) "
    "          select id, 'outbound', account_id, error, content, trace from changed where content is not null "
    "          on conflict (id) do update set reason = excluded.reason, created_at = now()) "
    "select account_id, provider_id from changed";

struct Line {
    const StatusUpdate* update;
    const std::string* provider_id;

    auto message() const { return std::tie(update->account, *provider_id); }
    // Two writers touch the same rows in the same order, so that neither waits for the other in a circle.
    bool operator<(const Line& other) const {
        if (message() != other.message()) return message() < other.message();
        return update->status > other.update->status;
    }
};

}  // namespace

void ReportBatch::prepare(pqxx::connection_base& connection) {
    connection.prepare("parley_still_waiting", still_waiting);
    connection.prepare("parley_reports", statement);
}

// Who names a message of ours has it, so it is sent, whatever became of the answer to our request. Our id came back
// through hands that are not ours: it counts for messages of the reporting account only.
std::set<ReportBatch::Name> ReportBatch::record_sendings(pqxx::transaction_base& tx) const {
    std::set<Name> named, stale;
    for (const auto* update : updates_)
        if (update->message != 0 && !update->provider_ids.empty()) named.insert(name_of(*update));
    if (named.empty()) return stale;
    ArrayLiteral ids, accounts, provider_ids;
    for (const auto& [id, account, provider_id] : named) {
        ids.add(id);
        accounts.add(static_cast<std::int64_t>(account));
        provider_ids.add(provider_id);
    }
    PlainBatch sendings;
    std::set<MessageId> settled;
    for (const auto& row : tx.exec_prepared("parley_still_waiting", ids.str(), accounts.str(), provider_ids.str())) {
        const auto id = row[0].as<MessageId>();
        if (row[3].as<bool>()) {
            stale.emplace(id, row[1].as<AccountId>(), row[2].c_str());
        } else if (settled.insert(id).second) {
            sendings.sent(id, row[2].c_str());
        }
    }
    if (!sendings.empty()) sendings.run(tx);
    return stale;
}

std::vector<Reported> ReportBatch::run(pqxx::transaction_base& tx) const {
    const auto stale = record_sendings(tx);
    std::vector<Line> lines;
    for (const auto* update : updates_)
        for (const auto& id : update->provider_ids) lines.push_back({update, &id});
    std::stable_sort(lines.begin(), lines.end());

    ArrayLiteral account, provider_id, status, reason, details, leads;
    const Line* before = nullptr;
    for (const auto& line : lines) {
        account.add(static_cast<std::int64_t>(line.update->account));
        provider_id.add(*line.provider_id);
        status.add(to_string(line.update->status));
        reason.add(line.update->reason);
        details.add(line.update->details);
        leads.add(static_cast<std::int64_t>(before && before->message() == line.message() ? 0 : 1));
        before = &line;
    }
    std::set<std::pair<AccountId, std::string>> changed;
    for (const auto& row : tx.exec_prepared("parley_reports", account.str(), provider_id.str(), status.str(),
                                            reason.str(), details.str(), leads.str()))
        changed.emplace(row[0].as<AccountId>(), row[1].c_str());

    std::vector<Reported> outcome;
    for (const auto* update : updates_) {
        // That it was sent is what any recording says.
        const bool matched =
            update->status == DeliveryStatus::sent ||
            std::all_of(update->provider_ids.begin(), update->provider_ids.end(), [&](const std::string& id) {
                return changed.count({update->account, id}) != 0;
            });
        const bool is_stale = !update->provider_ids.empty() && stale.count(name_of(*update)) != 0;
        outcome.push_back(is_stale ? Reported::stale : matched ? Reported::matched : Reported::unmatched);
    }
    return outcome;
}

}  // namespace parley::db
