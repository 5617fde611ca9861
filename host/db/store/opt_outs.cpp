#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"
#include "db/store/campaigns.hpp"

namespace parley::db {

bool write_opt_out(pqxx::work& tx, AccountId account, const std::vector<std::string>& persons, bool opted_out,
                   UnixMillis at, std::string_view source) {
    ArrayLiteral names;
    for (const auto& person : persons) names.add(person);
    // Coming back says nothing about somebody who never left.
    const auto changed = tx.exec_params(
        "with given as (select a.organisation_id, p.person, o.opted_out as before "
        "                 from accounts a cross join (select distinct unnest($2::text[]) as person) p "
        "                 left join opt_outs o on o.organisation_id = a.organisation_id and o.person = p.person "
        "                where a.id = $1), "
        "written as (insert into opt_outs as o (organisation_id, person, opted_out, at, source) "
        "            select organisation_id, person, $3, "
        "                   timestamptz 'epoch' + $4::bigint * interval '1 millisecond', $5 "
        "              from given where $3 or before is not null "
        "            on conflict (organisation_id, person) do update "
        "               set opted_out = excluded.opted_out, at = excluded.at, source = excluded.source "
        "             where o.at <= excluded.at returning person) "
        "select count(*) from written join given using (person) where coalesce(before, false) <> $3",
        account, names.str(), opted_out, at, std::string(source));
    return changed[0][0].as<long>() > 0;
}

}  // namespace parley::db
