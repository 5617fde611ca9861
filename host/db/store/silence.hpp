// Chats in which a human answers, and people who want no answers of a language model. [database threads, block]
// Functions run in the transaction they are given and throw when the database is unavailable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct Takeover {
    AccountId account = 0;
    std::string account_name;  // read only
    std::string chat;
    std::string by;          // "phone", "cli", a user's name
    UnixMillis at = 0;       // since when; read only
    UnixMillis ends = 0;     // 0: when somebody gives it back
    UnixMillis changed = 0;  // read only
};

// Taken over, or for longer: one without an end, or with a later one, stays as it is. False: it does.
bool write_takeover(pqxx::work& tx, const Takeover& takeover);
// Given back. False: nobody had taken it.
bool end_takeover(pqxx::work& tx, AccountId account, const std::string& chat);
// Those that hold, newest first.
std::vector<Takeover> list_takeovers(pqxx::work& tx, std::size_t limit);
// What changed since then, ended ones too; all that hold for 0.
std::vector<Takeover> read_changed_takeovers(pqxx::work& tx, UnixMillis since);
void forget_ended_takeovers(pqxx::work& tx);

// What a person said about answers of the language model.
struct AiWish {
    AccountId account = 0;
    std::string person;  // users.user_id
    bool wanted = true;
};
void write_ai_wish(pqxx::work& tx, const AiWish& wish);
// What changed since then; all for 0.
std::vector<AiWish> read_changed_ai_wishes(pqxx::work& tx, UnixMillis since);

// What was sent with the account's number, and is perhaps not ours.
struct SentElsewhere {
    AccountId account = 0;
    std::string chat, provider_id, text;
};
// Which of them nobody here sent: not recorded under that id, nothing on its way in that chat, no message of ours of
// the last quarter of an hour there that has these words, whole or as a part of some length. True for those of the same
// place.
std::vector<bool> find_foreign(pqxx::work& tx, const std::vector<SentElsewhere>& sent);

}  // namespace parley::db
