// Rolling summaries: what falls out of a conversation's window is told in a few sentences, by the model itself, beside
// the turn that noticed it. A summary that fails or comes late costs memory of old turns, nothing else. [I/O thread]
#pragma once

#include <set>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "db/store/conversations.hpp"
#include "gpt/model.hpp"

namespace parley::talk {

class Summaries {
public:
    Summaries(Executor& executor, db::Pool& pool, gpt::Model& model, Logger log);

    // Tells those of the oldest `count` turns in the conversation's summary that it does not tell of yet. One at a time
    // for each conversation.
    void begin(const db::ConversationState& state, std::size_t count, gpt::Asker asker);

private:
    void write(std::int64_t conversation, std::string summary, MessageId until);

    Executor& executor_;
    db::Pool& pool_;
    gpt::Model& model_;
    Logger log_;
    std::set<std::int64_t> running_;  // conversations
};

}  // namespace parley::talk
