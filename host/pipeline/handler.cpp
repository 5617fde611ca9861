#include "pipeline/handler.hpp"

#include "core/failpoint.hpp"
#include "pipeline/abi_message.hpp"
#include "pipeline/hook_run.hpp"
#include "plugins/handler_pool.hpp"

namespace parley::pipeline {
namespace {

constexpr std::size_t most_known_users = 200'000;

std::string key_of(AccountId account, const std::string& user, const std::string& group) {
    return std::to_string(account) + ' ' + user + ' ' + group;
}

// `parley chat --admin`, which only the operator of this machine can write to; and admins of this host in rooms, who
// signed in. On these channels the payload is the host's own.
bool is_operator(const Inbound& message) {
    return (message.channel == "terminal" || message.channel == "web") && message.payload == R"({"admin":true})";
}

// Whoever posts plain JSON names any sender they like: a number proves nothing there.
bool knows_senders(const Inbound& message) {
    return message.channel != "support";
}

}  // namespace

bool KnownUsers::contains(AccountId account, const std::string& user, const std::string& group) const {
    std::lock_guard lock(mutex_);
    return seen_.count(key_of(account, user, group)) != 0;
}

void KnownUsers::add(const NewUser& user) {
    std::lock_guard lock(mutex_);
    if (seen_.size() >= most_known_users) seen_.clear();
    seen_.insert(key_of(user.account, user.id, user.group));
}

void KnownUsers::clear() {
    std::lock_guard lock(mutex_);
    seen_.clear();
}

Handler::Handler(plugins::Runtime& runtime, services::Services& services, const config::Settings& settings,
                 const KnownUsers& known_users, Logger log)
    : runtime_(runtime), services_(services), settings_(settings), known_users_(known_users), log_(std::move(log)) {}

std::optional<Rejection> Handler::handle(const Inbound& message, services::HandlingState& state) {
    failpoint("before-handle");
    state.message = &message;
    state.from_admin = (settings_.is_admin(message.sender) && knows_senders(message)) || is_operator(message);
    if (message.kind == EventKind::timer) {
        run_timer(message, state);
        return std::nullopt;
    }
    if (message.kind == EventKind::hook) {
        run_hook(message, state);
        return std::nullopt;
    }
    // The order matters: who may not write is not seen by plugins, and who writes to others is not registered.
    if (auto rejection = refuse(message, state.from_admin)) {
        answer(message, state, reply_for(*rejection).value_or(""));
        return rejection;
    }
    const std::string text = preprocess(message, state);
    if (state.again || state.gone) return std::nullopt;
    const std::string prefix = settings_.admin_prefix();
    const Request request = parse_request(text, speaker_of(message, state.from_admin, prefix));
    const auto* rejection = std::get_if<Rejection>(&request);
    if (rejection && std::holds_alternative<MessageNotValid>(*rejection)) return *rejection;

    if (!known_users_.contains(message.account, message.sender, message.group))
        state.effects.new_user = NewUser{message.account, message.sender, message.group, message.sender_name};
    if (rejection) {
        answer(message, state, reply_for(*rejection).value_or(""));
        return *rejection;
    }
    if (const auto* command = std::get_if<Command>(&request)) {
        auto refused = run_command(*command, message, text, state);
        if (refused) answer(message, state, reply_for(*refused).value_or(""));
        return refused;
    }
    if (human_answers(message)) return HumanTakeover{};
    // Plain words. To a bare location or contact the bot says nothing.
    const auto& words = std::get<PlainText>(request).text;
    if (words.empty() && !message.media) return std::nullopt;
    if (turns_ && turns_->ready() && !wants_no_answers(message)) {
        state.words = words;
        return std::nullopt;
    }
    answer(message, state,
           "Hello, I am a bot. Use `" + command_prefix(!message.group.empty(), false, prefix) + "help` (or `" +
               command_prefix(!message.group.empty(), true, prefix) +
               "help` if you are an admin) to see available commands.");
    return std::nullopt;
}

std::chrono::milliseconds Handler::limit_for(const Inbound& message, std::chrono::milliseconds fallback) const {
    if (message.kind != EventKind::message) return fallback;
    const std::string prefix = settings_.admin_prefix();
    const auto request = parse_request(message.text, speaker_of(message, true, prefix));
    const auto* command = std::get_if<Command>(&request);
    if (!command) return fallback;
    const auto plugin = runtime_.find(command->name);
    const auto* info = plugin ? plugin.command(command->name) : nullptr;
    return info && info->deadline.count() > 0 ? std::min(info->deadline, std::chrono::milliseconds(3'600'000))
                                              : fallback;
}

std::optional<Rejection> Handler::refuse(const Inbound& message, bool from_admin) {
    if (message.text.empty() && !message.group.empty()) return EmptyMessageInGroup{};
    if (from_admin) return std::nullopt;
    if (settings_.is_blacklisted(message.sender)) return SenderInBlackList{};
    if (!settings_.is_whitelisted(message.sender)) return NotInWhiteList{};
    if (settings_.flag("debug")) return DebugModeOnly{};
    if (!settings_.flag("takeover_commands") && human_answers(message)) return HumanTakeover{};
    return too_many(message);
}

bool Handler::human_answers(const Inbound& message) const {
    return silence_ && silence_->human_answers(message.account, message.chat);
}

bool Handler::wants_no_answers(const Inbound& message) const {
    return silence_ && silence_->unwanted(message.account, message.sender);
}

// `/ai off` and `/ai on`. Written at once: saying it twice changes nothing.
void Handler::choose_answers(const Command& command, const Inbound& message, services::HandlingState& state) {
    const std::string typed = command_prefix(!message.group.empty(), false, {}) + "ai";
    if (!silence_ || (command.arguments != "off" && command.arguments != "on")) {
        answer(message, state,
               "I " + std::string(wants_no_answers(message) ? "do not answer" : "answer") +
                   " your plain words with a language model. Write `" + typed + " off` and I do not, `" + typed +
                   " on` and I do; commands always work.");
        return;
    }
    const bool wanted = command.arguments == "on";
    plugins::HandlerPool::BlockingSection waiting;
    try {
        silence_->want(message.account, message.sender, wanted);
    } catch (const ErrorException& failure) {
        state.again = true;  // when the database is back
        log_.warn("ai_wish.not_written", {{"trace", message.trace}, {"why", failure.error().message}});
        return;
    }
    answer(message, state,
           wanted ? "I answer your plain words with a language model again."
                  : "I answer your plain words no more; commands still work. `" + typed + " on` takes that back.");
}

// In a group only what is said to the bot counts. The terminal is the operator's own.
std::optional<Rejection> Handler::too_many(const Inbound& message) {
    if (message.channel == "terminal" || (!message.group.empty() && !message.text.starts_with('.')))
        return std::nullopt;
    const auto messages = settings_.number("rate_limit_messages");
    const auto window_s = settings_.number("rate_limit_window_seconds");
    const auto verdict = rate_limit_.look(message.sender, message.id, static_cast<std::size_t>(messages),
                                          std::chrono::seconds(window_s));
    if (verdict == guards::RateLimit::Verdict::in) return std::nullopt;
    return TooManyMessages{verdict == guards::RateLimit::Verdict::told, messages, window_s};
}

std::string Handler::preprocess(const Inbound& message, services::HandlingState& state) const {
    std::string text = message.text;
    runtime_.for_each_preprocessor([&](plugins::Lease& plugin) {
        if (state.gone) return;
        state.database_away = state.database_slow = false;
        services::Collected before = state;  // of nothing, nearly always
        auto call = make_call(services_, state, plugin);
        const AbiMessage given(message, {text, {}, {}, {}, false, state.from_admin});
        std::optional<std::string> rewritten;
        const parley_sink sink{&rewritten, [](void* user, parley_str value) {
                                   static_cast<std::optional<std::string>*>(user)->emplace(value.data, value.size);
                               }};
        const auto began = std::chrono::steady_clock::now();
        const Running running(state, plugin, plugins::CallKind::preprocess);
        const auto& hooks = plugin.hooks();
        const auto status = outcome_of(call, [&] { return hooks.preprocess(hooks.self, &call, &given.raw(), sink); });
        const auto took = std::chrono::steady_clock::now() - began;
        const bool blameless =
            is_passing(status) || (status != PARLEY_OK && (state.database_away || state.database_slow));
        if (!state.gone && !blameless)
            plugin.record(status == PARLEY_OK ? plugins::CallOutcome::ok : plugins::CallOutcome::failed, took,
                          plugins::CallKind::preprocess);
        if (status == PARLEY_OK) {
            if (rewritten) text = std::move(*rewritten);
            return;
        }
        if (!state.gone) static_cast<services::Collected&>(state) = std::move(before);
        if (state.database_away) {
            state.again = true;
        } else {
            log_.warn("preprocess.failed",
                      {{"plugin", plugin.plugin_id()}, {"trace", message.trace}, {"why", why_not(call, status)}});
        }
    });
    return text;
}

bool Handler::continues(const Inbound& message, const Inbound& next) const {
    if (next.kind != EventKind::message || next.sender != message.sender || next.group != message.group) return false;
    const std::string prefix = settings_.admin_prefix();
    const auto request = parse_request(next.text, speaker_of(next, true, prefix));
    const auto* plain = std::get_if<PlainText>(&request);
    return plain && (!plain->text.empty() || next.media);
}

void Handler::answer(const Inbound& message, services::HandlingState& state, std::string text) const {
    if (text.empty()) return;
    Outbound reply;
    reply.account = message.account;
    reply.chat = message.chat;
    reply.text = std::move(text);
    state.effects.replies.push_back(std::move(reply));
}

Speaker Handler::speaker_of(const Inbound& message, bool from_admin, const std::string& admin_prefix) const {
    return Speaker{!message.group.empty(), from_admin, admin_prefix};
}

}  // namespace parley::pipeline
