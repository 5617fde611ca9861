#include "db/store/organisations.hpp"

#include <pqxx/pqxx>

namespace parley::db {
namespace {

const std::string columns =
    "select o.id, o.name, to_char(o.created_at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), "
    "       (select count(*) from accounts a where a.organisation_id = o.id), "
    "       (select count(*) from contacts c where c.organisation_id = o.id) from organisations o ";

// Accounts and contacts come in by this name when none is given.
constexpr std::int64_t first_organisation = 1;

Organisation read(const pqxx::row& row) {
    return {row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].as<std::int64_t>(),
            row[4].as<std::int64_t>()};
}

void refuse_taken(pqxx::work& tx, const std::string& name, std::int64_t but) {
    if (!tx.exec_params("select from organisations where name = $1 and id <> $2", name, but).empty())
        throw ErrorException(make_error(Errc::conflict, "there is an organisation \"" + name + "\" already"));
}

}  // namespace

std::vector<Organisation> list_organisations(pqxx::work& tx) {
    std::vector<Organisation> found;
    for (const auto& row : tx.exec(columns + "order by o.id")) found.push_back(read(row));
    return found;
}

std::optional<Organisation> read_organisation(pqxx::work& tx, std::int64_t id) {
    const auto rows = tx.exec_params(columns + "where o.id = $1", id);
    return rows.empty() ? std::nullopt : std::optional(read(rows[0]));
}

std::int64_t insert_organisation(pqxx::work& tx, const std::string& name) {
    refuse_taken(tx, name, 0);
    return tx.exec_params("insert into organisations (name) values ($1) returning id", name)[0][0].as<std::int64_t>();
}

bool rename_organisation(pqxx::work& tx, std::int64_t id, const std::string& name) {
    refuse_taken(tx, name, id);
    return tx.exec_params("update organisations set name = $2 where id = $1", id, name).affected_rows() > 0;
}

bool remove_organisation(pqxx::work& tx, std::int64_t id) {
    const auto found = read_organisation(tx, id);
    if (!found) return false;
    if (id == first_organisation)
        throw ErrorException(make_error(Errc::conflict, "the first organisation stays: rename it instead"));
    if (found->accounts > 0 || found->contacts > 0)
        throw ErrorException(make_error(Errc::conflict, "it has " + std::to_string(found->accounts) + " accounts and " +
                                                            std::to_string(found->contacts) +
                                                            " contacts: take those away first"));
    for (const char* table : {"opt_outs", "users"})
        tx.exec_params("delete from " + std::string(table) + " where organisation_id = $1", id);
    tx.exec_params("delete from organisations where id = $1", id);
    return true;
}

}  // namespace parley::db
