#include "guards/line.hpp"

#include <algorithm>
#include <utility>

namespace parley::guards {
namespace {

// For a request that sets no deadline.
constexpr std::chrono::minutes longest_wait{2};

gpt::ModelError busy() {
    return {gpt::Fault::busy, "too many questions wait for the language model; see gpt_calls_at_once", {}};
}

}  // namespace

Line::Line(Parts parts)
    : Passing(parts.next),
      parts_(std::move(parts)),
      running_gauge_(parts_.metrics.gauge("parley_gpt_running", "Questions to language models under way")),
      waiting_gauge_(parts_.metrics.gauge("parley_gpt_waiting", "Questions that wait for their turn")),
      refused_(parts_.metrics.counter("parley_gpt_refused_total", "Questions to language models that were not asked",
                                      {{"scope", "line"}, {"limit", "turns"}})) {}

void Line::show() const {
    running_gauge_.set(static_cast<double>(running_));
    waiting_gauge_.set(static_cast<double>(waiting_));
}

void Line::enter(std::int32_t organisation, const std::string& person, SteadyTime deadline,
                 UniqueFunction<void()> begin, UniqueFunction<void(gpt::ModelError)> refuse) {
    if (waiting_ >= static_cast<std::size_t>(parts_.settings.number("gpt_calls_waiting")) && !round_.empty()) {
        refused_.add();
        parts_.executor.post([refuse = std::move(refuse)]() mutable { refuse(busy()); });
        return;
    }
    auto turn = std::make_shared<Turn>();
    turn->begin = std::move(begin);
    turn->refuse = std::move(refuse);
    auto& entry = organisations_[organisation];
    if (entry.round.empty()) round_.push_back(organisation);
    auto& turns = entry.people[person];
    if (turns.empty()) entry.round.push_back(person);
    turns.push_back(turn);
    ++waiting_;
    begin_those_who_may();
    if (!turn->begin) return;
    const auto now = std::chrono::steady_clock::now();
    const auto until = deadline == SteadyTime() ? now + longest_wait : std::max(deadline, now);
    turn->timer = parts_.executor.after(std::chrono::ceil<std::chrono::milliseconds>(until - now), [this, turn] {
        turn->timer = 0;
        too_late(turn);
    });
}

// Its place in the line is passed over when its turn comes.
void Line::too_late(const std::shared_ptr<Turn>& turn) {
    turn->begin = nullptr;
    refused_.add();
    turn->refuse(busy());
}

void Line::leave(std::int32_t organisation) {
    --running_;
    --organisations_[organisation].running;
    begin_those_who_may();
    const auto found = organisations_.find(organisation);
    if (found->second.running == 0 && found->second.round.empty()) organisations_.erase(found);
}

void Line::begin_those_who_may() {
    while (begin_one()) {
    }
    show();
}

// Somebody of the first organisation in the round that may have one more under way. False: nobody may.
bool Line::begin_one() {
    if (running_ >= static_cast<std::size_t>(parts_.settings.number("gpt_calls_at_once"))) return false;
    const auto most = static_cast<std::size_t>(parts_.settings.number("gpt_calls_at_once_per_organisation"));
    for (std::size_t tried = round_.size(); tried > 0; --tried) {
        const auto id = round_.front();
        round_.pop_front();
        auto& organisation = organisations_[id];
        const auto turn = organisation.running < most ? next_of(organisation) : nullptr;
        if (!organisation.round.empty()) round_.push_back(id);
        if (!turn) continue;
        ++running_;
        ++organisation.running;
        std::exchange(turn->begin, nullptr)();
        return true;
    }
    return false;
}

std::shared_ptr<Line::Turn> Line::next_of(Organisation& organisation) {
    while (!organisation.round.empty()) {
        auto person = std::move(organisation.round.front());
        organisation.round.pop_front();
        const auto found = organisation.people.find(person);
        const auto turn = found->second.front();
        found->second.pop_front();
        if (found->second.empty())
            organisation.people.erase(found);
        else
            organisation.round.push_back(std::move(person));
        --waiting_;
        if (!turn->begin) continue;
        if (turn->timer != 0) parts_.executor.cancel(turn->timer);
        return turn;
    }
    return nullptr;
}

template <class Request, class Answer>
void Line::pass(Request request, gpt::Done<Answer> done, void (gpt::Model::*ask)(Request, gpt::Done<Answer>)) {
    const auto organisation =
        request.asker.organisation ? *request.asker.organisation : parts_.organisation_of(request.asker.account);
    const auto person = request.asker.user;
    const auto deadline = request.deadline;
    auto shared = std::make_shared<gpt::Done<Answer>>(std::move(done));
    enter(
        organisation, person, deadline,
        [this, organisation, ask, shared, request = std::move(request)]() mutable {
            (next_.*ask)(std::move(request), [this, organisation, shared](gpt::Outcome<Answer> outcome) {
                leave(organisation);
                (*shared)(std::move(outcome));
            });
        },
        [shared](gpt::ModelError error) { (*shared)(std::move(error)); });
}

void Line::chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) {
    pass(std::move(request), std::move(done), &gpt::Model::chat);
}
void Line::transcribe(gpt::TranscribeRequest request, gpt::Done<gpt::Transcript> done) {
    pass(std::move(request), std::move(done), &gpt::Model::transcribe);
}
void Line::speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) {
    pass(std::move(request), std::move(done), &gpt::Model::speak);
}
void Line::draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) {
    pass(std::move(request), std::move(done), &gpt::Model::draw);
}
void Line::embed(gpt::EmbedRequest request, gpt::Done<gpt::Embeddings> done) {
    pass(std::move(request), std::move(done), &gpt::Model::embed);
}
void Line::moderate(gpt::ModerateRequest request, gpt::Done<gpt::Verdict> done) {
    pass(std::move(request), std::move(done), &gpt::Model::moderate);
}

}  // namespace parley::guards
