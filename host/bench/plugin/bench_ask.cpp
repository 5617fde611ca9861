// /bench_ask TEXT: waits for the language model's answer to TEXT, and says it.
#include <parley/plugin.hpp>

namespace {

class BenchAsk : public parley::Plugin {
public:
    std::string name() const override { return "bench_ask"; }
    parley::Help help() const override { return {"Asks the model.", {}, "Asks the model."}; }

    void handle(parley::Context& ctx) override { ctx.reply(ctx.gpt().chat(std::string(ctx.arguments()))); }
};

}  // namespace

PARLEY_PLUGIN(BenchAsk, "bench_ask", "1.0.0", "bench_ask", "messaging gpt");
