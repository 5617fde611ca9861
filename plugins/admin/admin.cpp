// /admin admin adds, removes and lists the admins of the bot: the setting admin_ids.
#include <parley/plugin.hpp>

#include <algorithm>

namespace {

using Numbers = std::vector<std::string>;

class Admin : public parley::Plugin {
public:
    Admin() {
        parser_.help_when_empty();
        parser_.option("-a", "--add")
            .takes(parley::one_or_more, "number")
            .help("Add admins.")
            .example("-a 923201234567")
            .example("--add 923123098456 923201234567 923123456789");
        parser_.option("-r", "--remove")
            .takes(parley::one_or_more, "number")
            .help("Remove admins.")
            .example("-r 923201234567")
            .example("--remove 923123098456 923201234567 923123456789");
        parser_.flag("-g", "--get").help("Get admin list.").example("-g").example("--get");
    }

    std::string name() const override { return "admin"; }
    bool admin_privilege() const override { return true; }
    parley::Help help() const override {
        return {"Add or remove an admin.", parser_.usages(),
                "Admins can use admin commands. Admins can add or remove other admins."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        auto admins = ctx.settings().get_list("admin_ids");
        const auto before = admins;
        add(ctx, admins, arguments.all("add"));
        remove(ctx, admins, arguments.all("remove"));
        if (admins.empty() && !before.empty()) {
            throw parley::UserError("The last admin cannot be removed. Add another admin first.");
        }
        if (admins != before) ctx.settings().set_list("admin_ids", admins);
        if (arguments.has("get")) ctx.reply("*Admins*: " + parley::join(admins));
    }

private:
    static std::string number(const std::string& typed) {
        if (auto digits = parley::phone_number(typed)) return *digits;
        throw parley::UserError("`" + typed + "` is not a phone number.");
    }

    static void add(parley::Context& ctx, Numbers& admins, const Numbers& typed) {
        Numbers added, known;
        for (const auto& text : typed) {
            auto digits = number(text);
            const bool is_admin = std::find(admins.begin(), admins.end(), digits) != admins.end();
            if (!is_admin) admins.push_back(digits);
            (is_admin ? known : added).push_back(std::move(digits));
        }
        if (!added.empty()) ctx.reply("*Admins added*: " + parley::join(added) + ".");
        if (!known.empty()) ctx.reply("*Already admins*: " + parley::join(known) + ".");
    }

    static void remove(parley::Context& ctx, Numbers& admins, const Numbers& typed) {
        Numbers removed, unknown;
        for (const auto& text : typed) {
            auto digits = number(text);
            const bool was_admin = std::erase(admins, digits) > 0;
            (was_admin ? removed : unknown).push_back(std::move(digits));
        }
        if (!removed.empty()) ctx.reply("*Admins removed*: " + parley::join(removed) + ".");
        for (const auto& digits : unknown) ctx.reply(digits + " is not an admin.");
    }

    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Admin, "admin", "1.0.0", "admin", "messaging settings settings.write");
