// The part of the handler that runs plugins: commands, timers, hooks from outside, and what the language model asks
// for.
#include "pipeline/abi_message.hpp"
#include "pipeline/handler.hpp"
#include "pipeline/help.hpp"
#include "pipeline/hook_run.hpp"
#include "plugins/handler_pool.hpp"
#include "plugins/serial_slot.hpp"

namespace parley::pipeline {
namespace {

// What was collected does not count: the plugin failed, or answers with its help. Who wrote stays registered.
void discard(services::HandlingState& state) {
    auto new_user = std::move(state.effects.new_user);
    static_cast<services::Collected&>(state) = services::Collected();
    state.effects.new_user = std::move(new_user);
}

}  // namespace

std::optional<Rejection> Handler::run_command(const Command& command, const Inbound& message, const std::string& text,
                                              services::HandlingState& state) {
    const bool in_group = !message.group.empty();
    const std::string prefix = settings_.admin_prefix();
    const std::string start = command_prefix(in_group, command.admin, prefix);
    if (command.name == "help") {
        const bool converses = turns_ && turns_->ready();
        answer(message, state, help_overview(runtime_.commands(), command.admin, start, converses));
        return std::nullopt;
    }
    if (command.name == "reset" && !command.admin) {
        state.effects.forget = ConversationKey{message.account, message.chat, message.sender};
        answer(message, state, "I have forgotten what we talked about here. Let us begin anew.");
        return std::nullopt;
    }
    if (command.name == "ai" && !command.admin) {
        choose_answers(command, message, state);
        return std::nullopt;
    }
    auto plugin = runtime_.find(command.name);
    const auto* info = plugin ? plugin.command(command.name) : nullptr;
    if (!info || info->admin != command.admin)
        return CommandNotFound{command.name, command_prefix(in_group, false, prefix) + "help",
                               command_prefix(in_group, true, prefix) + "help"};
    const std::string typed = start + command.name;
    if (command.arguments == "help") {
        answer(message, state, help_for(*info, typed));
        return std::nullopt;
    }
    const AbiMessage given(message, {text, command.name, command.arguments, typed, command.admin, state.from_admin});
    call_plugin(plugin, info, message, given.raw(), state, typed);
    return std::nullopt;
}

Handler::ToolResult Handler::run_tool(const Inbound& message, const Command& command, bool agreed,
                                      services::HandlingState& state) {
    state.message = &message;
    state.from_admin = false;
    auto plugin = runtime_.find(command.name);
    const auto* info = plugin ? plugin.command(command.name) : nullptr;
    if (!info || info->admin || info->internal) return {false, false, "There is no command of that name."};
    const std::string typed = command_prefix(!message.group.empty(), false, {}) + command.name;
    const std::string text = command.arguments.empty() ? typed : typed + ' ' + command.arguments;
    const AbiMessage given(message, {text, command.name, command.arguments, typed, false, false, !agreed});
    const std::size_t before = state.effects.replies.size();
    ToolResult result;
    const auto status = call_plugin(plugin, info, message, given.raw(), state, typed);
    result.done = status == PARLEY_OK;
    result.ask_first = status == PARLEY_CONFIRM;
    auto& replies = state.effects.replies;
    for (std::size_t i = result.done ? std::min(before, replies.size()) : 0; i < replies.size(); ++i) {
        if (!result.text.empty()) result.text += "\n\n";
        if (replies[i].kind != OutboundKind::text)
            result.text += "[" + std::string(to_string(replies[i].kind)) + " sent] ";
        result.text += replies[i].text;
        replies[i].no_preview = true;  // the model may have put an address there
    }
    return result;
}

void Handler::run_timer(const Inbound& message, services::HandlingState& state) {
    auto plugin = runtime_.find_plugin(message.plugin);
    if (!plugin || !plugin.hooks().timer) {
        state.effects.failure = "the timer \"" + message.timer + "\" is due, but plugin " + message.plugin +
                                " is not loaded; load it and requeue";
        return;
    }
    const AbiMessage given(message, {message.text, {}, {}, {}, false, state.from_admin});
    call_plugin(plugin, nullptr, message, given.raw(), state, "");
}

void Handler::run_hook(const Inbound& message, services::HandlingState& state) {
    auto plugin = runtime_.find_plugin(message.plugin);
    if (!plugin || !plugin.hooks().hook) {
        state.effects.failure = "something was posted to plugin " + message.plugin +
                                ", but no such plugin that takes posts is loaded; load it and requeue";
        return;
    }
    const AbiMessage given(message, {message.text, {}, {}, {}, false, false});
    call_plugin(plugin, nullptr, message, given.raw(), state, "");
}

parley_status Handler::call_plugin(plugins::Lease& plugin, const plugins::CommandInfo* command, const Inbound& message,
                                   const parley_message& given, services::HandlingState& state,
                                   const std::string& typed) {
    std::optional<plugins::SerialTurn> turn;
    if (command ? command->serial : plugin.serial()) {
        const plugins::HandlerPool::BlockingSection waiting;
        // Who gets in has half of its time at least, so that nobody is blamed for what others took.
        const auto now = std::chrono::steady_clock::now();
        turn.emplace(plugin.serial_slot(), now + (state.patience() - now) / 2);
        if (turn->how() != plugins::SerialSlot::Turn::mine)
            return turned_away(plugin, turn->how() == plugins::SerialSlot::Turn::stuck, message, state, typed);
    }
    if (state.gone) return PARLEY_GONE;  // nobody watches over it any more
    state.database_away = state.database_slow = false;
    auto call = make_call(services_, state, plugin);
    const auto& hooks = plugin.hooks();
    const auto began = std::chrono::steady_clock::now();
    const auto status = [&] {
        const plugins::InsidePlugin inside(plugin);
        const Running running(state, plugin, plugins::CallKind::handling, turn.has_value());
        const auto event = message.kind == EventKind::hook ? hooks.hook : hooks.timer;
        return outcome_of(call, [&, hook = command ? hooks.handle : event] { return hook(hooks.self, &call, &given); });
    }();
    const auto took = std::chrono::steady_clock::now() - began;
    turn.reset();
    if (state.gone) return PARLEY_GONE;  // the watchdog has recorded it
    if (status != PARLEY_OK && state.database_away) {
        discard(state);
        state.again = true;  // it is run again when the database is back; nobody is to blame
        return PARLEY_UNAVAILABLE;
    }
    const bool has_chat = message.chat.rfind(hook_chat_prefix, 0) != 0;
    const bool user_error = has_chat && (status == PARLEY_SEND_HELP || status == PARLEY_INVALID);
    const bool to_confirm = status == PARLEY_CONFIRM && (given.flags & PARLEY_MESSAGE_UNCONFIRMED) != 0;
    const bool good = status == PARLEY_OK || user_error || to_confirm;
    // A slow database would put every plugin that stores something into quarantine.
    if (good || !(state.database_slow || is_passing(status)))
        plugin.record(good ? plugins::CallOutcome::ok : plugins::CallOutcome::failed, took);
    if (status == PARLEY_OK) return status;

    discard(state);
    if (to_confirm) return status;
    if (status == PARLEY_SEND_HELP && command) {
        const std::string reason = call.reported.empty() ? "" : call.reported + "\n\n";
        answer(message, state, reason + help_for(*command, typed));
    } else if (status == PARLEY_INVALID && has_chat && !call.reported.empty()) {
        answer(message, state, call.reported);
    } else {
        const std::string why = why_not(call, status);
        log_.error("handler.failed", {{"plugin", plugin.plugin_id()}, {"trace", message.trace}, {"why", why}});
        state.effects.failure = "plugin " + plugin.plugin_id() + " failed: " + why;
        if (command) answer(message, state, "Sorry, `" + typed + "` failed. The admins can see why.");
    }
    return user_error ? status : PARLEY_FAILED;
}

// Another call is inside a serial plugin. One that never returns is the plugin's fault as if this one hung too.
parley_status Handler::turned_away(const plugins::Lease& plugin, bool stuck, const Inbound& message,
                                   services::HandlingState& state, const std::string& typed) const {
    discard(state);
    if (!stuck && message.kind != EventKind::message) {
        state.again = true;  // nobody waits for an answer: its turn comes
        return PARLEY_UNAVAILABLE;
    }
    if (stuck) plugin.record(plugins::CallOutcome::overdue, {});
    state.effects.failure =
        "plugin " + plugin.plugin_id() +
        (stuck ? " takes one message at a time, and an earlier one is still inside it, past its deadline"
               : " was busy with other messages for too long");
    log_.error("handler.turned_away",
               {{"plugin", plugin.plugin_id()}, {"trace", message.trace}, {"why", state.effects.failure}});
    if (!typed.empty())
        answer(message, state,
               stuck ? "Sorry, `" + typed + "` hangs. The admins can see why."
                     : "Sorry, `" + typed + "` is busy. Please try again later.");
    return PARLEY_TIMEOUT;
}

}  // namespace parley::pipeline
