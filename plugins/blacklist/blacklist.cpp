// /admin blacklist says who may not use the bot: the setting blacklist_ids.
#include <parley/plugin.hpp>

#include <algorithm>

namespace {

using Numbers = std::vector<std::string>;

class Blacklist : public parley::Plugin {
public:
    Blacklist() {
        parser_.help_when_empty();
        parser_.option("-a", "--add")
            .takes(parley::one_or_more, "number")
            .help("Add members to blacklist.")
            .example("-a 923201234567")
            .example("--add 923123098456 923201234567 923123456789");
        parser_.option("-r", "--remove")
            .takes(parley::one_or_more, "number")
            .help("Remove members from blacklist.")
            .example("-r 923201234567")
            .example("--remove 923123098456 923201234567 923123456789");
        parser_.flag("-g", "--get").help("Get blacklist.").example("-g").example("--get");
    }

    std::string name() const override { return "blacklist"; }
    bool admin_privilege() const override { return true; }
    parley::Help help() const override {
        return {"Add or remove a number from blacklist.", parser_.usages(), "Blacklisted members cannot use the bot."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        auto listed = ctx.settings().get_list("blacklist_ids");
        const auto before = listed;
        add(ctx, listed, arguments.all("add"));
        remove(ctx, listed, arguments.all("remove"));
        if (listed != before) ctx.settings().set_list("blacklist_ids", listed);
        if (arguments.has("get")) ctx.reply("*Blacklisted*: " + parley::join(listed));
    }

private:
    static std::string number(const std::string& typed) {
        if (auto digits = parley::phone_number(typed)) return *digits;
        throw parley::UserError("`" + typed + "` is not a phone number.");
    }

    static void add(parley::Context& ctx, Numbers& listed, const Numbers& typed) {
        Numbers success, fail;
        for (const auto& text : typed) {
            auto digits = number(text);
            const bool known = std::find(listed.begin(), listed.end(), digits) != listed.end();
            if (!known) listed.push_back(digits);
            (known ? fail : success).push_back(std::move(digits));
        }
        if (!success.empty()) ctx.reply("*Added to blacklist*: " + parley::join(success) + ".");
        if (!fail.empty()) ctx.reply("*Already in blacklist*: " + parley::join(fail) + ".");
    }

    static void remove(parley::Context& ctx, Numbers& listed, const Numbers& typed) {
        Numbers success, fail;
        for (const auto& text : typed) {
            auto digits = number(text);
            const bool known = std::erase(listed, digits) > 0;
            (known ? success : fail).push_back(std::move(digits));
        }
        if (!success.empty()) ctx.reply("*Removed from blacklist*: " + parley::join(success) + ".");
        if (!fail.empty()) ctx.reply("*Not in blacklist*: " + parley::join(fail) + ".");
    }

    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Blacklist, "blacklist", "1.0.0", "blacklist", "messaging settings settings.write");
