#include "db/store/contact_edits.hpp"

#include <pqxx/pqxx>

#include "db/store/array_literal.hpp"

namespace parley::db {
namespace {

// All that a person is called: in column `sender` and elsewhere, and as a chat on each channel.
struct PersonNames {
    int organisation = 0;
    std::string names, chats;  // array literals
};

std::optional<PersonNames> names_of(pqxx::work& tx, ContactId id) {
    const auto contact = tx.exec_params("select organisation_id, phone from contacts where id = $1", id);
    if (contact.empty()) return std::nullopt;
    std::vector<std::string> values;
    if (const std::string phone = contact[0][1].c_str(); !phone.empty()) values.push_back(phone);
    for (const auto& row : tx.exec_params("select value from contact_identities where contact_id = $1", id))
        values.emplace_back(row[0].c_str());
    ArrayLiteral names, chats;
    for (const auto& value : values) {
        for (const char* before : {"", "+", "whatsapp:", "whatsapp:+"}) {
            names.add(before + value);
            chats.add(before + value);
        }
        for (const char* behind : {"@s.whatsapp.net", "@lid"}) chats.add(value + behind);
    }
    return PersonNames{contact[0][0].as<int>(), names.str(), chats.str()};
}

// The parameters are organisation, chats, names.
const std::string of_theirs = "account_id in (select a.id from accounts a where a.organisation_id = $1)";
const std::string theirs = of_theirs + " and (chat = any($2::text[]) or sender = any($3::text[]))";

void allow_time(pqxx::work& tx) {
    tx.exec("set local statement_timeout = '100s'");
}

}  // namespace

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
        "  from (select phone as person from contacts where id = $3 and phone <> '' union "
        "        select value from contact_identities where contact_id = $3 and kind in ('phone', 'user_id')) p "
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
    allow_time(tx);
    const auto rows = tx.exec_params("select id from messages where " + theirs +
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

std::optional<ErasedContact> erase_contact(pqxx::work& tx, ContactId id) {
    const auto names = names_of(tx, id);
    if (!names) return std::nullopt;
    allow_time(tx);
    const auto waiting = tx.exec_params(
        "select exists (select from outbox o join accounts a on a.id = o.account_id "
        "                where a.organisation_id = $1 and o.chat = any($2::text[])) or "
        "       exists (select from inbox i join messages m on m.id = i.id and m.created_at = i.created_at "
        "                join accounts a on a.id = m.account_id where a.organisation_id = $1 "
        "                  and (m.chat = any($2::text[]) or m.sender = any($3::text[])))",
        names->organisation, names->chats, names->names);
    if (waiting[0][0].as<bool>())
        throw ErrorException(make_error(
            Errc::conflict, "messages with this person wait to be handled or sent: try again, or drop them"));

    ErasedContact erased;
    ArrayLiteral ids, provider_ids, files;
    for (const auto& row :
         tx.exec_params("delete from messages where " + theirs +
                            " returning id, coalesce(provider_id, ''), "
                            "case when media <> '' then coalesce(media::json ->> 'stored', '') else '' end",
                        names->organisation, names->chats, names->names)) {
        ++erased.messages;
        ids.add(row[0].as<std::int64_t>());
        if (row[1].size() > 0) provider_ids.add(row[1].c_str());
        if (row[2].size() > 0) files.add(row[2].c_str());
    }
    tx.exec_params("delete from dead_letters where id = any($1::bigint[])", ids.str());
    tx.exec_params("delete from media_downloads where message_id = any($1::bigint[])", ids.str());
    tx.exec_params("delete from delivery_reports where " + of_theirs + " and provider_id = any($2::text[])",
                   names->organisation, provider_ids.str());
    tx.exec_params(
        "delete from campaign_recipients where chat = any($2::text[]) and campaign_id in "
        "(select c.id from campaigns c where c." +
            of_theirs + ")",
        names->organisation, names->chats);
    tx.exec_params("delete from timers where " + theirs, names->organisation, names->chats, names->names);
    for (const char* table : {"conversations", "gpt_usage"})
        tx.exec_params(std::string("delete from ") + table + " where " + of_theirs +
                           " and (chat = any($2::text[]) or "
                           "person = any($3::text[]))",
                       names->organisation, names->chats, names->names);
    tx.exec_params("delete from takeovers where " + of_theirs + " and chat = any($2::text[])", names->organisation,
                   names->chats);
    tx.exec_params("delete from ai_wishes where " + of_theirs + " and person = any($2::text[])", names->organisation,
                   names->names);
    // Users belong to no organisation: who is known to another one stays.
    tx.exec_params(
        "delete from users where user_id = any($2::text[]) and not exists "
        "(select from organisations o join contact_identities i on i.organisation_id = o.id "
        "  where o.id <> $1 and i.kind in ('phone', 'user_id', 'lid') and i.value = any($2::text[]))",
        names->organisation, names->names);
    tx.exec_params("delete from opt_outs where organisation_id = $1 and person = any($2::text[])", names->organisation,
                   names->names);
    tx.exec_params("update audit_log set before = '', after = '' where target = $1 or starts_with(target, $1 || '/')",
                   "/api/v1/contacts/" + std::to_string(id));
    tx.exec_params("delete from contacts where id = $1", id);
    for (const auto& row :
         tx.exec_params("select f.name from (select distinct unnest($1::text[])) f(name) where not exists "
                        "(select from messages m where m.media <> '' and m.media::json ->> 'stored' = f.name)",
                        files.str()))
        erased.files.emplace_back(row[0].c_str());
    return erased;
}

}  // namespace parley::db
