// A host in memory, to test a plugin without a server:
//
//     parley::testing::FakeHost host(parley_plugin_entry);
//     host.world().settings["greeting"] = "Salam";
//     REQUIRE(host.send("/hello").reply() == "Salam!");
//
// Made from a PluginFile it grants exactly what the plugin declares, as the real host does; made from an entry,
// everything. It keeps the host's promise that what a hook does becomes visible only if the hook ends well. One thread;
// hooks run in send().
#pragma once

#include <algorithm>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "command_line.hpp"
#include "fake_services.hpp"
#include "help_text.hpp"
#include "parley/abi/entry.h"
#include "plugin_file.hpp"
#include "records.hpp"
#include "world.hpp"

namespace parley::testing {

class FakeHost {
public:
    explicit FakeHost(parley_entry_function entry) : FakeHost(entry, all_capabilities()) {}

    FakeHost(parley_entry_function entry, std::set<std::string> granted) : descriptor_(entry()) {
        if (descriptor_->magic != PARLEY_ABI_MAGIC) throw std::runtime_error("this is not a plugin");
        if (descriptor_->abi_major != PARLEY_ABI_MAJOR) {
            throw std::runtime_error("built for ABI " + std::to_string(descriptor_->abi_major) + ", this is " +
                                     std::to_string(PARLEY_ABI_MAJOR) + ": build it again with this SDK");
        }
        world_.granted = std::move(granted);
        create();
    }

    explicit FakeHost(const PluginFile& file)
        : FakeHost(file.entry(), {file.manifest().capabilities.begin(), file.manifest().capabilities.end()}) {
        const auto& manifest = file.manifest();
        std::vector<std::string> names;
        for (const auto* command : commands()) names.push_back(detail::copy(command->name));
        if (manifest.id != detail::view(descriptor_->id) || manifest.version != detail::view(descriptor_->version)) {
            throw std::runtime_error("the manifest and the descriptor disagree about id or version");
        }
        if (manifest.commands != names) throw std::runtime_error("the manifest names other commands than the plugin");
    }

    FakeHost(const FakeHost&) = delete;
    FakeHost& operator=(const FakeHost&) = delete;
    ~FakeHost() { end(); }

    static std::set<std::string> all_capabilities() {
        return {"messaging", "media",    "storage",        "timers", "http",
                "gpt",       "settings", "settings.write", "users",  "plugins"};
    }

    // Settings, storage, users, time, ...: to set the scene and to look at what came of it.
    World& world() { return world_; }
    // The hooks as the plugin filled them in.
    const parley_plugin& hooks() const { return plugin_; }

    // Done by the first send() if not before.
    Outcome start() {
        started_ = true;
        return run({},
                   [&](Call& call) { return plugin_.start ? plugin_.start(plugin_.self, call.handle()) : PARLEY_OK; });
    }

    Outcome migrate(std::string_view from_version) {
        return run({}, [&](Call& call) {
            return plugin_.migrate ? plugin_.migrate(plugin_.self, call.handle(), detail::str(from_version))
                                   : PARLEY_OK;
        });
    }

    // Stops and destroys the instance and makes a new one: the world stays.
    void restart() {
        end();
        create();
    }

    // A template, so that send({.text = ...}) can only mean the other one.
    template <class Text>
    requires std::is_convertible_v<Text, std::string> Outcome send(const Text& text) {
        Incoming message;
        message.text = text;
        return send(std::move(message));
    }

    // The way of a message through the host: preprocess, find the command, handle, generated help. What preprocess()
    // did is committed with what the command does, or dropped with it.
    Outcome send(Incoming message) {
        ensure_started();
        if (message.id.empty()) message.id = "message-" + std::to_string(++messages_);
        Call call = preprocess(std::move(message));

        const CommandLine line = command_line(call.message, world_);
        const auto* command = find(line.name);
        const bool admin_only = command != nullptr && (command->flags & PARLEY_COMMAND_ADMIN) != 0;
        if (command == nullptr || admin_only != line.admin) return finish(call, PARLEY_OK);
        const bool asks_for_help = line.arguments == "help";
        auto outcome = finish(call, asks_for_help ? PARLEY_OK : handle(call, line));
        outcome.command = line.name;
        if (asks_for_help || outcome.status == PARLEY_SEND_HELP) {
            const std::string reason = outcome.report.empty() ? "" : outcome.report + "\n\n";
            answer(outcome, call, reason + help_text(*command, line.usage_prefix));
        }
        if (outcome.status == PARLEY_INVALID) answer(outcome, call, outcome.report);
        return outcome;
    }

    // What the host does with a post that proved to come from who may.
    Outcome post(const Posted& posted) {
        ensure_started();
        if (plugin_.hook == nullptr) throw std::logic_error("this plugin takes no posts");
        Incoming origin;
        origin.sender.clear();
        origin.sender_name.clear();
        origin.chat = "hook:" + detail::copy(descriptor_->id);
        origin.id = "hook-" + std::to_string(++messages_);
        origin.text = posted.body;
        Json rest = Json::object();
        rest["path"] = posted.path;
        rest["query"] = posted.query;
        rest["headers"] = Json::object();
        for (const auto& [name, value] : posted.headers) rest["headers"][name] = value;
        const auto payload = rest.dump();
        return run(origin, [&](Call& call) {
            auto raw = describe(call);
            raw.payload = detail::str(payload);
            return plugin_.hook(plugin_.self, call.handle(), &raw);
        });
    }

    // Runs the timers that are due at world().now_ms, in order.
    std::vector<Outcome> run_due_timers() {
        ensure_started();
        auto timers = std::exchange(world_.timers, {});
        std::sort(timers.begin(), timers.end(), [](const auto& a, const auto& b) { return a.due_ms < b.due_ms; });
        std::vector<Outcome> outcomes;
        for (const auto& timer : timers) {
            if (timer.due_ms > world_.now_ms) world_.timers.push_back(timer);
        }
        for (const auto& timer : timers) {
            if (timer.due_ms > world_.now_ms || plugin_.timer == nullptr) continue;
            outcomes.push_back(run(timer.origin, [&](Call& call) {
                auto raw = describe(call);
                raw.text = {};
                raw.timer = detail::str(timer.name);
                raw.timestamp_ms = timer.due_ms;
                raw.payload = detail::str(timer.payload);
                return plugin_.timer(plugin_.self, call.handle(), &raw);
            }));
        }
        return outcomes;
    }

    // The plugin's commands, as the host reads them after start().
    std::vector<const parley_command*> commands() const {
        std::vector<const parley_command*> rows;
        const char* row = reinterpret_cast<const char*>(plugin_.commands);
        for (std::size_t i = 0; i < plugin_.command_count; ++i, row += plugin_.commands[0].size) {
            rows.push_back(reinterpret_cast<const parley_command*>(row));
        }
        return rows;
    }

private:
    void create() {
        host_.size = sizeof(host_);
        host_.abi_major = PARLEY_ABI_MAJOR;
        host_.abi_minor = PARLEY_ABI_MINOR;
        host_.version = detail::str("fake");
        host_.context = &world_;
        host_.service = [](void* context, parley_str name) {
            return services::find(*static_cast<World*>(context), detail::view(name));
        };
        host_.report = [](parley_call* call, parley_str text) { Call::of(call).report = detail::copy(text); };
        host_.last_error = [](parley_call* call, parley_sink text) { services::put(text, Call::of(call).last_error); };
        plugin_ = {};
        plugin_.size = sizeof(plugin_);
        if (descriptor_->create(&host_, &plugin_) != PARLEY_OK) throw std::runtime_error("create() failed");
    }

    void ensure_started() {
        if (started_) return;
        const auto outcome = start();
        if (outcome.status != PARLEY_OK) throw std::runtime_error("start() failed: " + outcome.report);
    }

    void end() {
        if (started_ && plugin_.stop != nullptr) plugin_.stop(plugin_.self);
        if (plugin_.destroy != nullptr) plugin_.destroy(plugin_.self);
        plugin_ = {};
        started_ = false;
    }

    template <class Hook>
    Outcome run(Incoming message, Hook hook) {
        Call call(world_, std::move(message));
        const auto status = hook(call);
        return finish(call, status);
    }

    // What it did becomes visible, or not.
    static Outcome finish(Call& call, parley_status status) {
        Outcome outcome;
        outcome.status = status;
        outcome.report = call.report;
        outcome.text = call.message.text;
        if (outcome.status != PARLEY_OK) return outcome;
        call.commit();
        outcome.sent = std::move(call.sent);
        outcome.plugin_requests = std::move(call.plugin_requests);
        return outcome;
    }

    // The handling as preprocess() leaves it. When that fails the message goes on as it came, and the log says so.
    Call preprocess(Incoming message) {
        Call call(world_, message);
        if (plugin_.preprocess == nullptr) return call;
        std::optional<std::string> rewritten;
        const parley_sink sink{&rewritten, [](void* user, parley_str text) {
                                   *static_cast<std::optional<std::string>*>(user) = detail::copy(text);
                               }};
        const auto raw = describe(call);
        const auto status = plugin_.preprocess(plugin_.self, call.handle(), &raw, sink);
        if (status != PARLEY_OK) {
            world_.log.push_back("warn: preprocess() failed: " + call.report);
            return {world_, std::move(message)};
        }
        if (rewritten) call.message.text = *rewritten;
        call.report.clear();
        call.last_error.clear();
        return call;
    }

    parley_status handle(Call& call, const CommandLine& line) const {
        auto raw = describe(call);
        raw.command = detail::str(line.name);
        raw.arguments = detail::str(line.arguments);
        raw.usage_prefix = detail::str(line.usage_prefix);
        if (line.admin) raw.flags |= PARLEY_MESSAGE_ADMIN_COMMAND;
        return plugin_.handle(plugin_.self, call.handle(), &raw);
    }

    parley_message describe(const Call& call) const {
        const auto& from = call.message;
        parley_message raw{};
        raw.size = sizeof(raw);
        if (call.admin) raw.flags |= PARLEY_MESSAGE_FROM_ADMIN;
        if (from.replayed) raw.flags |= PARLEY_MESSAGE_REPLAYED;
        if (from.unconfirmed) raw.flags |= PARLEY_MESSAGE_UNCONFIRMED;
        raw.id = detail::str(from.id);
        raw.channel = detail::str(from.channel);
        raw.sender = detail::str(from.sender);
        raw.sender_name = detail::str(from.sender_name);
        raw.group = detail::str(from.group);
        raw.chat = detail::str(call.chat);
        raw.text = detail::str(from.text);
        raw.reply_to = detail::str(from.reply_to);
        raw.media_kind = detail::str(from.media_kind);
        raw.media_mime = detail::str(from.media_mime);
        raw.media_name = detail::str(from.media_name);
        raw.timestamp_ms = world_.now_ms;
        raw.account = detail::str(from.account);
        return raw;
    }

    const parley_command* find(std::string_view name) const {
        for (const auto* command : commands()) {
            if (detail::view(command->name) == name) return command;
        }
        return nullptr;
    }

    static void answer(Outcome& outcome, const Call& call, std::string text) {
        Outgoing help;
        help.to = call.chat;
        help.text = std::move(text);
        outcome.sent.push_back(std::move(help));
    }

    const parley_descriptor* descriptor_;
    World world_;
    parley_host host_{};
    parley_plugin plugin_{};
    bool started_ = false;
    unsigned messages_ = 0;
};

}  // namespace parley::testing
