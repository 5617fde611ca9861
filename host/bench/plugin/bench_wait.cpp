// /bench_wait TEXT, sent with a file: waits for the gateway to hand the file out, and then says TEXT.
#include <parley/plugin.hpp>

namespace {

class BenchWait : public parley::Plugin {
public:
    std::string name() const override { return "bench_wait"; }
    parley::Help help() const override { return {"Waits for a file.", {}, "Waits for a file."}; }

    void handle(parley::Context& ctx) override {
        if (!ctx.media().reference()) throw parley::SendHelp();
        ctx.reply(ctx.arguments());
    }
};

}  // namespace

PARLEY_PLUGIN(BenchWait, "bench_wait", "1.0.0", "bench_wait", "messaging media");
