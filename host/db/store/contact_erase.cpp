// What is taken away with a contact: all that names them in their organisation, in rooms and in what plugins store.
#include <algorithm>
#include <charconv>

#include "db/store/array_literal.hpp"
#include "db/store/contact_edits.hpp"
#include "db/store/contact_names.hpp"
#include "db/store/people.hpp"

namespace parley::db {
namespace {

struct Found {
    std::int64_t messages = 0;
    ArrayLiteral ids, provider_ids, files;
};

void refuse_while_waiting(pqxx::work& tx, const PersonNames& names) {
    const auto waiting = tx.exec_params(
        "select exists (select from outbox o join accounts a on a.id = o.account_id "
        "                where a.organisation_id = $1 and o.chat = any($2::text[])) or "
        "       exists (select from inbox i join messages m on m.id = i.id and m.created_at = i.created_at "
        "                join accounts a on a.id = m.account_id where a.organisation_id = $1 "
        "                  and (m.chat = any($2::text[]) or m.sender = any($3::text[])))",
        names.organisation, names.chats, names.names);
    if (waiting[0][0].as<bool>())
        throw ErrorException(make_error(
            Errc::conflict, "messages with this person wait to be handled or sent: try again, or drop them"));
}

// Finds a name where it stands by itself, not within a longer word or number.
std::string pattern_of(const std::vector<std::string>& telling) {
    std::string any;
    for (const auto& name : telling) {
        any += any.empty() ? "" : "|";
        for (const char c : name) {
            const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80);
            if (!plain) any += '\\';
            any += c;
        }
    }
    return "(^|[^[:alnum:]])(" + any + ")(?![[:alnum:]])";
}

// --- rooms

// Who signs in here is called "user:<id>" on the web channel.
std::optional<PersonId> person_of(const PersonNames& names) {
    constexpr std::string_view before = "user:";
    for (const auto& name : names.telling) {
        PersonId id = 0;
        const char* end = name.data() + name.size();
        if (!name.starts_with(before)) continue;
        const auto [at, error] = std::from_chars(name.data() + before.size(), end, id);
        if (error == std::errc() && at == end && id != bot_person) return id;
    }
    return std::nullopt;
}

// What they said in rooms, the rooms that nobody else is in, and their sign-in. The row stays without a name: others
// are in rooms that they made.
void erase_in_rooms(pqxx::work& tx, PersonId person, Found& found) {
    const auto role = tx.exec_params("select role from people where id = $1 for update", person);
    if (role.empty()) return;
    if (role[0][0].c_str() != std::string("user"))
        throw ErrorException(
            make_error(Errc::conflict, "this is an operator or admin of the host: give them the role user first"));
    const auto take_files = [&](const pqxx::result& rows) {
        for (const auto& row : rows)
            if (row[0].size() > 0) found.files.add(row[0].c_str());
    };
    ArrayLiteral rooms, chats;
    for (const auto& row : tx.exec_params(
             "select room_id from room_members where room_id in "
             "(select room_id from room_members where person_id = $1) group by room_id having bool_and(person_id = $1)",
             person)) {
        rooms.add(row[0].as<std::int64_t>());
        chats.add("room:" + std::string(row[0].c_str()));
    }
    take_files(
        tx.exec_params("delete from room_messages where sender_id = $1 or room_id = any($2::bigint[]) returning "
                       "picture || video || file",
                       person, rooms.str()));
    tx.exec_params("delete from rooms where id = any($1::bigint[])", rooms.str());
    for (const auto& row : tx.exec_params("delete from messages where chat = any($1::text[]) and account_id in "
                                          "(select id from accounts where channel = 'web') returning id",
                                          chats.str()))
        found.ids.add(row[0].as<std::int64_t>());
    tx.exec_params("delete from room_reads where person_id = $1", person);
    tx.exec_params("delete from room_members where person_id = $1", person);
    revoke_tokens(tx, person);
    tx.exec_params("update people set username = '(erased ' || id || ')', password = '', disabled = true where id = $1",
                   person);
    tx.exec_params("update audit_log set actor = '', remote = '' where actor_kind = 'person' and actor_id = $1",
                   person);
}

// --- messages, and what hangs on them

void erase_messages(pqxx::work& tx, const PersonNames& names, Found& found) {
    for (const auto& row :
         tx.exec_params("delete from messages where " + messages_of_theirs +
                            " returning id, coalesce(provider_id, ''), "
                            "case when media <> '' then coalesce(media::json ->> 'stored', '') else '' end",
                        names.organisation, names.chats, names.names)) {
        ++found.messages;
        found.ids.add(row[0].as<std::int64_t>());
        if (row[1].size() > 0) found.provider_ids.add(row[1].c_str());
        if (row[2].size() > 0) found.files.add(row[2].c_str());
    }
    tx.exec_params("delete from dead_letters where id = any($1::bigint[])", found.ids.str());
    for (const auto& name : names.telling)
        tx.exec_params("delete from dead_letters where kind = 'webhook' and (account_id is null or " + of_theirs +
                           ") and position(convert_to($2, 'utf8') in raw) > 0",
                       names.organisation, name);
    tx.exec_params("delete from media_downloads where message_id = any($1::bigint[])", found.ids.str());
    tx.exec_params("delete from delivery_reports where " + of_theirs + " and provider_id = any($2::text[])",
                   names.organisation, found.provider_ids.str());
}

void erase_rest(pqxx::work& tx, const PersonNames& names) {
    tx.exec_params(
        "delete from campaign_recipients where person = any($2::text[]) and campaign_id in "
        "(select c.id from campaigns c where c." +
            of_theirs + ")",
        names.organisation, names.chats);
    tx.exec_params("delete from timers where " + messages_of_theirs, names.organisation, names.chats, names.names);
    for (const char* table : {"conversations", "gpt_usage"})
        tx.exec_params(std::string("delete from ") + table + " where " + of_theirs +
                           " and (chat = any($2::text[]) or "
                           "person = any($3::text[]))",
                       names.organisation, names.chats, names.names);
    tx.exec_params("delete from takeovers where " + of_theirs + " and chat = any($2::text[])", names.organisation,
                   names.chats);
    tx.exec_params("delete from ai_wishes where " + of_theirs + " and person = any($2::text[])", names.organisation,
                   names.names);
    tx.exec_params("delete from opt_outs where organisation_id = $1 and person = any($2::text[])", names.organisation,
                   names.names);
}

// --- what belongs to no organisation

bool known_elsewhere(pqxx::work& tx, const PersonNames& names) {
    return !tx.exec_params(
                  "select from contact_identities where organisation_id <> $1 "
                  "and kind in ('phone', 'user_id', 'lid') and value = any($2::text[]) limit 1",
                  names.organisation, names.names)
                .empty();
}

// A row of a plugin's is theirs when its key names them as a part, or when it is a record with a member that is them.
// What an operator configured is the operator's.
void erase_in_plugins(pqxx::work& tx, const PersonNames& names, const std::string& pattern) {
    tx.exec_params(
        "delete from plugin_storage where key <> 'config' and (key ~ $1 or exists "
        "(select from jsonb_each_text(case when jsonb_typeof(value) = 'object' then value else '{}' end) m "
        "  where m.value = any($2::text[]) or m.value = any($3::text[])))",
        pattern, names.names, names.chats);
}

// The log goes on saying that something was done, not to whom.
void erase_in_audit(pqxx::work& tx, ContactId id, const PersonNames& names, const std::string& pattern) {
    tx.exec_params("update audit_log set before = '', after = '' where target = $1 or starts_with(target, $1 || '/')",
                   "/api/v1/contacts/" + std::to_string(id));
    tx.exec_params("update audit_log set actor = '', remote = '' where actor_kind = 'chat' and actor = any($1::text[])",
                   names.names);
    if (names.telling.empty()) return;
    tx.exec_params(
        "update audit_log set target = regexp_replace(target, $1, '\\1-', 'g'), before = '', after = '' "
        "where target ~ $1 or before ~ $1 or after ~ $1",
        pattern);
    tx.exec_params("delete from api_requests where body ~ $1", pattern);
}

}  // namespace

std::optional<ErasedContact> erase_contact(pqxx::work& tx, ContactId id) {
    const auto names = names_of(tx, id);
    if (!names) return std::nullopt;
    tx.exec("set local statement_timeout = '100s'");
    refuse_while_waiting(tx, *names);
    Found found;
    if (const auto person = person_of(*names)) erase_in_rooms(tx, *person, found);
    erase_messages(tx, *names, found);
    erase_rest(tx, *names);
    const std::string pattern = pattern_of(names->telling);
    tx.exec_params("delete from users where organisation_id = $1 and user_id = any($2::text[])", names->organisation,
                   names->names);
    if (!names->telling.empty() && !known_elsewhere(tx, *names)) erase_in_plugins(tx, *names, pattern);
    erase_in_audit(tx, id, *names, pattern);
    tx.exec_params("delete from contacts where id = $1", id);
    ErasedContact erased;
    erased.messages = found.messages;
    for (const auto& row :
         tx.exec_params("select f.name from (select distinct unnest($1::text[])) f(name) where not exists "
                        "(select from messages m where m.media <> '' and m.media::json ->> 'stored' = f.name) "
                        "and not exists (select from room_messages r where f.name in (r.picture, r.video, r.file))",
                        found.files.str()))
        erased.files.emplace_back(row[0].c_str());
    return erased;
}

}  // namespace parley::db
