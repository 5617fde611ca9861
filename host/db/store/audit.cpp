#include "db/store/audit.hpp"

#include <pqxx/pqxx>

#include "db/store/page_query.hpp"

namespace parley::db {

void write_audit(pqxx::work& tx, const Actor& by, const ChangeNote& change) {
    tx.exec_params(
        "insert into audit_log (actor_kind, actor_id, actor, action, target, before, after, remote, status) "
        "values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        by.kind, by.id, by.name, change.action, change.target, change.before, change.after, by.remote, change.status);
}

void forget_old_audit(pqxx::work& tx) {
    // Ids ascend in time: the oldest are the first.
    tx.exec(
        "delete from audit_log where at < now() - interval '1 year' and id in "
        "(select id from audit_log order by id limit 10000)");
}

Slice<AuditRow> list_audit(pqxx::work& tx, const AuditFilter& filter, const Page& page) {
    PageQuery query(page);
    query.source("a.id", "a.*", "audit_log a", "a.id < " + query.value(page.before));
    if (!filter.actor_kind.empty()) query.rest("x.actor_kind = " + query.value(filter.actor_kind));
    if (filter.actor) query.rest("x.actor_id = " + query.value(*filter.actor));
    if (!filter.action.empty()) query.rest("x.action = " + query.value(filter.action));
    if (!filter.target.empty()) query.rest("starts_with(x.target, " + query.value(filter.target) + ")");
    const auto moment = [&](UnixMillis time) {
        return "timestamptz 'epoch' + " + query.value(time) + " * interval '1 millisecond'";
    };
    if (filter.since > 0) query.rest("x.at >= " + moment(filter.since));
    if (filter.until > 0) query.rest("x.at < " + moment(filter.until));
    Slice<AuditRow> found;
    const auto rows = query.run(tx,
                                "x.id, to_char(x.at at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'), "
                                "x.actor_kind, x.actor, x.action, x.target, x.before, x.after, x.remote, x.actor_id, "
                                "coalesce(x.status, 0)",
                                found.next);
    for (const auto& row : rows) {
        if (found.items.size() >= page.limit) break;
        AuditRow one;
        one.id = row[0].as<std::int64_t>();
        int column = 1;
        for (auto* text :
             {&one.at, &one.actor_kind, &one.actor, &one.action, &one.target, &one.before, &one.after, &one.remote})
            *text = row[column++].c_str();
        one.actor_id = row[column++].as<std::int64_t>();
        one.status = row[column].as<int>();
        found.items.push_back(std::move(one));
    }
    return found;
}

}  // namespace parley::db
