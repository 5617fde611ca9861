// At most so many questions to the language model at once, in all and for one organisation; the others wait in line.
// Turns go round the organisations, and within one round the people, so that nobody with many questions holds up the
// others. Who waits too long is told that the model is busy, and so is who comes when the line is full. [I/O thread]
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/metrics.hpp"
#include "guards/passing.hpp"

namespace parley::guards {

class Line final : public Passing {
public:
    struct Parts {
        gpt::Model& next;
        Executor& executor;
        const config::Settings& settings;
        Metrics& metrics;
        std::function<std::int32_t(AccountId)> organisation_of;
    };
    explicit Line(Parts parts);

    void chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) override;
    void transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) override;
    void speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) override;
    void draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) override;
    void embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) override;
    void moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) override;

    std::size_t running() const { return running_; }
    std::size_t waiting() const { return waiting_; }

private:
    struct Turn {
        UniqueFunction<void()> begin;  // empty: it was told that it is too late
        UniqueFunction<void(gpt::ModelError)> refuse;
        Executor::TimerId timer = 0;
    };
    using Turns = std::deque<std::shared_ptr<Turn>>;
    struct Organisation {
        std::size_t running = 0;
        std::unordered_map<std::string, Turns> people;  // never with an empty queue
        std::deque<std::string> round;                  // those of `people`, in the order of their turns
    };

    template <class Request, class Answer>
    void pass(Request request, gpt::Done<Answer> done, void (gpt::Model::*ask)(Request, gpt::Done<Answer>));
    void enter(std::int32_t organisation, const std::string& person, SteadyTime deadline, UniqueFunction<void()> begin,
               UniqueFunction<void(gpt::ModelError)> refuse);
    void leave(std::int32_t organisation);
    void begin_those_who_may();
    bool begin_one();
    std::shared_ptr<Turn> next_of(Organisation& organisation);
    void too_late(const std::shared_ptr<Turn>& turn);
    void show() const;

    Parts parts_;
    std::map<std::int32_t, Organisation> organisations_;  // with something running or waiting
    std::deque<std::int32_t> round_;                      // those of them in which somebody waits
    std::size_t running_ = 0, waiting_ = 0;
    Metrics::Gauge running_gauge_, waiting_gauge_;
    Metrics::Counter refused_;
};

}  // namespace parley::guards
