#include "db/store/contact_edits.hpp"

#include <pqxx/pqxx>

#include "db/store/contact_names.hpp"

namespace parley::db {
bool edit_contact(pqxx::work& tx, ContactId id, const ContactEdit& edit) {
    const auto names = names_of(tx, id);
    if (!names) return false;
    if (edit.name) tx.exec_params("update contacts set name = $2 where id = $1", id, *edit.name);
    if (!edit.opted_out) return true;
    // What a person said before in words does not outlive what an operator notes now. Coming back says nothing about
    // somebody who never left.
    tx.exec_params(
        "insert into opt_outs as o (organisation_id, person, opted_out, at, source) "
        "select $1, p.person, $2, now(), 'operator' "
        "  from (select value as person from contact_identities "
        "         where contact_id = $3 and kind in ('phone', 'user_id')) p "
        " where $2 or exists (select from opt_outs b where b.organisation_id = $1 and b.person = p.person) "
        "on conflict (organisation_id, person) do update "
        "   set opted_out = excluded.opted_out, at = excluded.at, source = excluded.source",
        names->organisation, *edit.opted_out, id);
    return true;
}

bool merge_contacts(pqxx::work& tx, ContactId into, ContactId from) {
    const auto rows = tx.exec_params(
        "select count(*), count(distinct organisation_id) from contacts where id in ($1, $2)", into, from);
    if (into == from) throw ErrorException(make_error(Errc::invalid, "other: must be another contact"));
    if (rows[0][0].as<int>() != 2) return false;
    if (rows[0][1].as<int>() != 1)
        throw ErrorException(make_error(Errc::invalid, "contacts of two organisations are never one person"));
    merge_contact(tx, into, from);
    return true;
}

Slice<MessageRow> list_person_messages(pqxx::work& tx, ContactId id, const Page& page) {
    Slice<MessageRow> found;
    const auto names = names_of(tx, id);
    if (!names) return found;
    tx.exec("set local statement_timeout = '100s'");
    const auto rows = tx.exec_params("select id from messages where " + messages_of_theirs +
                                         " and id < $4 and created_at <= parley_time($4) order by id desc limit $5",
                                     names->organisation, names->chats, names->names, page.before, page.limit + 1);
    for (const auto& row : rows) {
        if (found.items.size() == page.limit) {
            found.next = found.items.back().id;
            break;
        }
        if (auto message = read_message(tx, row[0].as<MessageId>())) found.items.push_back(std::move(*message));
    }
    return found;
}

}  // namespace parley::db
