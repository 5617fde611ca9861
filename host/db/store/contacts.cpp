#include "db/store/contacts.hpp"

#include <algorithm>
#include <map>
#include <pqxx/pqxx>
#include <set>

#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

// The first number, "PARC", keeps these locks apart from others'.
constexpr int lock_class = 0x50415243;

std::map<AccountId, int> organisations_of(pqxx::work& tx, const std::vector<Sighting>& sightings) {
    ArrayLiteral accounts;
    for (const auto& sighting : sightings) accounts.add(static_cast<std::int64_t>(sighting.account));
    std::map<AccountId, int> organisations;
    for (const auto& row :
         tx.exec_params("select id, organisation_id from accounts where id = any($1::int[])", accounts.str()))
        organisations[row[0].as<AccountId>()] = row[1].as<int>();
    return organisations;
}

struct Names {
    std::string kinds, values;  // array literals of the same length
};

Names names_of(const std::vector<Identity>& identities, bool with_usernames) {
    ArrayLiteral kinds, values;
    for (const auto& identity : identities) {
        if (identity.kind == IdentityKind::username && !with_usernames) continue;
        kinds.add(to_string(identity.kind));
        values.add(identity.value);
    }
    return {kinds.str(), values.str()};
}

// Ascending, so the oldest comes first.
std::vector<ContactId> find_contacts(pqxx::work& tx, int organisation, const std::vector<Identity>& identities) {
    const bool only_usernames = std::all_of(identities.begin(), identities.end(), [](const Identity& identity) {
        return identity.kind == IdentityKind::username;
    });
    const Names names = names_of(identities, only_usernames);
    std::vector<ContactId> found;
    for (const auto& row :
         tx.exec_params("select distinct i.contact_id from unnest($2::text[], $3::text[]) as n(kind, value) "
                        "join contact_identities i on i.organisation_id = $1 and i.kind = n.kind and i.value = n.value "
                        "order by 1",
                        organisation, names.kinds, names.values))
        found.push_back(row[0].as<ContactId>());
    return found;
}

constexpr const char* seen_at = "timestamptz 'epoch' + $%::bigint * interval '1 millisecond'";

std::string time_of(int parameter) {
    std::string sql = seen_at;
    return sql.replace(sql.find('%'), 1, std::to_string(parameter));
}

ContactId insert(pqxx::work& tx, int organisation, const Sighting& sighting) {
    return tx
        .exec_params("insert into contacts (organisation_id, name, phone, first_seen, last_seen) values ($1, $2, $3, " +
                         time_of(4) + ", " + time_of(4) + ") returning id",
                     organisation, sighting.name, sighting.phone, sighting.seen)[0][0]
        .as<ContactId>();
}

void refresh(pqxx::work& tx, ContactId contact, const Sighting& sighting) {
    tx.exec_params(
        "update contacts set name = case when $2 = '' then name else $2 end, "
        "       phone = case when $3 = '' then phone else $3 end, last_seen = greatest(last_seen, " +
            time_of(4) + ") where id = $1",
        contact, sighting.name, sighting.phone, sighting.seen);
}

void write_one(pqxx::work& tx, int organisation, const Sighting& sighting) {
    const auto found = find_contacts(tx, organisation, sighting.identities);
    for (std::size_t i = 1; i < found.size(); ++i) merge_contact(tx, found.front(), found[i]);
    const ContactId contact = found.empty() ? insert(tx, organisation, sighting) : found.front();
    if (!found.empty()) refresh(tx, contact, sighting);
    const Names names = names_of(sighting.identities, true);
    tx.exec_params(
        "insert into contact_identities (organisation_id, kind, value, contact_id) "
        "select distinct $1::int, n.kind, n.value, $4::bigint "
        "  from unnest($2::text[], $3::text[]) as n(kind, value) "
        "on conflict (organisation_id, kind, value) do update set contact_id = excluded.contact_id "
        " where contact_identities.contact_id <> excluded.contact_id",
        organisation, names.kinds, names.values, contact);
}

}  // namespace

void merge_contact(pqxx::work& tx, ContactId into, ContactId from) {
    tx.exec_params("update contact_identities set contact_id = $1 where contact_id = $2", into, from);
    tx.exec_params(
        "with gone as (delete from contacts where id = $2 returning *) "
        "update contacts c set name = case when c.name = '' then g.name else c.name end, "
        "       phone = case when c.phone = '' then g.phone else c.phone end, "
        "       first_seen = least(c.first_seen, g.first_seen), last_seen = greatest(c.last_seen, g.last_seen) "
        "  from gone g where c.id = $1",
        into, from);
}

void write_sightings(pqxx::work& tx, const std::vector<Sighting>& sightings) {
    const auto organisations = organisations_of(tx, sightings);
    std::set<int> to_lock;
    for (const auto& [account, organisation] : organisations) to_lock.insert(organisation);
    // Ascending, so that nobody waits in a circle.
    for (const int organisation : to_lock)
        tx.exec_params("select pg_advisory_xact_lock($1, $2)", lock_class, organisation);
    for (const auto& sighting : sightings) {
        const auto found = organisations.find(sighting.account);
        if (found != organisations.end() && !sighting.identities.empty()) write_one(tx, found->second, sighting);
    }
}

}  // namespace parley::db
