// Conversations, as history tells them. [database threads, block] Functions run in the transaction they are given and
// throw when the database is unavailable.
#pragma once

#include <optional>
#include <string>

#include "db/store/history.hpp"

namespace parley::db {

struct ChatRow {
    MessageRow last;   // the latest message
    std::string name;  // of who wrote last; empty: unknown
};

struct ChatFilter {
    std::optional<AccountId> account{};
    std::string text{};  // part of the chat id or of the sender's name
};

// Chats by their latest message. A page looks at 20,000 messages at most, and may end early with nothing: `next` goes
// on from there.
Slice<ChatRow> list_chats(pqxx::work& tx, const ChatFilter& filter, const Page& page);

std::optional<ChatRow> read_chat(pqxx::work& tx, AccountId account, const std::string& chat);

}  // namespace parley::db
