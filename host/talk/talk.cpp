#include "talk/talk.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "talk/turn.hpp"

namespace parley::talk {
bool says_yes(std::string_view words) {
    words = text::trim(words);
    while (!words.empty() && (words.front() == '*' || words.front() == '_')) words.remove_prefix(1);
    while (!words.empty() && (words.back() == '*' || words.back() == '_' || words.back() == '.' || words.back() == '!'))
        words.remove_suffix(1);
    return text::equal_ignoring_case(words, "yes");
}

Talk::Talk(TalkOptions options, Parts parts)
    : options_(options),
      parts_(std::move(parts)),
      summaries_(parts_.executor, parts_.pool, parts_.model, parts_.log),
      tools_(parts_.executor, parts_.handlers, parts_.handler),
      turns_(parts_.metrics.counter("parley_turns_total", "Answers of the language model to plain words")),
      failed_(parts_.metrics.counter("parley_turns_failed_total", "Plain words that got an apology instead")),
      commands_(parts_.metrics.counter("parley_turn_commands_total", "Commands run because the model asked for them")) {
}

// A yes is not put together with what follows: it must stand alone to count.
Talk::Pause Talk::pause(const pipeline::Utterance& first) const {
    if (says_yes(first.words)) return {std::chrono::milliseconds(0), std::chrono::milliseconds(0)};
    Pause pause;
    pause.quiet = std::chrono::milliseconds(parts_.settings.number("conversation_quiet_ms"));
    pause.longest = std::chrono::milliseconds(parts_.settings.number("conversation_longest_wait_ms"));
    return pause;
}

Budget Talk::budget() const {
    // The setting counts messages, a turn has two.
    const auto messages = parts_.settings.number("max_conversation_history");
    auto tokens = parts_.settings.number("conversation_tokens");
    // Window and question may be as large as this each; commands, help and the answer need room as well.
    if (const int context = parts_.model.context_tokens(); context > 0)
        tokens = std::min<std::int64_t>(tokens, std::max(500, context / 4));
    return {static_cast<std::size_t>(messages / 2), tokens, parts_.model.token_scale()};
}

// Made anew once a second at most: plugins come and go seldom, turns begin often.
std::shared_ptr<const Offer> Talk::offer() {
    const auto now = std::chrono::steady_clock::now();
    if (!offer_ || now - offered_at_ > std::chrono::seconds(1)) {
        offer_ = std::make_shared<const Offer>(parts_.runtime.commands());
        offered_at_ = now;
    }
    return offer_;
}

void Talk::answer(pipeline::Conversation conversation, UniqueFunction<void(Answer)> done) {
    std::make_shared<Turn>(*this, std::move(conversation), std::move(done))->begin();
}

}  // namespace parley::talk
