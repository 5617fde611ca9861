// A language model at whose other end the test sits: it keeps what it is asked until the test answers.
#pragma once

#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <utility>

#include "gpt/model.hpp"

namespace parley::test {

class HeldModel final : public gpt::Model {
public:
    template <class Request, class Answer>
    using Asked = std::deque<std::pair<Request, gpt::Done<Answer>>>;

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override {
        chats.emplace_back(std::move(request), std::move(done));
    }
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override {
        transcriptions.emplace_back(std::move(request), std::move(done));
    }
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override {
        speeches.emplace_back(std::move(request), std::move(done));
    }
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override {
        drawings.emplace_back(std::move(request), std::move(done));
    }
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override {
        embeddings.emplace_back(std::move(request), std::move(done));
    }
    void moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) override {
        moderations.emplace_back(std::move(request), std::move(done));
    }
    bool configured() const override { return true; }

    // Answers the oldest question.
    void answer(std::string text, std::int64_t input = 10, std::int64_t output = 5) {
        auto [request, done] = take(chats);
        gpt::ChatAnswer given;
        given.text = std::move(text);
        given.model = request.model.empty() ? "gpt-4o-mini" : request.model;
        given.usage = {input, output, false};
        done(std::move(given));
    }
    void fail(gpt::Fault fault, gpt::Usage usage = {}, bool in_doubt = false) {
        auto [request, done] = take(chats);
        done(gpt::ModelError{fault, "as the test wants", usage, in_doubt});
    }
    void judge(bool flagged) {
        auto [request, done] = take(moderations);
        gpt::Verdict verdict;
        verdict.flagged = flagged;
        if (flagged) verdict.categories = {"violence"};
        done(std::move(verdict));
    }
    template <class Queue>
    static typename Queue::value_type take(Queue& queue) {
        REQUIRE_FALSE(queue.empty());
        auto first = std::move(queue.front());
        queue.pop_front();
        return first;
    }

    Asked<gpt::ChatRequest, gpt::ChatAnswer> chats;
    Asked<gpt::TranscribeRequest, gpt::Transcript> transcriptions;
    Asked<gpt::SpeakRequest, gpt::Audio> speeches;
    Asked<gpt::DrawRequest, gpt::Image> drawings;
    Asked<gpt::EmbedRequest, gpt::Embeddings> embeddings;
    Asked<gpt::ModerateRequest, gpt::Verdict> moderations;
};

inline gpt::ChatRequest question(const std::string& person, std::string text = "hello", int max_tokens = 100) {
    gpt::ChatRequest request;
    request.asker.kind = gpt::Asker::Kind::conversation;
    request.asker.account = 1;
    request.asker.organisation = 1;
    request.asker.user = person;
    request.asker.chat = person + "@s.whatsapp.net";
    request.messages.push_back({gpt::Role::user, std::move(text), {}, {}, {}});
    request.max_tokens = max_tokens;
    return request;
}

}  // namespace parley::test
