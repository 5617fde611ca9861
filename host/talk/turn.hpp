// One turn: what somebody said, the model's answer to it, and the commands it ran on the way. Owned by whatever it
// waits for; ends with one call of `done`, at its deadline at the latest. Nothing of it is written before that. [I/O
// thread]
#pragma once

#include <memory>
#include <optional>
#include <set>

#include "db/store/repositories.hpp"
#include "talk/talk.hpp"
#include "talk/tools.hpp"

namespace parley::talk {

class Turn : public std::enable_shared_from_this<Turn> {
public:
    using Done = UniqueFunction<void(pipeline::Turns::Answer)>;
    Turn(Talk& talk, pipeline::Conversation conversation, Done done);
    void begin();

private:
    // What is known of the conversation: in memory only while the turn needs it.
    struct Known {
        db::ConversationState state;
        std::vector<std::optional<db::QuotedMessage>> quoted;  // as `said`
    };

    void read();
    void was_read(Known known);
    std::string system_for(const db::ConversationState& state) const;
    std::string help() const;
    void attach(std::size_t index);
    void attached(std::size_t index, Attachment attachment);
    void show(const std::string& title, const std::string& words);
    void compose();

    // In ask.cpp
    void ask();
    void answered(gpt::Outcome<gpt::ChatAnswer> answer);
    void refused(const gpt::ModelError& error);
    void call(std::size_t index);
    void called(std::size_t index, std::string result);
    std::string ask_first(const std::string& command, const std::string& arguments);
    bool reaches_others(const Effects& effects) const;
    void run(const std::string& name, const std::string& arguments, bool agreed,
             UniqueFunction<void(ToolOutcome)> done);
    void run_confirmed(const db::ConversationState& state);

    void say(std::string text);
    void apologise(std::string text, std::string why);
    void conclude(std::string answered);
    void conclude_without_words();
    void end_well();
    void finish(bool again = false);
    bool over() const { return !done_; }
    const Inbound& last() const { return conversation_.said.back().message; }
    const Inbound& first() const { return conversation_.said.front().message; }
    gpt::Asker asker() const;
    std::string prefix() const;

    Talk& talk_;
    pipeline::Conversation conversation_;
    Done done_;
    SteadyTime deadline_;
    Executor::TimerId timer_ = 0;
    TurnWrite write_;
    std::optional<PendingCommand> wish_;  // of the model, written as pending only together with the question about it
    std::string system_;
    std::vector<db::PastTurn> past_;
    std::string question_;  // what the model is asked now
    std::vector<gpt::Image> images_;
    std::set<std::size_t> borrowed_;          // whose file is that of a message of somebody else, as `said`
    std::string problems_;                    // about files, for the sender
    std::vector<gpt::ChatMessage> exchange_;  // since the question: the model's calls and their results
    std::shared_ptr<const Offer> offer_;
    std::vector<gpt::ToolCall> calls_;
    int commands_ = 0;
    bool shrunk_ = false;
    bool foreign_ = false;  // words of others are in what the model sees: every command is asked for first
};

}  // namespace parley::talk
