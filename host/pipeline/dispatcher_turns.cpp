// Plain words on their way to an answer. Whoever writes three short messages in a row gets one answer to all of them:
// the answer waits for a moment of quiet, and what came meanwhile joins. They are answered while the first of them
// holds the chat's lane, so a chat has one answer at a time, and are settled in one transaction.
#include "pipeline/handling.hpp"

namespace parley::pipeline {
namespace {

constexpr std::size_t most_joined = 20;

}  // namespace

void Dispatcher::converse(std::shared_ptr<Handling> first) {
    ++running_;
    auto gathering = std::make_shared<Gathering>();
    auto& conversation = gathering->conversation;
    conversation.collected = std::move(static_cast<services::Collected&>(first->state));
    conversation.said.push_back({first->message, std::move(*first->state.words)});
    gathering->first = std::move(first);
    gathering->pause = turns_->pause(conversation.said.front());
    gathering->began = unix_now();
    gather(gathering);
}

void Dispatcher::gather(const std::shared_ptr<Gathering>& gathering) {
    const auto& said = gathering->conversation.said;
    if (paused_ || gathering->pause.longest.count() <= 0 || said.size() >= most_joined) return ask(gathering);
    if (const Inbound* next = queue_.next_after(gathering->last())) {
        if (!handler_.continues(said.front().message, *next)) return ask(gathering);
        // It goes the way of every message first: plugins see it, and it may turn out to be something else.
        auto handling = std::make_shared<Handling>();
        handling->message = *next;
        handling->gathering = gathering;
        static_cast<services::Collected&>(handling->state) = gathering->conversation.collected;
        return submit(std::move(handling));
    }
    const UnixMillis quiet = IdGenerator::time_of(gathering->last()) + gathering->pause.quiet.count();
    const UnixMillis wait = std::min(quiet, gathering->began + gathering->pause.longest.count()) - unix_now();
    if (wait <= 0) return ask(gathering);
    executor_.after(std::chrono::milliseconds(wait), [this, gathering] { gather(gathering); });
}

void Dispatcher::heard(const std::shared_ptr<Handling>& next) {
    const auto gathering = std::move(next->gathering);
    if (!next->state.words || next->state.again) return ask(gathering);  // not plain words after all: its turn comes
    auto& conversation = gathering->conversation;
    conversation.collected = std::move(static_cast<services::Collected&>(next->state));
    conversation.said.push_back({std::move(next->message), std::move(*next->state.words)});
    gather(gathering);
}

void Dispatcher::ask(const std::shared_ptr<Gathering>& gathering) {
    std::vector<MessageId> joined;
    for (const auto& utterance : gathering->conversation.said)
        if (utterance.message.id != gathering->first->message.id) joined.push_back(utterance.message.id);
    auto conversation = std::move(gathering->conversation);
    turns_->answer(std::move(conversation),
                   [this, first = gathering->first, joined = std::move(joined)](Turns::Answer answer) mutable {
                       --running_;
                       if (answer.again) {
                           executor_.after(rerun_pause, [this, first] { run_again(first, first->reruns); });
                           return;
                       }
                       // A human was faster: two answers are one too many. What goes to other chats still goes.
                       if (handler_.human_answers(first->message)) {
                           std::erase_if(answer.effects.replies, [&first](const Outbound& reply) {
                               return reply.account == first->message.account && reply.chat == first->message.chat;
                           });
                           // The question was among them: a yes is for the human now.
                           if (answer.effects.turn) answer.effects.turn->pending.reset();
                       }
                       answer.effects.joined = std::move(joined);
                       settle(std::move(first), std::move(answer.effects));
                   });
}

}  // namespace parley::pipeline
