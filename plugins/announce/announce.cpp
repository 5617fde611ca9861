// /admin announce sends a message to everyone in a user group, and to the chat it was typed in. It also says who is in
// which group.
#include <parley/plugin.hpp>

namespace {

class Announce : public parley::Plugin {
public:
    Announce() {
        parser_.help_when_empty();
        parser_.option("-g", "--group");
        parser_.flag("-l", "--list");
        parser_.option("-m", "--message").takes(parley::one_or_more);
        parser_.option("-p", "--put").takes({2, parley::one_or_more.most});
    }

    std::string name() const override { return "announce"; }
    bool admin_privilege() const override { return true; }

    parley::Help help() const override {
        return {"Announce a message to all users.",
                {{"-g [group_name] -m [message]",
                  "Announce a message to a specific group.",
                  {"-g signedup -m Hello, world!", "--group all --message Hello, world!"}},
                 {"-l", "List all groups.", {"-l", "--list"}},
                 {"-p [group_name] [number] [number] ...",
                  "Put users into a group.",
                  {"-p family 923201234567", "--put family 923123098456 923201234567"}}},
                "Groups are created by admins: a group is there as long as somebody is in it. A user is in one group, "
                "at first in 'signedup'. Group name 'all' is reserved for all users."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto group = arguments.one("group");
        if (arguments.has("put")) put(ctx, arguments.all("put"));
        if (arguments.has("list")) list(ctx);
        if (group.has_value() != arguments.has("message")) throw parley::SendHelp();
        if (group) announce(ctx, *group, arguments.text("message"));
    }

private:
    // The group's name, and the numbers to put into it.
    static void put(parley::Context& ctx, const std::vector<std::string>& words) {
        const auto& group = words.front();
        if (group == "all") throw parley::UserError("Everybody is in the group `all`. Choose another name.");
        if (group.size() > 64) throw parley::UserError("That name is too long for a group.");
        std::vector<std::string> done, unknown;
        for (auto word = words.begin() + 1; word != words.end(); ++word) {
            const auto number = parley::phone_number(*word).value_or(*word);
            (ctx.users().set_group(number, group) ? done : unknown).push_back(number);
        }
        if (!done.empty()) ctx.reply("*Put into " + group + "*: " + parley::join(done) + ".");
        if (!unknown.empty()) ctx.reply("*Never wrote to me*: " + parley::join(unknown) + ".");
    }

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
