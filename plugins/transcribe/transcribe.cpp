// /transcribe writes down what is said in the attached or quoted voice note, audio file or video.
#include <parley/model.hpp>

namespace {

namespace model = parley::model;

class Transcribe : public parley::Plugin {
public:
    Transcribe() { parser_.option("-l", "--language"); }

    std::string name() const override { return "transcribe"; }
    std::chrono::milliseconds deadline() const override { return std::chrono::minutes(5); }

    parley::Help help() const override {
        return {"Write down what is said.",
                {{"", "Write down a voice note.", {"(Reply to a voice note)", "(Attach audio)"}},
                 {"-l [language]", "Tell which language it is, as two letters.", {"-l ur (Reply to a voice note)"}}},
                "A voice note cannot have a caption: reply to it."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto given = model::material(ctx);
        if (given.kind.empty()) throw parley::SendHelp();
        if (!given.is_speech()) throw parley::UserError("That is no voice note, audio file or video.");
        const auto text = model::answer(
            [&] { return ctx.gpt().transcribe(given.file, arguments.one("language").value_or("")).text; });
        ctx.reply(text.empty() ? "Nothing is said there." : text);
    }

private:
    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Transcribe, "transcribe", "1.0.0", "transcribe", "messaging media gpt");
