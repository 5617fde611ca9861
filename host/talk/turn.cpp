#include "talk/turn.hpp"

#include "core/ids.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "gpt/tokens.hpp"
#include "pipeline/help.hpp"
#include "talk/marks.hpp"

namespace parley::talk {
namespace {

constexpr std::size_t longest_kept = 32'000;       // bytes of what was asked, and of what was answered
constexpr std::int64_t most_of_a_quotation = 500;  // tokens
constexpr std::int64_t most_remembered = 2'000;    // tokens of a document that later turns see

// Words of whoever, passed on. Cloud API and Twilio say so in the context ("forwarded", "frequently_forwarded"),
// gateways at the message itself.
bool is_forwarded(const Inbound& message) {
    if (message.payload.find("forwarded") == std::string::npos) return false;
    const auto payload = parse_json(message.payload);
    if (!payload) return false;
    JsonProblem problem;
    const JsonReader read(*payload, problem);
    const auto context = read["context"];
    return read["forwarded"].bool_or(false) || context["forwarded"].bool_or(false) ||
           context["frequently_forwarded"].bool_or(false);
}

}  // namespace

Turn::Turn(Talk& talk, pipeline::Conversation conversation, Done done)
    : talk_(talk),
      conversation_(std::move(conversation)),
      done_(std::move(done)),
      deadline_(std::chrono::steady_clock::now() + talk.options().turn_limit) {
    write_.conversation = ConversationKey{first().account, first().chat, first().sender};
}

void Turn::begin() {
    const auto& parts = talk_.parts();
    // The model and the others have the same deadline and answer by then; this is for one that does not.
    // It holds the turn: one that nobody else holds any more was lost on the way, and its chat waits.
    timer_ = parts.executor.after(talk_.options().turn_limit + std::chrono::seconds(2), [self = shared_from_this()] {
        self->timer_ = 0;
        if (!self->over())
            self->apologise("Sorry, that took too long. Please try again.", "the turn did not end in time");
    });
    if (parts.show_typing) parts.show_typing(last().account, last().chat, last().provider_id, true);
    read();
}

void Turn::read() {
    auto known = std::make_shared<Known>();
    std::vector<std::string> quotes;
    for (const auto& utterance : conversation_.said) quotes.push_back(utterance.message.reply_to);
    const auto& parts = talk_.parts();
    parts.pool.run_async(
        parts.executor,
        // More than are shown: while summaries fail, older turns wait for one.
        [known, quotes, key = write_.conversation, now = first().id, most = talk_.budget().turns * 2](pqxx::work& tx) {
            known->state = db::read_conversation(tx, key, most);
            if (known->state.pending && db::spoke_since_last_turn(tx, key, known->state.id, now))
                known->state.pending.reset();
            known->quoted.clear();
            for (const auto& quote : quotes)
                known->quoted.push_back(quote.empty() ? std::nullopt
                                                      : db::read_quoted(tx, key.account, key.chat, quote));
        },
        [self = shared_from_this(), known](const Result<void>& read) {
            if (self->over()) return;
            if (!read) {
                // It is read again when the database is back. What it will not tell ever must not hold up the chat.
                const Errc code = read.error().code;
                if (code != Errc::unavailable && code != Errc::overloaded)
                    return self->apologise("Sorry, I cannot answer right now. Please try again.", read.error().message);
                self->talk_.parts().log.warn("turn.not_read", {{"why", read.error().message}});
                return self->finish(true);
            }
            self->was_read(std::move(*known));
        },
        db::Rerun::safe);
}

void Turn::was_read(Known known) {
    if (conversation_.said.size() == 1 && says_yes(conversation_.said.front().words) && known.state.pending &&
        known.state.pending->until > unix_now())
        return run_confirmed(known.state);
    const auto budget = talk_.budget();
    talk_.summaries().begin(known.state, to_summarise(known.state.turns, budget), asker());
    offer_ = talk_.offer();
    foreign_ = foreign_ || known.state.summary_foreign;
    system_ = system_for(known.state);
    past_ = std::move(known.state.turns);
    if (past_.size() > budget.turns)
        past_.erase(past_.begin(), past_.end() - static_cast<std::ptrdiff_t>(budget.turns));
    for (std::size_t i = 0; i < conversation_.said.size(); ++i) {
        auto& words = conversation_.said[i].words;
        write_.asked += (write_.asked.empty() || words.empty() ? "" : "\n") + words;
        foreign_ = foreign_ || is_forwarded(conversation_.said[i].message);
        const auto& quoted = known.quoted[i];
        if (!quoted) continue;
        const bool of_another = !quoted->ours && quoted->sender != last().sender;
        // What the bot said may be what somebody else made it say.
        foreign_ = foreign_ || of_another || quoted->ours;
        // "What is this?" in reply to a picture is about that picture.
        auto& own = conversation_.said[i].message.media;
        if (!own && quoted->media && !quoted->media->stored.empty()) {
            own = quoted->media;
            // The bot's own recordings are no words of theirs either.
            if (of_another || quoted->ours) borrowed_.insert(i);
        }
        if (quoted->text.empty()) continue;
        const std::string_view title = quoted->ours ? "they reply to your words"
                                       : of_another ? "they reply to words of somebody else"
                                                    : "they reply to their own words";
        question_ += fenced(title, shortened(quoted->text, most_of_a_quotation)) + "\n";
    }
    attach(0);
}

std::string Turn::system_for(const db::ConversationState& state) const {
    const auto& parts = talk_.parts();
    Setting setting;
    setting.system_prompt = parts.settings.get("system_prompt");
    setting.name = clean(last().sender_name);
    setting.in_group = !last().group.empty();
    setting.zone = parts.zones.zone_of(last().sender);
    if (const auto now = services::local_time(setting.zone, unix_now())) setting.now = *now;
    setting.help = help();
    setting.summary = state.summary;
    return system_text(setting);
}

// In full, where that leaves the model room for the rest.
std::string Turn::help() const {
    auto all = pipeline::help_in_full(offer_->commands, prefix());
    const int context = talk_.parts().model.context_tokens();
    if (context == 0 || talk_.parts().model.token_scale().estimate(all) <= context / 4) return all;
    return pipeline::help_overview(offer_->commands, false, prefix(), true);
}

// One file after another: seldom more than one.
void Turn::attach(std::size_t index) {
    while (index < conversation_.said.size() && !conversation_.said[index].message.media) ++index;
    if (index == conversation_.said.size()) return compose();
    talk_.parts().attachments.read(
        conversation_.said[index].message, asker(), deadline_ - talk_.options().turn_limit / 3,
        [self = shared_from_this(), index](Attachment attachment) { self->attached(index, std::move(attachment)); });
}

void Turn::attached(std::size_t index, Attachment attachment) {
    if (over()) return;
    write_.input_tokens += attachment.usage.input_tokens;
    write_.output_tokens += attachment.usage.output_tokens;
    const auto remember = [this](const std::string& text) {
        write_.asked += (write_.asked.empty() ? "" : "\n") + text;
    };
    remember(attachment.note + (attachment.problem.empty() ? "" : " (could not be opened)"));
    if (!attachment.problem.empty()) problems_ += (problems_.empty() ? "" : "\n") + attachment.problem;
    const bool own_words = borrowed_.count(index) == 0;
    if (!attachment.said.empty() && own_words) remember(attachment.said);
    if (!attachment.said.empty() && !own_words) show(attachment.note, attachment.said);
    if (!attachment.text.empty()) show(attachment.note, attachment.text);
    if (!attachment.images.empty()) foreign_ = true;
    for (auto& image : attachment.images) images_.push_back(std::move(image));
    attach(index + 1);
}

// Words of others: now, and to later turns.
void Turn::show(const std::string& title, const std::string& words) {
    const auto budget = talk_.budget();
    question_ += fenced(title, shortened(words, budget.tokens, budget.scale)) + "\n";
    write_.attached += fenced(title, shortened(words, std::min(most_remembered, budget.tokens / 3), budget.scale));
    foreign_ = true;
}

void Turn::compose() {
    bool spoken = !images_.empty() || !write_.attached.empty();
    for (const auto& utterance : conversation_.said) spoken = spoken || !utterance.words.empty();
    // A voice note's words stand in `asked` behind its note.
    spoken = spoken || problems_.empty();
    if (!spoken) {
        write_.error = problems_;
        say(std::exchange(problems_, {}));
        return finish();
    }
    const auto budget = talk_.budget();
    std::string asked = shortened(write_.asked, budget.tokens, budget.scale);
    if (!last().group.empty() && !last().sender_name.empty()) asked = clean(last().sender_name) + ": " + asked;
    question_ += asked;
    if (conversation_.said.size() == 1 && conversation_.said.front().words.empty() && !write_.attached.empty())
        question_ += "\n(Summarise the document.)";
    // What was foreign in the window is so still.
    for (const auto& turn : past_) foreign_ = foreign_ || turn.foreign_words;
    ask();
}

void Turn::say(std::string text) {
    if (text::trim(text).empty()) return;
    Outbound reply;
    reply.account = last().account;
    reply.chat = last().chat;
    reply.text = std::move(text);
    reply.no_preview = true;
    conversation_.collected.effects.replies.push_back(std::move(reply));
}

// Never silence: whatever went wrong, the person hears something.
void Turn::apologise(std::string text, std::string why) {
    if (over()) return;
    talk_.parts().log.warn("turn.failed", {{"trace", last().trace}, {"why", why}});
    talk_.failed().add();
    write_.error = clean(std::string(text::truncate_utf8(why, 1'000)));
    if (!problems_.empty()) say(std::exchange(problems_, {}));
    say(std::move(text));
    finish();
}

void Turn::conclude(std::string answered) {
    write_.answered = std::string(text::truncate_utf8(clean(std::move(answered)), longest_kept));
    if (!problems_.empty()) say(std::exchange(problems_, {}));
    say(std::string(text::truncate_utf8(to_whatsapp_marks(write_.answered), longest_kept)));
    end_well();
}

// The commands that it ran have answered, or a question is open.
void Turn::conclude_without_words() {
    write_.answered = wish_ ? "Shall I?" : "Done.";
    end_well();
}

void Turn::end_well() {
    // Nothing waits for a yes but what stands in a question.
    if (wish_) {
        const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(talk_.options().confirm_within).count();
        say("Reply *" + std::string(last().group.empty() ? "" : ".") + "yes* within " + std::to_string(minutes) +
            " minutes to run `" + prefix() + wish_->command + (wish_->arguments.empty() ? "" : " " + wish_->arguments) +
            "`");
        write_.pending = std::exchange(wish_, std::nullopt);
    }
    talk_.turns().add();
    finish();
}

void Turn::finish(bool again) {
    if (over()) return;
    const auto& parts = talk_.parts();
    parts.executor.cancel(std::exchange(timer_, 0));
    pipeline::Turns::Answer answer;
    answer.again = again;
    answer.effects = std::move(conversation_.collected.effects);
    write_.foreign_words = foreign_;
    write_.asked = std::string(text::truncate_utf8(clean(std::move(write_.asked)), longest_kept));
    answer.effects.turn = std::move(write_);
    auto done = std::exchange(done_, {});
    parts.executor.post([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
}

gpt::Asker Turn::asker() const {
    gpt::Asker asker;
    asker.kind = gpt::Asker::Kind::conversation;
    asker.account = first().account;
    asker.chat = first().chat;
    asker.user = first().sender;
    asker.message = first().id;
    return asker;
}

std::string Turn::prefix() const {
    return pipeline::command_prefix(!last().group.empty(), false, {});
}

}  // namespace parley::talk
