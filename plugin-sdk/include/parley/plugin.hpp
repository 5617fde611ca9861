// The one header a plugin includes:
//
//     class Ping : public parley::Plugin {
//         std::string name() const override { return "ping"; }
//         void handle(parley::Context& ctx) override { ctx.reply("pong"); }
//     };
//     PARLEY_PLUGIN(Ping, "ping", "1.0.0", "ping", "messaging")
//
// One instance is made for each load of the file. Hooks run on host threads, several at once, and may block until their
// deadline. They may throw, see errors.hpp. Of serial() commands one runs at a time, and while it does no on_timer()
// and no on_hook() of the plugin; preprocess() may.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "arguments.hpp"
#include "command.hpp"
#include "context.hpp"
#include "errors.hpp"
#include "help.hpp"
#include "hook.hpp"
#include "json.hpp"
#include "message.hpp"
#include "phone_number.hpp"
#include "text.hpp"
#include "words.hpp"

namespace parley {

class Plugin {
public:
    Plugin() = default;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    virtual ~Plugin() = default;

    // The command. These are asked when the instance is made and once more after start(); name() must stay the same.
    virtual std::string name() const { return {}; }  // empty: no command, a plugin of hooks only
    virtual bool admin_privilege() const { return false; }
    virtual bool internal() const { return false; }
    virtual bool serial() const { return false; }
    virtual bool confirm() const { return false; }  // see Command::confirm
    virtual std::chrono::milliseconds deadline() const { return std::chrono::milliseconds(0); }
    virtual Help help() const { return {}; }

    // Runs the command. What it sends and stores takes effect together, when it returns.
    virtual void handle(Context&) { throw std::logic_error("this plugin has no handle()"); }

    // A plugin with several commands overrides this instead of all of the above.
    virtual std::vector<Command> commands() {
        if (name().empty()) return {};
        auto run = [this](Context& ctx) { handle(ctx); };
        return {Command{name(), help(), run, admin_privilege(), internal(), serial(), deadline(), confirm()}};
    }

    // Checks itself and gets ready. A throw refuses the plugin, and the older version keeps serving.
    virtual void start(Context&) {}
    // Sees every message of every chat before commands are looked for; returns a text to put in its place.
    virtual std::optional<std::string> preprocess(Context&, const Message&) { return std::nullopt; }
    // A timer is due: ctx.message().timer() and .payload(). Same rules as handle().
    virtual void on_timer(Context&) {}
    // An outside system has posted to /hooks/<id of this plugin>. It has its answer already. Same rules as handle(),
    // but there is no chat to reply in: send to whom you name. A throw makes it a dead letter.
    virtual void on_hook(Context&, const HookRequest&) {}
    // Before start(), when the stored data is of another version of this plugin.
    virtual void migrate(Context&, std::string_view /*from_version*/) {}
    // No hook runs any more. Threads of the plugin's own must end here.
    virtual void stop() {}
};

}  // namespace parley

#include "detail/instance.hpp"

// Once per plugin, at namespace scope: the class, then id, version, commands and capabilities (space separated) as
// literals.
#define PARLEY_PLUGIN(Class, id_, version_, commands_, capabilities_)                                  \
    PARLEY_MANIFEST(id_, version_, commands_, capabilities_);                                          \
    extern "C" const parley_descriptor* parley_plugin_entry(void) {                                    \
        static constexpr parley_descriptor descriptor =                                                \
            ::parley::detail::descriptor<Class>(id_, sizeof(id_) - 1, version_, sizeof(version_) - 1); \
        return &descriptor;                                                                            \
    }                                                                                                  \
    static_assert(true, "so that a semicolon may follow")
