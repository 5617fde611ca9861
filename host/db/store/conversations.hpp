// Conversations with the language model: what was asked and answered. Every function is told whose conversation it is
// about and sees nothing of another. All run in the transaction they are given [database threads, block] and throw when
// the database is unavailable.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/effects.hpp"
#include "db/pool.hpp"

namespace parley::db {

struct PastTurn {
    MessageId id = 0;
    std::string asked, attached, answered;
    bool foreign_words = false;
    bool summarised = false;  // the summary tells of it
};

struct ConversationState {
    std::int64_t id = 0;           // 0: they have not talked yet
    std::string summary;           // of what is older than `turns`, and of some of them
    bool summary_foreign = false;  // words of others went into it
    std::vector<PastTurn> turns;   // answered ones, oldest first; those that are in the summary first of all
    std::optional<PendingCommand> pending;
};

// The last `most` turns.
ConversationState read_conversation(pqxx::work& tx, const ConversationKey& key, std::size_t most);

// Has the person written to the bot behind the last turn of that conversation and before the message `now`: a command,
// words that somebody else answered? In a group what begins with a dot is for the bot.
bool spoke_since_last_turn(pqxx::work& tx, const ConversationKey& key, std::int64_t conversation, MessageId now);

// Of all turns up to that one. Nothing when the conversation is over, or a later summary is there.
void write_summary(pqxx::work& tx, std::int64_t conversation, const std::string& summary, MessageId until);

// [journal] Prepares the statements of the two below on a new connection.
void prepare_turns(pqxx::connection_base& connection);
// The turn that answers `message` and those that joined it; its conversation is begun if need be.
void write_turn(pqxx::work& tx, MessageId message, const std::vector<MessageId>& joined, const TurnWrite& turn);
void close_conversation(pqxx::work& tx, const ConversationKey& key);

}  // namespace parley::db
