// /ping answers "pong": shows that the bot is alive, and how small a plugin can be.
#include <parley/plugin.hpp>

namespace {

class Ping : public parley::Plugin {
public:
    std::string name() const override { return "ping"; }
    parley::Help help() const override {
        return {"Check whether the bot is there.", {{"", "Answers with pong.", {""}}}, ""};
    }
    void handle(parley::Context& ctx) override { ctx.reply("pong"); }
};

}  // namespace

PARLEY_PLUGIN(Ping, "ping", "1.0.0", "ping", "messaging");
