// /admin announce sends a message to everyone in a user group, and to the chat it was typed in.
#include <parley/plugin.hpp>

namespace {

class Announce : public parley::Plugin {
public:
    Announce() {
        parser_.help_when_empty();
        parser_.option("-g", "--group");
        parser_.flag("-l", "--list");
        parser_.option("-m", "--message").takes(parley::one_or_more);
    }

    std::string name() const override { return "announce"; }
    bool admin_privilege() const override { return true; }

    parley::Help help() const override {
        return {"Announce a message to all users. (Needs testing.)",
                {{"-g [group_name] -m [message]",
                  "Announce a message to a specific group.",
                  {"-g signedup -m Hello, world!", "--group all --message Hello, world!"}},
                 {"-l", "List all groups.", {"-l", "--list"}}},
                "Groups are created by admins. Group name 'all' is reserved for all users."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto group = arguments.one("group");
        if (arguments.has("list")) list(ctx);
        if (group.has_value() != arguments.has("message")) throw parley::SendHelp();
        if (group) announce(ctx, *group, arguments.text("message"));
    }

private:
    static void list(parley::Context& ctx) {
        const auto groups = ctx.users().groups();
        ctx.reply(groups.empty() ? "There are no groups yet." : "*Groups:*\n- " + parley::join(groups, "\n- "));
    }

    static void announce(parley::Context& ctx, const std::string& group, const std::string& text) {
        const auto chat = ctx.message().chat();
        const auto here = chat.substr(0, chat.find('@'));
        std::vector<std::string> recipients;
        bool any = false;
        ctx.users().each(group == "all" ? "" : group, [&](const parley::User& user) {
            any = true;
            if (user.id != here) recipients.push_back(user.id);
        });
        if (!any) throw parley::UserError("There is nobody in the group `" + group + "`.");
        ctx.reply(text);
        for (const auto& recipient : recipients) ctx.messaging().send_text(recipient, text);
    }

    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Announce, "announce", "1.0.0", "announce", "messaging users");
