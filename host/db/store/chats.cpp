#include "db/store/chats.hpp"

#include <pqxx/pqxx>

#include "db/store/page_query.hpp"

namespace parley::db {
namespace {

constexpr int examined = 20'000;

std::string name_of(pqxx::work& tx, AccountId account, const std::string& chat) {
    const auto rows = tx.exec_params(
        "select sender_name from (select sender_name from messages where account_id = $1 and chat = $2 "
        "                           order by id desc limit 20) m where sender_name <> '' limit 1",
        account, chat);
    return rows.empty() ? std::string() : rows[0][0].c_str();
}

// The last message that the page looked at; 0: there are no more.
std::int64_t examined_down_to(pqxx::work& tx, const ChatFilter& filter, const Page& page) {
    return tx
        .exec_params(
            "select coalesce(max(id), 0) from (select id from messages where id < $1 "
            "   and created_at <= parley_time($1) and ($2 = 0 or account_id = $2) "
            "   order by id desc offset $3 limit 1) m",
            page.before, filter.account.value_or(0), examined - 1)[0][0]
        .as<std::int64_t>();
}

}  // namespace

// A chat whose latest message stood on an earlier page is not told again.
Slice<ChatRow> list_chats(pqxx::work& tx, const ChatFilter& filter, const Page& page) {
    const auto rows = tx.exec_params(
        "with recent as materialized (select id, account_id, chat, sender_name from messages "
        "   where id < $1 and created_at <= parley_time($1) and ($2 = 0 or account_id = $2) "
        "   order by id desc limit $3) "
        "select l.id, l.name "
        "  from (select account_id, chat, max(id) as id, bool_or(chat ilike $5 or sender_name ilike $5) as wanted, "
        "               coalesce((array_agg(sender_name order by id desc) filter (where sender_name <> ''))[1], '') as "
        "name "
        "          from recent group by account_id, chat) l "
        " where l.wanted and not exists (select from messages m where m.account_id = l.account_id and m.chat = l.chat "
        "                                  and m.id >= $1 and m.created_at >= parley_time($1)) "
        " order by l.id desc limit $4",
        page.before, filter.account.value_or(0), examined, page.limit + 1, pattern_of(filter.text));
    Slice<ChatRow> found;
    for (const auto& row : rows) {
        if (found.items.size() == page.limit) {
            found.next = found.items.back().last.id;
            return found;
        }
        if (auto last = read_message(tx, row[0].as<MessageId>()))
            found.items.push_back({std::move(*last), row[1].c_str()});
    }
    found.next = examined_down_to(tx, filter, page);
    return found;
}

std::optional<ChatRow> read_chat(pqxx::work& tx, AccountId account, const std::string& chat) {
    MessageFilter filter;
    filter.account = account;
    filter.chat = chat;
    auto latest = list_messages(tx, filter, {1, newest, 1});
    if (latest.items.empty()) return std::nullopt;
    return ChatRow{std::move(latest.items.front()), name_of(tx, account, chat)};
}

}  // namespace parley::db
