// /bench_wait N TEXT waits until N handlers wait here at once, holds them together for two seconds, and then says TEXT.
// A handler that has waited a minute goes on alone.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <parley/plugin.hpp>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

class BenchWait : public parley::Plugin {
public:
    std::string name() const override { return "bench_wait"; }
    parley::Help help() const override { return {"Waits for others.", {}, "Waits for others."}; }

    void handle(parley::Context& ctx) override {
        const std::string arguments(ctx.arguments());
        const auto space = arguments.find(' ');
        if (space == std::string::npos) throw parley::SendHelp();
        wait_for(std::strtoul(arguments.c_str(), nullptr, 10));
        ctx.reply(arguments.substr(space + 1));
    }

private:
    void wait_for(unsigned long others) {
        std::unique_lock lock(mutex_);
        const auto round = round_;
        if (++waiting_ < others) {
            gathered_.wait_for(lock, std::chrono::minutes(1), [&] { return round_ != round; });
        } else {
            waiting_ = 0;
            ++round_;
            together_until_ = Clock::now() + std::chrono::seconds(2);
            gathered_.notify_all();
        }
        const auto until = together_until_;
        lock.unlock();
        std::unique_lock hold(holding_);
        held_.wait_until(hold, until, [] { return false; });
    }

    std::mutex mutex_, holding_;
    std::condition_variable gathered_, held_;
    unsigned long waiting_ = 0;
    unsigned long round_ = 0;
    Clock::time_point together_until_;
};

}  // namespace

PARLEY_PLUGIN(BenchWait, "bench_wait", "1.0.0", "bench_wait", "messaging");
