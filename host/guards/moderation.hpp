// Has a moderation model look at what people write before the language model sees it, and, if the setting says so, at
// what it answers before anybody reads that. Setting gpt_moderation: off, in, in+out. When the check itself fails,
// gpt_moderation_when_away decides: pass or refuse. [I/O thread]
#pragma once

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "gpt/model.hpp"

namespace parley::guards {

class Moderation final : public gpt::Model {
public:
    struct Parts {
        gpt::Model& next;
        const config::Settings& settings;
        Metrics& metrics;
        Logger log;
    };
    explicit Moderation(Parts parts);

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override;
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override;
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override;
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override;
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override;
    void moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) override;
    bool configured() const override { return parts_.next.configured(); }
    int context_tokens() const override { return parts_.next.context_tokens(); }

private:
    // Calls `then` with nothing when the text may go on.
    void check(const gpt::Asker& asker, std::string text, std::vector<gpt::Image> images, SteadyTime deadline,
               UniqueFunction<void(std::optional<gpt::ModelError>)> then);
    std::optional<gpt::ModelError> judge(const gpt::Outcome<gpt::Verdict>& verdict);
    void ask(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done);
    bool looks_at_questions() const;
    bool looks_at_answers() const;

    Parts parts_;
    Metrics::Counter flagged_, unchecked_;
};

}  // namespace parley::guards
