// Has a moderation model look at what people write before the language model sees it, and, if the setting says so, at
// what it answers before anybody reads that. Setting gpt_moderation: off, in, in+out. When the check itself fails,
// gpt_moderation_when_away decides: pass or refuse. [I/O thread]
#pragma once

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/metrics.hpp"
#include "guards/passing.hpp"

namespace parley::guards {

class Moderation final : public Passing {
public:
    struct Parts {
        gpt::Model& next;
        const config::Settings& settings;
        Metrics& metrics;
        Logger log;
    };
    explicit Moderation(Parts parts);

    // What is heard is looked at when it is asked about.
    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override;
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override;
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override;

private:
    // Calls `then` with nothing when the text and all of the pictures may go on.
    void check(const gpt::Asker& asker, std::string text, std::vector<gpt::Image> images, SteadyTime deadline,
               UniqueFunction<void(std::optional<gpt::ModelError>)> then);
    // Asks when `words` pass.
    template <class Request, class Answer>
    void checked(std::string words, Request request, gpt::Done<Answer> done,
                 void (gpt::Model::*call)(Request, gpt::Done<Answer>));
    std::optional<gpt::ModelError> judge(const gpt::Outcome<gpt::Verdict>& verdict);
    void ask(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done);
    bool looks_at_questions() const;
    bool looks_at_answers() const;

    Parts parts_;
    Metrics::Counter flagged_, unchecked_;
};

}  // namespace parley::guards
