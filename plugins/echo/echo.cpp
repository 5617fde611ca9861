// /echo sends back what it was given: a text, or the attached file with the rest of its caption.
#include <parley/plugin.hpp>

namespace {

class Echo : public parley::Plugin {
public:
    std::string name() const override { return "echo"; }

    parley::Help help() const override {
        return {"Echoes the message.",
                {{"[message]", "Echo message.", {"Hello!", "This is a test message."}},
                 {"[caption]",
                  "Echo image/video/document with caption.",
                  {"Hello! (Attach image)", "This is a test message. (Attach video)"}}},
                "Echoes the message."};
    }

    void handle(parley::Context& ctx) override {
        const auto text = ctx.arguments();
        if (text == "-h" || text == "--help") throw parley::SendHelp();
        if (ctx.message().has_media()) return echo_media(ctx);
        if (text.empty()) throw parley::SendHelp();
        ctx.reply(text);
    }

private:
    static void echo_media(parley::Context& ctx) {
        const auto& message = ctx.message();
        parley::Outgoing echo;
        echo.kind = parley::Outgoing::Kind::media;
        echo.text = ctx.arguments();
        echo.media_ref = ctx.media().require();
        echo.media_mime = message.media_mime();
        echo.media_name = message.media_name();
        echo.as_file = message.media_kind() == "document";
        ctx.messaging().send(echo);
    }
};

}  // namespace

PARLEY_PLUGIN(Echo, "echo", "1.0.0", "echo", "messaging media");
