#include "core/ids.hpp"
#include "db/store/contact_names.hpp"
#include "db/store/repositories.hpp"

namespace parley::db {
namespace {

// Timers and echoes of our own are no person's words. Neither is what a provider tells about somebody; but what it
// could not hand over in a form that is known here was said all the same, and so was a word that ends campaigns.
const std::string said_by_somebody =
    "direction = 0 and (kind in ('message', 'reaction') "
    "                   or kind = 'other' and sender <> '' "
    "                      and type not in ('echo', 'status', 'system', 'call', 'user_preferences'))";

// The parameters are account, the smallest id and its moment.
const std::string lately =
    "account_id = $1 and id >= $2 and created_at >= timestamptz 'epoch' + $3::bigint * interval '1 millisecond'";

std::optional<ContactId> contact_of(pqxx::work& tx, AccountId account, const std::string& person) {
    const auto rows = tx.exec_params(
        "select i.contact_id from accounts a join contact_identities i on i.organisation_id = a.organisation_id "
        " where a.id = $1 and i.value = $2 and i.kind in ('phone', 'user_id', 'lid') limit 1",
        account, person);
    return rows.empty() ? std::nullopt : std::optional(rows[0][0].as<ContactId>());
}

}  // namespace

bool heard_since(pqxx::work& tx, AccountId account, const std::string& chat, const std::string& person,
                 UnixMillis since) {
    const MessageId first = IdGenerator::first_of(since);
    const auto here =
        tx.exec_params("select 1 from messages where " + lately + " and chat = $4 and " + said_by_somebody + " limit 1",
                       account, first, since, chat);
    if (!here.empty()) return true;
    const auto contact = contact_of(tx, account, person);
    const auto names = contact ? names_of(tx, *contact) : std::nullopt;
    if (!names) return false;
    // Chat by chat, each along the index.
    const auto elsewhere = tx.exec_params(
        "select 1 from unnest($4::text[]) as c(name) cross join lateral "
        "       (select 1 from messages where " +
            lately + " and chat = c.name and " + said_by_somebody + " limit 1) heard limit 1",
        account, first, since, names->chats);
    return !elsewhere.empty();
}

}  // namespace parley::db
