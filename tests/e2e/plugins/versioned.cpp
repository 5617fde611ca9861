// /echo in versions that differ by what they answer: "v1 <text>", "v2 <text>".
#include <parley/plugin.hpp>

namespace {

class Echo : public parley::Plugin {
public:
    std::string name() const override { return "echo"; }
    parley::Help help() const override { return {"Echoes the message.", {}, ""}; }
    void handle(parley::Context& ctx) override { ctx.reply(E2E_VERSION " " + std::string(ctx.arguments())); }
};

}  // namespace

PARLEY_PLUGIN(Echo, "echo", E2E_RELEASE, "echo", "messaging");
