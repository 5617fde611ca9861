// /admin plugin lists the plugins, tells about one, and has them loaded, reloaded, unloaded, enabled and disabled. The
// changes begin when this command has ended; the host itself tells in this chat how they went.
#include <parley/plugin.hpp>

namespace {

class PluginCommand : public parley::Plugin {
public:
    PluginCommand() {
        parser_.help_when_empty();
        parser_.positional("action");
        parser_.positional("name").takes(parley::optional_value);
    }

    std::string name() const override { return "plugin"; }
    bool admin_privilege() const override { return true; }

    parley::Help help() const override {
        return {"Manage plugins.",
                {{"list", "List all plugins.", {"list"}},
                 {"info [name]", "Show everything about a plugin.", {"info echo"}},
                 {"load [file]", "Load a file from the plugins directory.", {"load echo.so"}},
                 {"reload [name]", "Load the newest version of a plugin.", {"reload echo", "reload all"}},
                 {"unload [name]", "Remove a plugin until it is loaded again.", {"unload echo"}},
                 {"enable [name]", "Let a disabled plugin work again.", {"enable echo"}},
                 {"disable [name]", "Keep a plugin from working, also after a restart.", {"disable echo"}}},
                "Messages that a plugin is working on are finished by the version that began them."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto action = parley::lower(*arguments.one("action"));
        const auto name = arguments.one("name");
        if (action == "list" && !name) return list(ctx);
        if (!name) throw parley::SendHelp();
        if (action == "info") return info(ctx, *name);
        for (const std::string_view known : {"load", "reload", "unload", "enable", "disable"}) {
            if (action == known) return change(ctx, action, *name);
        }
        throw parley::SendHelp();
    }

private:
    static void list(parley::Context& ctx) {
        std::string text = "*Plugins:*";
        for (const auto& plugin : ctx.plugins().list()) {
            text += "\n- *" + plugin.id + "* " + plugin.version + ": " + plugin.state;
            if (!plugin.error.empty()) text += " (" + plugin.error + ")";
        }
        ctx.reply(text);
    }

    static void info(parley::Context& ctx, const std::string& name) {
        const auto plugin = ctx.plugins().info(name);
        if (!plugin) throw parley::UserError("Plugin `" + name + "` not found.");
        std::string text = "*" + plugin->id + "* " + plugin->version;
        text += "\n- *State*: " + plugin->state;
        text += "\n- *Commands*: " + parley::join(plugin->commands);
        text += "\n- *Capabilities*: " + parley::join(plugin->capabilities);
        text += "\n- *File*: " + plugin->file.substr(plugin->file.rfind('/') + 1);
        text += "\n- *Generation*: " + std::to_string(plugin->generation);
        text += "\n- *Calls*: " + std::to_string(plugin->calls) + ", failed: " + std::to_string(plugin->failures);
        if (!plugin->error.empty()) text += "\n- *Error*: " + plugin->error;
        ctx.reply(text);
    }

    static void change(parley::Context& ctx, const std::string& action, const std::string& name) {
        if (ctx.plugins().request(action, name)) return;
        throw parley::UserError(action == "load" ? "There is no file `" + name + "` in the plugins directory."
                                                 : "Plugin `" + name + "` not found.");
    }

    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(PluginCommand, "plugin", "1.0.0", "plugin", "messaging plugins");
