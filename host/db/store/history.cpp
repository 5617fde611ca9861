#include "db/store/history.hpp"

#include <algorithm>

#include "core/ids.hpp"
#include "db/store/page_query.hpp"

namespace parley::db {
namespace {

const std::string iso = "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"'";

std::string time_text(const std::string& column) {
    return "coalesce(to_char(" + column + " at time zone 'utc', " + iso + "), '')";
}

// "id < before and id >= since", and the partitions that those lie in.
std::string span(PageQuery& query, const std::string& row, const Page& page, UnixMillis since, UnixMillis until) {
    const std::int64_t before = until > 0 ? std::min(page.before, IdGenerator::first_of(until)) : page.before;
    std::string sql = row + ".id < " + query.value(before);
    if (since > 0) sql += " and " + row + ".id >= " + query.value(IdGenerator::first_of(since));
    return sql;
}

std::string partitions(PageQuery& query, const Page& page, UnixMillis since, UnixMillis until) {
    const std::int64_t before = until > 0 ? std::min(page.before, IdGenerator::first_of(until)) : page.before;
    std::string sql = " and m.created_at <= parley_time(" + query.value(before) + ")";
    if (since > 0) sql += " and m.created_at >= parley_time(" + query.value(IdGenerator::first_of(since)) + ")";
    return sql;
}

template <class Row, class Read>
Slice<Row> slice(const pqxx::result& rows, const Page& page, std::int64_t next, Read read) {
    Slice<Row> found;
    found.next = next;
    for (const auto& row : rows) {
        // Below `next` not every source was read: those come with the next page.
        if (found.items.size() >= page.limit || row[0].as<std::int64_t>() < next) break;
        found.items.push_back(read(row));
    }
    return found;
}

// --- messages

const std::string message_columns =
    "m.id, m.account_id, m.direction, m.type, m.kind, m.chat, m.sender, m.sender_name, m.group_id, m.body, m.media, "
    "m.payload, m.status, m.error, m.provider_id, m.refers_to, m.trace, m.sent_at, m.cause";
const std::string waiting_columns =
    "o.id, o.account_id, 1::smallint as direction, parley_outbound_type(o.kind, o.media) as type, o.kind, o.chat, "
    "'' as sender, '' as sender_name, '' as group_id, o.body, o.media, "
    "case when o.payload = '' then o.link else o.payload end as payload, 'queued' as status, '' as error, "
    "null as provider_id, o.reply_to as refers_to, o.trace, null::timestamptz as sent_at, o.cause";

// By the key of `turns`, which is the first of the messages that were answered: cheap for each row of a page.
const std::string turn =
    "coalesce((select json_strip_nulls(json_build_object('conversation', t.conversation_id::text, "
    "'messages', t.messages::text[], 'asked', t.asked, 'answer', nullif(t.answered, ''), 'model', nullif(t.model, ''), "
    "'input_tokens', t.input_tokens, 'output_tokens', t.output_tokens, 'error', nullif(t.error, '')))::text "
    "from turns t where t.id = x.id and x.direction = 0), '')";
const std::string is_pending = "exists (select from inbox i where i.id = x.id)";
const std::string answered_columns =
    "x.id, coalesce((select a.name from accounts a where a.id = x.account_id), ''), x.direction, x.type, x.kind, "
    "x.chat, "
    "x.sender, x.sender_name, x.group_id, x.body, x.media, x.payload, "
    "case when x.direction = 0 and x.status = 'received' and not " +
    is_pending +
    " then 'handled' else x.status end, "
    "x.error, coalesce(x.provider_id, ''), x.refers_to, x.trace, " +
    time_text("x.sent_at") + ", coalesce(x.cause, 0), " + turn;

// The accounts that a chat has been on; seldom more than one.
std::vector<AccountId> accounts_of(pqxx::work& tx, const std::string& chat) {
    std::vector<AccountId> accounts;
    for (const auto& row : tx.exec_params("select a.id from accounts a where exists (select from messages m where "
                                          "m.account_id = a.id and m.chat = $1)",
                                          chat))
        accounts.push_back(row[0].as<AccountId>());
    return accounts;
}

// The one index that a list goes along: that of the filter which leaves the fewest rows. The others are looked at row
// by row.
enum class Way { chat, failed, type, file, account, time };

Way way_of(const MessageFilter& filter) {
    if (!filter.chat.empty()) return Way::chat;
    if (filter.status == "failed") return Way::failed;
    if (!filter.type.empty() && filter.type != "text") return Way::type;
    if (filter.with_file) return Way::file;
    if (filter.account) return Way::account;
    return Way::time;
}

// Neighbours in time lie side by side on disk, those of an account or a chat do not: each may cost a page to be read.
Page scattered(Page page) {
    page.most_examined /= 10;
    return page;
}

void add_history(pqxx::work& tx, PageQuery& query, const MessageFilter& filter, Way way, const Page& page) {
    std::vector<AccountId> accounts;
    if (filter.account) accounts = {*filter.account};
    if (way == Way::chat && !filter.account) accounts = accounts_of(tx, filter.chat);
    if (way == Way::chat && accounts.empty()) return;  // before any value is taken: each needs its place
    const std::string where =
        span(query, "m", page, filter.since, filter.until) + partitions(query, page, filter.since, filter.until);
    const auto source = [&](const std::string& more) {
        query.source("m.id", message_columns, "messages m", where + more);
    };
    switch (way) {
        case Way::chat: {
            const std::string chat = " and m.chat = " + query.value(filter.chat);
            for (const AccountId account : accounts) source(chat + " and m.account_id = " + std::to_string(account));
            break;
        }
        case Way::failed:
            return source(" and m.status = 'failed'");
        case Way::type:
            return source(" and m.type <> 'text' and m.type = " + query.value(filter.type));
        case Way::file:
            return source(" and m.media <> ''");
        case Way::account:
            return source(" and m.account_id = " + std::to_string(accounts.front()));
        case Way::time:
            return source("");
    }
}

void add_rest(PageQuery& query, const MessageFilter& filter, Way way) {
    if (filter.account && way != Way::account) query.rest("x.account_id = " + std::to_string(*filter.account));
    if (!filter.chat.empty()) query.rest("x.chat = " + query.value(filter.chat));
    if (filter.outbound) query.rest(*filter.outbound ? "x.direction = 1" : "x.direction = 0");
    if (!filter.type.empty() && way != Way::type) query.rest("x.type = " + query.value(filter.type));
    if (filter.with_file && way != Way::file) query.rest("x.media <> ''");
    if (!filter.text.empty()) query.rest("x.body ilike " + query.value(pattern_of(filter.text)));
    if (filter.status == "received" || filter.status == "handled")
        query.rest("x.direction = 0 and x.status = 'received' and " +
                   (filter.status == "handled" ? "not " + is_pending : is_pending));
    else if (!filter.status.empty() && way != Way::failed)
        query.rest("x.status = " + query.value(filter.status));
}

MessageRow message_of(const pqxx::row& row) {
    MessageRow message;
    message.id = row[0].as<MessageId>();
    message.account = row[1].c_str();
    message.outbound = row[2].as<int>() == 1;
    int column = 3;
    for (auto* text : {&message.type, &message.kind, &message.chat, &message.sender, &message.sender_name,
                       &message.group, &message.text, &message.media, &message.payload, &message.status, &message.error,
                       &message.provider_id, &message.refers_to, &message.trace, &message.sent_at})
        *text = row[column++].c_str();
    message.cause = row[column++].as<MessageId>();
    message.turn = row[column].c_str();
    return message;
}

}  // namespace

Slice<MessageRow> list_messages(pqxx::work& tx, const MessageFilter& filter, const Page& page) {
    const Way way = way_of(filter);
    PageQuery query(way == Way::time ? page : scattered(page));
    if (filter.status != "queued") add_history(tx, query, filter, way, page);
    const bool may_wait = filter.outbound.value_or(true) && (filter.status.empty() || filter.status == "queued");
    if (may_wait) {
        std::string where = span(query, "o", page, filter.since, filter.until);
        // The outbox has no index but its key; what the history's index tells is looked at here.
        if (way == Way::type) where += " and parley_outbound_type(o.kind, o.media) = " + query.value(filter.type);
        if (way == Way::file) where += " and o.media <> ''";
        if (way == Way::account) where += " and o.account_id = " + std::to_string(*filter.account);
        if (way == Way::chat) where += " and o.chat = " + query.value(filter.chat);
        query.source("o.id", waiting_columns, "outbox o", where);
    }
    add_rest(query, filter, way);
    std::int64_t next = 0;
    const auto rows = query.run(tx, answered_columns, next);
    return slice<MessageRow>(rows, page, next, message_of);
}

namespace {

// The newest row up to this one: the list goes along the key, so it is the first that is looked at.
template <class Row>
std::optional<Row> only(Slice<Row> found, std::int64_t id) {
    if (found.items.empty() || found.items.front().id != id) return std::nullopt;
    return std::move(found.items.front());
}

Page just(std::int64_t id) {
    return {1, id == newest ? newest : id + 1, 1};
}

}  // namespace

std::optional<MessageRow> read_message(pqxx::work& tx, MessageId id) {
    return only(list_messages(tx, {}, just(id)), id);
}

// --- contacts

std::optional<ContactRow> read_contact(pqxx::work& tx, std::int64_t id) {
    return only(list_contacts(tx, {}, just(id)), id);
}

namespace {

// Asked for first, so that the planner knows how large the organisation is. None: there is none.
std::optional<int> organisation_of(pqxx::work& tx, const ContactFilter& filter) {
    const auto rows = filter.account
                          ? tx.exec_params("select organisation_id from accounts where id = $1", *filter.account)
                          : tx.exec_params("select id from organisations where name = $1", filter.organisation);
    return rows.empty() ? std::nullopt : std::optional(rows[0][0].as<int>());
}

}  // namespace

Slice<ContactRow> list_contacts(pqxx::work& tx, const ContactFilter& filter, const Page& page) {
    PageQuery query(page);
    std::string where = "c.id < " + query.value(page.before);
    if (filter.account || !filter.organisation.empty()) {
        const auto organisation = organisation_of(tx, filter);
        if (!organisation) return {};
        where += " and c.organisation_id = " + std::to_string(*organisation);
    }
    if (!filter.phone.empty())
        where +=
            " and c.id in (select i.contact_id from contact_identities i join organisations o on "
            "o.id = i.organisation_id where i.kind = 'phone' and i.value = " +
            query.value(filter.phone) + ")";
    query.source("c.id", "c.*", "contacts c", where);
    const auto moment = [&](UnixMillis time) {
        return "timestamptz 'epoch' + " + query.value(time) + " * interval '1 millisecond'";
    };
    if (!filter.text.empty()) {
        const std::string pattern = query.value(pattern_of(filter.text));
        query.rest("(x.name ilike " + pattern + " or x.phone like " + pattern + ")");
    }
    if (filter.since > 0) query.rest("x.first_seen >= " + moment(filter.since));
    if (filter.until > 0) query.rest("x.first_seen < " + moment(filter.until));
    const std::string opted_out_at = time_text(
        "(select max(o.at) from opt_outs o where o.organisation_id = x.organisation_id and o.opted_out "
        "and o.person = any(array(select i.value from contact_identities i where i.contact_id = x.id)))");
    std::int64_t next = 0;
    const auto rows =
        query.run(tx,
                  "x.id, (select o.name from organisations o where o.id = x.organisation_id), x.name, x.phone, " +
                      opted_out_at + ", " + time_text("x.first_seen") + ", " + time_text("x.last_seen") +
                      ", (select coalesce(json_agg(json_build_object('kind', i.kind, 'value', i.value) order by "
                      "i.kind, i.value), "
                      "'[]') from contact_identities i where i.contact_id = x.id)",
                  next);
    return slice<ContactRow>(rows, page, next, [](const pqxx::row& row) {
        return ContactRow{row[0].as<std::int64_t>(),
                          row[1].c_str(),
                          row[2].c_str(),
                          row[3].c_str(),
                          row[4].c_str(),
                          row[5].c_str(),
                          row[6].c_str(),
                          row[7].c_str()};
    });
}

// --- what providers told about accounts

Slice<EventRow> list_account_events(pqxx::work& tx, const EventFilter& filter, const Page& page) {
    PageQuery query(page);
    std::string where = span(query, "e", page, filter.since, filter.until);
    if (filter.account) where += " and e.account_id = " + std::to_string(*filter.account);
    query.source("e.id", "e.*", "account_events e", where);
    if (!filter.type.empty()) query.rest("x.type = " + query.value(filter.type));
    std::int64_t next = 0;
    const auto rows =
        query.run(tx,
                  "x.id, coalesce((select a.name from accounts a where a.id = x.account_id), ''), x.type, "
                  "x.payload, " +
                      time_text("x.told_at"),
                  next);
    return slice<EventRow>(rows, page, next, [](const pqxx::row& row) {
        return EventRow{row[0].as<std::int64_t>(), row[1].c_str(), row[2].c_str(), row[3].c_str(), row[4].c_str()};
    });
}

}  // namespace parley::db
