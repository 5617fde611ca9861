// A model that passes every question on to the next: what a guard does not look at goes its way. [I/O thread]
#pragma once

#include <utility>

#include "gpt/model.hpp"

namespace parley::guards {

class Passing : public gpt::Model {
public:
    // `next` outlives this.
    explicit Passing(gpt::Model& next) : next_(next) {}

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override {
        next_.chat(std::move(request), std::move(done));
    }
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override {
        next_.transcribe(std::move(request), std::move(done));
    }
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override {
        next_.speak(std::move(request), std::move(done));
    }
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override {
        next_.draw(std::move(request), std::move(done));
    }
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override {
        next_.embed(std::move(request), std::move(done));
    }
    void moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) override {
        next_.moderate(std::move(request), std::move(done));
    }
    bool configured() const override { return next_.configured(); }
    int context_tokens() const override { return next_.context_tokens(); }
    gpt::TokenScale token_scale() const override { return next_.token_scale(); }

protected:
    gpt::Model& next_;
};

}  // namespace parley::guards
