#include "db/store/report_batch.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "db/store/array_literal.hpp"
#include "db/store/plain_batch.hpp"

namespace parley::db {
namespace {

constexpr const char* still_waiting =
    "select o.id from unnest($1::bigint[], $2::int[]) as g(id, account_id) "
    "  join outbox o on o.id = g.id and o.account_id = g.account_id for update of o";

// Reports come in any order: a message that was read does not become merely delivered again. Of several for one message
// the furthest `leads`: an update takes one row of those it joins, any one. $6 is 0 or 1.
constexpr const char* statement =
    "with given as (select * from unnest($1::int[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[]) "
    "               as g(account_id, provider_id, status, reason, details, leads)), "
    "known as (insert into delivery_reports (account_id, provider_id, status, reason, details) "
    "          select account_id, provider_id, status, reason, details from given on conflict do nothing) "
    "update messages m set status = g.status, error = g.reason from given g "
    " where g.leads = 1 and m.account_id = g.account_id and m.provider_id = g.provider_id and m.direction = 1 "
    "   and m.created_at > now() - interval '35 days' "
    "   and coalesce(array_position(array['sent', 'delivered', 'read', 'played', 'failed'], m.status), 0) "
    "     < array_position(array['sent', 'delivered', 'read', 'played', 'failed'], g.status) "
    "returning m.account_id, m.provider_id";

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
void ReportBatch::record_sendings(pqxx::transaction_base& tx) const {
    std::map<MessageId, const StatusUpdate*> named;
    for (const auto* update : updates_)
        if (update->message != 0 && !update->provider_ids.empty()) named.try_emplace(update->message, update);
    if (named.empty()) return;
    ArrayLiteral ids, accounts;
    for (const auto& [id, update] : named) {
        ids.add(id);
        accounts.add(static_cast<std::int64_t>(update->account));
    }
    PlainBatch sendings;
    for (const auto& row : tx.exec_prepared("parley_still_waiting", ids.str(), accounts.str())) {
        const auto id = row[0].as<MessageId>();
        sendings.sent(id, named.at(id)->provider_ids.front());
    }
    if (!sendings.empty()) sendings.run(tx);
}

std::vector<Reported> ReportBatch::run(pqxx::transaction_base& tx) const {
    record_sendings(tx);
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
        outcome.push_back(matched ? Reported::matched : Reported::unmatched);
    }
    return outcome;
}

}  // namespace parley::db
