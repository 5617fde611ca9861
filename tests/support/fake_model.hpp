// A language model without a provider: answers what the test says, on the I/O thread, and remembers what it was asked.
#pragma once

#include <functional>
#include <vector>

#include "gpt/model.hpp"

namespace parley::test {

class FakeModel final : public gpt::Model {
public:
    // What is not set is not configured. Called on the thread that asks.
    std::function<gpt::Outcome<gpt::ChatAnswer>(const gpt::ChatRequest&)> on_chat;
    std::function<gpt::Outcome<gpt::Transcript>(const gpt::TranscribeRequest&)> on_transcribe;
    std::function<gpt::Outcome<gpt::Audio>(const gpt::SpeakRequest&)> on_speak;
    std::function<gpt::Outcome<gpt::Image>(const gpt::DrawRequest&)> on_draw;
    std::function<gpt::Outcome<gpt::Embeddings>(const gpt::EmbedRequest&)> on_embed;
    std::function<gpt::Outcome<gpt::Verdict>(const gpt::ModerateRequest&)> on_moderate;

    std::vector<gpt::ChatRequest> chats;
    bool silent = false;  // never answers
    std::vector<gpt::Done<gpt::ChatAnswer>> unanswered;

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override {
        chats.push_back(request);
        if (silent) {
            unanswered.push_back(std::move(done));
            return;
        }
        answer(on_chat, request, std::move(done));
    }
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override {
        answer(on_transcribe, request, std::move(done));
    }
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override {
        answer(on_speak, request, std::move(done));
    }
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override {
        answer(on_draw, request, std::move(done));
    }
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override {
        answer(on_embed, request, std::move(done));
    }
    void moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) override {
        answer(on_moderate, request, std::move(done));
    }
    bool configured() const override { return static_cast<bool>(on_chat); }

private:
    template <class T, class Request>
    static void answer(const std::function<gpt::Outcome<T>(const Request&)>& with, const Request& request,
                       gpt::Done<T> done) {
        if (!with) return done(gpt::ModelError{gpt::Fault::not_configured, "no language model is configured", {}});
        done(with(request));
    }
};

}  // namespace parley::test
