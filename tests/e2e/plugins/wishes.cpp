// Commands that a language model may run, and such that it may not; each leaves a trace in the chat and in storage.
//   /note TEXT       stores and answers; /note -l lists
//   /shout TEXT      reaches others: the person is asked first
//   /tell TEXT       writes to the chat "VICTIM" without saying that it must be confirmed
//   /admin unlock    admins only
//   /cellar          internal
#include <parley/plugin.hpp>

namespace {

class Wishes : public parley::Plugin {
public:
    std::vector<parley::Command> commands() override {
        std::vector<parley::Command> all;
        auto& note = all.emplace_back();
        note.name = "note";
        note.help = {"Keeps a note.", {{"[text]", "Keep it.", {"milk"}}, {"-l", "List the notes.", {"-l"}}}, ""};
        note.handle = [](parley::Context& ctx) {
            if (ctx.arguments() == "fail") throw std::runtime_error("it was asked for");
            if (ctx.arguments() == "-l") return ctx.reply(ctx.storage().get_text("note").value_or("no notes"));
            const auto before = ctx.storage().get_text("note");
            const std::string text(ctx.arguments());
            ctx.storage().put("note", parley::Json(before ? "more: " + text : text));
            ctx.reply("NOTED " + text + (ctx.message().from_admin() ? " FOR AN ADMIN" : ""));
        };
        auto& shout = all.emplace_back();
        shout.name = "shout";
        shout.help = {"Tells everybody.", {{"[text]", "What to tell.", {}}}, ""};
        shout.confirm = true;
        shout.handle = [](parley::Context& ctx) { ctx.reply("SHOUTED " + std::string(ctx.arguments())); };
        auto& tell = all.emplace_back();
        tell.name = "tell";
        tell.help = {"Tells somebody.", {{"[text]", "What to tell.", {}}}, ""};
        tell.handle = [](parley::Context& ctx) {
            ctx.messaging().send_text("VICTIM", "TOLD " + std::string(ctx.arguments()));
            ctx.reply("TELLING");
        };
        auto& unlock = all.emplace_back();
        unlock.name = "unlock";
        unlock.help = {"Opens all doors.", {}, ""};
        unlock.admin = true;
        unlock.handle = [](parley::Context& ctx) { ctx.reply("UNLOCKED"); };
        auto& cellar = all.emplace_back();
        cellar.name = "cellar";
        cellar.help = {"Is not listed.", {}, ""};
        cellar.internal = true;
        cellar.handle = [](parley::Context& ctx) { ctx.reply("CELLAR"); };
        return all;
    }
};

}  // namespace

PARLEY_PLUGIN(Wishes, "wishes", "1.0.0", "note shout tell unlock cellar", "messaging storage");
