// The part of a turn that talks with the model: asking, running the commands it asks for, asking again.
#include "core/ids.hpp"
#include "core/text.hpp"
#include "talk/turn.hpp"

namespace parley::talk {
namespace {

constexpr const char* away =
    "Sorry, I cannot answer right now. Please try again in a little while. Commands still work: see `";
constexpr std::size_t longest_result = 4'000;  // bytes of a command's answer that the model is shown
constexpr std::size_t most_calls = 32;         // in one answer; what is beyond never happened
constexpr std::size_t longest_confirmed = 500;
constexpr std::chrono::seconds default_limit{60};

}  // namespace

void Turn::ask() {
    gpt::ChatRequest request;
    request.asker = asker();
    request.deadline = deadline_;
    request.max_tokens = static_cast<int>(talk_.options().most_answer_tokens);
    auto& messages = request.messages;
    messages.resize(1);
    messages[0].role = gpt::Role::system;
    messages[0].text = system_;
    const auto budget = talk_.budget();
    if (!shrunk_)
        for (auto& message : window(past_, budget)) messages.push_back(std::move(message));
    gpt::ChatMessage question;
    question.text = shrunk_ ? shortened(question_, budget.tokens / 4, budget.scale) : question_;
    question.images = images_;
    messages.push_back(std::move(question));
    messages.insert(messages.end(), exchange_.begin(), exchange_.end());
    // After the last command that it may run, the model has to find words.
    if (commands_ < talk_.options().most_commands) request.tools = offer_->tools;
    talk_.parts().model.chat(std::move(request), [self = shared_from_this()](gpt::Outcome<gpt::ChatAnswer> answer) {
        if (!self->over()) self->answered(std::move(answer));
    });
}

void Turn::answered(gpt::Outcome<gpt::ChatAnswer> outcome) {
    if (!outcome) return refused(outcome.error());
    auto& answer = *outcome;
    write_.model = clean(answer.model);
    write_.input_tokens += answer.usage.input_tokens;
    write_.output_tokens += answer.usage.output_tokens;
    if (answer.tool_calls.empty() || commands_ >= talk_.options().most_commands) {
        if (text::trim(answer.text).empty())
            return wish_ || !conversation_.collected.effects.replies.empty()
                       ? conclude_without_words()
                       : apologise(away + prefix() + "help`.", "the model's answer was empty");
        return conclude(answer.truncated ? answer.text + " …" : std::move(answer.text));
    }
    if (answer.tool_calls.size() > most_calls) answer.tool_calls.resize(most_calls);
    gpt::ChatMessage said;
    said.role = gpt::Role::assistant;
    said.text = std::move(answer.text);
    said.tool_calls = answer.tool_calls;
    exchange_.push_back(std::move(said));
    calls_ = std::move(answer.tool_calls);
    call(0);
}

void Turn::refused(const gpt::ModelError& error) {
    write_.input_tokens += error.usage.input_tokens;
    write_.output_tokens += error.usage.output_tokens;
    if (error.fault == gpt::Fault::too_long && !shrunk_) {
        shrunk_ = true;
        return ask();
    }
    if (error.fault == gpt::Fault::too_long)
        return apologise("Sorry, that is more than I can read at once.", error.message);
    if (error.fault == gpt::Fault::refused) return apologise("Sorry, I cannot answer that.", error.message);
    // It says whose share is used up and when that begins afresh.
    if (error.fault == gpt::Fault::budget) return apologise(error.message, error.message);
    apologise(away + prefix() + "help`.", error.message);
}

// Every call gets its result before the model is asked again.
void Turn::call(std::size_t index) {
    if (index == calls_.size()) return ask();
    const auto& wish = calls_[index];
    if (commands_ >= talk_.options().most_commands)
        return called(index, "Not run: no more commands in this turn. Answer with words.");
    ++commands_;
    const auto* command = offer_->find(wish.name);
    if (!command) return called(index, "Not run: there is no command of that name.");
    const auto arguments = arguments_from(*command, wish.arguments);
    if (!arguments) return called(index, "Not run. " + arguments.error().message);
    // What its author says so of, and, while words of others are in play, everything.
    if (command->confirm || foreign_) return called(index, ask_first(command->name, *arguments));
    run(command->name, *arguments, false,
        [self = shared_from_this(), index, name = command->name, text = *arguments](ToolOutcome outcome) {
            if (self->over()) return;
            if (outcome.again) return self->finish(true);
            // Its plugin says so, or it wrote to others after all: what it did is dropped until the person has agreed.
            if (outcome.ask_first || (outcome.done && self->reaches_others(outcome.collected.effects)))
                return self->called(index, self->ask_first(name, text));
            if (outcome.done) self->conversation_.collected = std::move(outcome.collected);
            // In a group a command may show what others have said.
            self->foreign_ = self->foreign_ || !self->last().group.empty();
            std::string result = outcome.done ? "Run. They got this answer: " : "It failed: ";
            self->called(index, result + (outcome.text.empty() ? "(nothing)" : outcome.text));
        });
}

void Turn::called(std::size_t index, std::string result) {
    gpt::ChatMessage told;
    told.role = gpt::Role::tool;
    told.tool_call_id = calls_[index].id;
    told.text = std::string(text::truncate_utf8(clean(std::move(result)), longest_result));
    exchange_.push_back(std::move(told));
    // Not from inside: a model with a hundred calls must not make a hundred frames.
    talk_.parts().executor.post([self = shared_from_this(), next = index + 1] {
        if (!self->over()) self->call(next);
    });
}

bool Turn::reaches_others(const Effects& effects) const {
    return std::any_of(effects.replies.begin(), effects.replies.end(), [this](const Outbound& reply) {
        return reply.chat != last().chat || reply.account != last().account;
    });
}

// The person has to agree to it. What the model is told about that.
std::string Turn::ask_first(const std::string& command, const std::string& arguments) {
    if (wish_) return "Not run: another command waits for their yes already.";
    // What could look like something else, or like the host's words around it.
    if (arguments.size() > longest_confirmed || arguments.find('`') != std::string::npos ||
        !text::shows_what_it_is(arguments))
        return "Not run: they must agree to it first, and that cannot be shown to them in one line. Tell them to type "
               "it.";
    wish_ = PendingCommand{
        command, arguments,
        unix_now() + std::chrono::duration_cast<std::chrono::milliseconds>(talk_.options().confirm_within).count()};
    return "Not run yet: they are asked to reply yes, in a message that the host adds to your answer. Do not ask "
           "yourself.";
}

void Turn::run(const std::string& name, const std::string& arguments, bool agreed,
               UniqueFunction<void(ToolOutcome)> done) {
    const auto offer = talk_.offer();
    const auto* command = offer->find(name);
    std::chrono::milliseconds limit = default_limit;
    if (command && command->deadline.count() > 0) limit = command->deadline;
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - std::chrono::steady_clock::now());
    limit = std::max(std::chrono::milliseconds(1), std::min(limit, left));
    talk_.commands().add();
    talk_.parts().log.info("turn.command", {{"trace", last().trace}, {"command", name}});
    talk_.tools().run(last(), pipeline::Command{name, arguments, false}, agreed, conversation_.collected, limit,
                      std::move(done));
}

// The person said yes: what was shown to them runs, and nothing else. The model is not asked.
void Turn::run_confirmed(const db::ConversationState& state) {
    const auto pending = *state.pending;
    write_.asked = conversation_.said.front().words;
    run(pending.command, pending.arguments, true, [self = shared_from_this()](ToolOutcome outcome) {
        if (self->over()) return;
        if (outcome.again) return self->finish(true);
        if (outcome.done) {
            self->conversation_.collected = std::move(outcome.collected);
            self->write_.answered = outcome.text.empty() ? "Done." : clean(std::move(outcome.text));
            if (self->conversation_.collected.effects.replies.empty()) self->say("Done.");
            self->foreign_ = true;  // nobody knows whose words it answered with
            return self->finish();
        }
        self->apologise(outcome.text.empty() ? "Sorry, that failed." : outcome.text, "a confirmed command failed");
    });
}

}  // namespace parley::talk
