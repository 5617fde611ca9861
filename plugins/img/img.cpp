// /img has the language model draw a picture.
#include <parley/model.hpp>

namespace {

namespace model = parley::model;

constexpr std::size_t longest_description = 4'000;

// "A_cat_with.png", from the first words.
std::string file_name(std::string_view description) {
    std::string name;
    std::size_t words = 0;
    for (const auto& word : parley::split(description)) {
        if (++words > 3) break;
        name += (name.empty() ? "" : "_") + word;
    }
    return name + ".png";
}

class Img : public parley::Plugin {
public:
    Img() {
        parser_.help_when_empty().stop_at_text();
        parser_.option("-m", "--model");
        parser_.option("-s", "--size");
        parser_.positional("description").takes(parley::one_or_more);
    }

    std::string name() const override { return "img"; }
    std::chrono::milliseconds deadline() const override { return std::chrono::minutes(3); }

    parley::Help help() const override {
        return {"Generate image.",
                {{"[description]", "Generate image.", {"A cat with a hat.", "A dog with a frog."}},
                 {"-m [model] [description]",
                  "Generate image using a specific model.",
                  {"-m gpt-image-1-mini A cat with a hat."}},
                 {"-s [width]x[height] [description]",
                  "Generate image of that size.",
                  {"-s 1536x1024 A dog with a frog."}}},
                "Without -m the model that the admins chose draws."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        const auto description = arguments.text("description");
        if (parley::characters(description) > longest_description)
            throw parley::UserError("A description has at most 4,000 characters.");
        ctx.messaging().typing(true);
        parley::Outgoing picture;
        picture.kind = parley::Outgoing::Kind::media;
        const parley::ModelCall how{arguments.one("model").value_or("")};
        picture.media_ref =
            model::answer([&] { return ctx.gpt().draw(description, arguments.one("size").value_or(""), how); });
        picture.media_name = file_name(description);
        ctx.messaging().send(picture);
    }

private:
    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Img, "img", "1.0.0", "img", "messaging gpt");
