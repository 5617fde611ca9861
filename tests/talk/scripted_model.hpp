// A language model that says what the test tells it to, and remembers what it was asked.
#pragma once

#include <deque>
#include <functional>

#include "core/executor.hpp"
#include "gpt/model.hpp"

namespace parley::test {

inline gpt::ChatAnswer words(std::string text) {
    gpt::ChatAnswer answer;
    answer.text = std::move(text);
    answer.model = "scripted-1";
    answer.usage = {10, 5, false};
    return answer;
}
inline gpt::ChatAnswer calls(std::vector<gpt::ToolCall> wishes) {
    auto answer = words("");
    answer.tool_calls = std::move(wishes);
    return answer;
}
inline gpt::ToolCall wish(std::string name, std::string arguments) {
    return {"call_" + name, std::move(name), R"({"arguments":")" + std::move(arguments) + "\"}"};
}

class ScriptedModel final : public gpt::Model {
public:
    using Answer = gpt::Outcome<gpt::ChatAnswer>;
    using Script = std::function<Answer(const gpt::ChatRequest&)>;

    explicit ScriptedModel(Executor& executor) : executor_(executor) {}

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override {
        const bool summary = request.asker.kind == gpt::Asker::Kind::summary;
        if (remembers) (summary ? summaries : requests).push_back(request);
        if (silent && !summary) return waiting.push_back(std::move(done));
        auto answer = summary ? Answer(words(summary_text)) : next(request);
        executor_.post([done = std::move(done), answer = std::move(answer)]() mutable { done(std::move(answer)); });
    }
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override {
        heard.push_back(request.audio);
        if (deaf) {
            executor_.post([done = std::move(done), why = *deaf]() mutable {
                done(gpt::ModelError{why, "the test wants it so", {}});
            });
            return;
        }
        gpt::Transcript transcript;
        transcript.text = speech;
        executor_.post([done = std::move(done), transcript]() mutable { done(transcript); });
    }
    void speak(gpt::SpeakRequest, gpt::Done<gpt::Audio> done) override { refuse(std::move(done)); }
    void draw(gpt::DrawRequest, gpt::Done<gpt::Image> done) override { refuse(std::move(done)); }
    void embed(gpt::EmbedRequest, gpt::Done<gpt::Embeddings> done) override { refuse(std::move(done)); }
    void moderate(gpt::ModerateRequest, gpt::Done<gpt::Verdict> done) override { refuse(std::move(done)); }
    bool configured() const override { return is_configured; }
    int context_tokens() const override { return context; }

    // All that was ever told to it in one request, as one text.
    static std::string told(const gpt::ChatRequest& request) {
        std::string all;
        for (const auto& message : request.messages) all += message.text + "\n";
        return all;
    }

    bool is_configured = true;
    int context = 0;
    bool remembers = true;
    bool silent = false;        // questions wait until the test answers
    std::deque<Script> script;  // one answer each; then `otherwise`
    Script otherwise = [](const gpt::ChatRequest&) { return words("fine"); };
    std::string summary_text = "they talked";
    std::string speech = "spoken words";
    std::optional<gpt::Fault> deaf;  // why recordings are not heard
    std::vector<gpt::ChatRequest> requests, summaries;
    std::vector<gpt::Audio> heard;
    std::vector<gpt::Done<gpt::ChatAnswer>> waiting;

private:
    Answer next(const gpt::ChatRequest& request) {
        if (script.empty()) return otherwise(request);
        const auto step = std::move(script.front());
        script.pop_front();
        return step(request);
    }
    template <class T>
    void refuse(gpt::Done<T> done) {
        executor_.post([done = std::move(done)]() mutable {
            done(gpt::ModelError{gpt::Fault::unsupported, "not in this test", {}});
        });
    }

    Executor& executor_;
};

inline gpt::ModelError fault(gpt::Fault kind) {
    return {kind, "the test wants it so", {}};
}

}  // namespace parley::test
