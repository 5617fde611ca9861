// A plugin that fails when it is asked to: /trouble throw, /trouble away, /trouble hang, /trouble work 2000, and
// /trouble early and /trouble slowly before it is handled. "/trouble tell B" speaks to chat B. Anything else it
// answers, and its timers say that they are due. /lone is the same command, one message at a time.
#include <parley/plugin.hpp>

#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <thread>

namespace {

class Trouble : public parley::Plugin {
public:
    std::string name() const override { return "trouble"; }
    parley::Help help() const override { return {"Fails in many ways.", {}, ""}; }

    std::vector<parley::Command> commands() override {
        auto both = Plugin::commands();
        both.push_back(both.front());
        both.back().name = "lone";
        both.back().serial = both.back().internal = true;
        return both;
    }

    std::optional<std::string> preprocess(parley::Context& ctx, const parley::Message& message) override {
        if (message.text() == "/trouble slowly") wait(std::chrono::milliseconds(400));
        if (message.text() != "/trouble early") return std::nullopt;
        ctx.reply("too early");
        throw parley::UserError("trouble was asked for");
    }

    void handle(parley::Context& ctx) override {
        const std::string wish(ctx.arguments());
        if (wish == "throw") throw std::runtime_error("trouble was asked for");
        if (wish == "away") throw parley::ServiceError(parley::Status::unavailable, "trouble", "the network is away");
        if (wish == "hang") wait(std::chrono::hours(1));
        if (wish.rfind("work ", 0) == 0) wait(std::chrono::milliseconds(std::atoi(wish.c_str() + 5)));
        if (wish.rfind("tell ", 0) == 0) return ctx.messaging().send_text(wish.substr(5), "told");
        ctx.reply("survived " + wish);
    }

    void on_timer(parley::Context& ctx) override { ctx.reply("it is time"); }

private:
    static void wait(std::chrono::milliseconds time) { std::this_thread::sleep_for(time); }
};

}  // namespace

PARLEY_PLUGIN(Trouble, "trouble", "1.0.0", "trouble lone", "messaging");
