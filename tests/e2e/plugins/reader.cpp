// Answers a document with its text, or with why it cannot be read.
#include <parley/plugin.hpp>

namespace {

class Reader : public parley::Plugin {
public:
    std::string name() const override { return "reader"; }
    parley::Help help() const override { return {"Reads documents.", {}, ""}; }

    void handle(parley::Context& ctx) override {
        try {
            ctx.reply(ctx.media().text().value_or("no document"));
        } catch (const parley::ServiceError& error) {
            ctx.reply(std::string(parley::to_string(error.status())) + ": " + error.reason());
        }
    }
};

}  // namespace

PARLEY_PLUGIN(Reader, "reader", "1.0.0", "reader", "messaging media");
