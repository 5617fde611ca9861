// /tts reads a text aloud, in a voice note: the words behind it, or the message that it quotes.
#include <parley/model.hpp>

namespace {

namespace model = parley::model;

constexpr std::size_t longest_text = 4'096;  // characters; see abi/services/gpt.h

class Tts : public parley::Plugin {
public:
    Tts() {
        parser_.stop_at_text();
        parser_.option("-m", "--model");
        parser_.option("-v", "--voice");
        parser_.positional("text").takes(parley::any_number);
    }

    std::string name() const override { return "tts"; }
    std::chrono::milliseconds deadline() const override { return std::chrono::minutes(3); }

    parley::Help help() const override {
        return {"Text to speech.",
                {{"[text]", "Text to speech.", {"Hello!", "This is a test message."}},
                 {"-v [voice] [text]",
                  "Text to speech using a specific voice.",
                  {"-v alloy Hello!", "-v echo This is a test message."}},
                 {"-m [model] [text]",
                  "Text to speech using a specific model.",
                  {"-m tts-1 Hello!", "-m tts-1-hd This is a test message."}},
                 {"", "Read the quoted message aloud.", {"(Reply to a message)"}}},
                "Common voices: alloy, echo, fable, onyx, nova, shimmer. Common models: tts-1, tts-1-hd."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        auto text = arguments.text("text");
        if (text.empty() && !ctx.message().reply_to().empty()) {
            if (const auto quoted = ctx.messaging().quoted()) text = quoted->text;
        }
        if (text.empty()) throw parley::SendHelp();
        if (parley::characters(text) > longest_text)
            throw parley::UserError("A text to read aloud has at most 4,096 characters.");
        parley::Outgoing note;
        note.kind = parley::Outgoing::Kind::media;
        const parley::ModelCall how{arguments.one("model").value_or("")};
        note.media_ref = model::answer([&] { return ctx.gpt().speak(text, arguments.one("voice").value_or(""), how); });
        note.voice = true;
        ctx.messaging().send(note);
    }

private:
    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Tts, "tts", "1.0.0", "tts", "messaging gpt");
