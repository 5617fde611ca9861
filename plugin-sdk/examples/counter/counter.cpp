// /count counts in every chat for itself: "3", and "Counted to 3." after /count reset. Shows storage, options and help.
#include <parley/plugin.hpp>

namespace {

class Counter : public parley::Plugin {
public:
    Counter() { parser_.flag("-r", "--reset").help("Begin again.").example("-r"); }

    std::string name() const override { return "count"; }

    parley::Help help() const override {
        auto usages = parser_.usages();
        usages.insert(usages.begin(), {"", "Count one further.", {}});
        return {"Count.", usages, "Every chat has a count of its own."};
    }

    // Reading, changing and writing back is safe: if another handling came in between, the host runs this one again.
    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const std::string key = "count/" + ctx.message().place();
        const auto count = ctx.storage().get(key).value_or(0).as_int();
        if (arguments.has("reset")) {
            ctx.storage().remove(key);
            ctx.reply("Counted to " + std::to_string(count) + ".");
        } else {
            ctx.storage().put(key, count + 1);
            ctx.reply(std::to_string(count + 1));
        }
    }

private:
    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Counter, "counter", "1.0.0", "count", "messaging storage");
