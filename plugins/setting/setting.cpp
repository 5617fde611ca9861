// /admin setting shows and changes the settings of the bot.
#include <parley/plugin.hpp>

namespace {

// Settings that the answer must not repeat in full: it stays in the chat and in the history.
bool is_secret(std::string_view name) {
    for (const std::string_view word : {"key", "token", "secret", "password"}) {
        if (name.find(word) != std::string_view::npos) return true;
    }
    return false;
}

class Setting : public parley::Plugin {
public:
    Setting() {
        parser_.help_when_empty();
        parser_.option("-c", "--change")
            .takes(parley::exactly(2), "setting", "value")
            .help("Change setting.")
            .example("-c admin_command_prefix !")
            .example("--change admin_command_prefix !");
        parser_.option("-g", "--get")
            .takes(parley::exactly(1), "setting")
            .help("View setting.")
            .example("-g admin_command_prefix")
            .example("--get admin_command_prefix");
    }

    std::string name() const override { return "setting"; }
    bool admin_privilege() const override { return true; }

    parley::Help help() const override {
        auto usages = parser_.usages();
        usages.push_back({"-g all", "View all settings.", {"-g all", "--get all"}});
        return {"Change and view settings.", usages, "Available settings:\n- " + parley::join(names_, "\n- ")};
    }

    void start(parley::Context& ctx) override {
        names_.clear();
        for (const auto& [name, value] : ctx.settings().list()) names_.push_back(name);
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto& change_to = arguments.all("change");
        if (!change_to.empty()) change(ctx, change_to[0], change_to[1]);
        if (const auto name = arguments.one("get")) show(ctx, *name);
    }

private:
    static void change(parley::Context& ctx, const std::string& name, const std::string& value) {
        try {
            if (!ctx.settings().set(name, value)) throw parley::UserError("Setting `" + name + "` not found.");
        } catch (const parley::ServiceError& error) {
            if (error.status() != parley::Status::invalid) throw;
            throw parley::UserError("Setting `" + name + "` not changed: " + error.reason());
        }
        ctx.reply("Setting `" + name + "` changed" + (is_secret(name) ? "." : " to `" + value + "`."));
    }

    static void show(parley::Context& ctx, const std::string& name) {
        if (name == "all") {
            std::vector<std::string> lines;
            for (const auto& [key, value] : ctx.settings().list()) lines.push_back("- *" + key + "*: " + value);
            ctx.reply(parley::join(lines, "\n"));
        } else if (const auto value = ctx.settings().get(name)) {
            ctx.reply("*" + name + "*: " + *value);
        } else {
            ctx.reply("Setting `" + name + "` not found.");
        }
    }

    parley::ArgumentParser parser_;
    std::vector<std::string> names_;
};

}  // namespace

PARLEY_PLUGIN(Setting, "setting", "1.0.0", "setting", "messaging settings settings.write");
