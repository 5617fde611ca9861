#include "guards/moderation.hpp"

#include <iterator>
#include <utility>

namespace parley::guards {
namespace {

// What a person has said since the last answer: earlier words were looked at when they came.
void add_newest(const gpt::ChatRequest& request, std::string& text, std::vector<gpt::Image>& images) {
    auto first = request.messages.end();
    while (first != request.messages.begin() && std::prev(first)->role != gpt::Role::assistant) --first;
    for (auto message = first; message != request.messages.end(); ++message) {
        if (message->role != gpt::Role::user) continue;
        text += (text.empty() ? "" : "\n") + message->text;
        images.insert(images.end(), message->images.begin(), message->images.end());
    }
}

// The host's own questions about what was looked at already.
bool is_ours(const gpt::Asker& asker) {
    return asker.kind == gpt::Asker::Kind::summary || asker.kind == gpt::Asker::Kind::moderation ||
           asker.kind == gpt::Asker::Kind::host;
}

}  // namespace

Moderation::Moderation(Parts parts)
    : Passing(parts.next),
      parts_(std::move(parts)),
      flagged_(parts_.metrics.counter("parley_gpt_refused_total", "Questions to language models that were not asked",
                                      {{"scope", "moderation"}, {"limit", "content"}})),
      unchecked_(parts_.metrics.counter("parley_gpt_unchecked_total", "Texts that moderation could not look at")) {}

bool Moderation::looks_at_questions() const {
    return parts_.settings.get("gpt_moderation") != "off";
}

bool Moderation::looks_at_answers() const {
    return parts_.settings.get("gpt_moderation") == "in+out";
}

void Moderation::check(const gpt::Asker& asker, std::string text, std::vector<gpt::Image> images, SteadyTime deadline,
                       UniqueFunction<void(std::optional<gpt::ModelError>)> then) {
    gpt::ModerateRequest request;
    request.asker = asker;
    request.asker.kind = gpt::Asker::Kind::moderation;
    request.text = std::move(text);
    request.deadline = deadline;
    // The model takes one picture a question; more are looked at one after the other.
    if (!images.empty()) {
        request.images.push_back(std::move(images.back()));
        images.pop_back();
    }
    next_.moderate(std::move(request), [this, asker, images = std::move(images), deadline,
                                        then = std::move(then)](const gpt::Outcome<gpt::Verdict>& verdict) mutable {
        auto why = judge(verdict);
        if (why || images.empty()) return then(std::move(why));
        check(asker, {}, std::move(images), deadline, std::move(then));
    });
}

std::optional<gpt::ModelError> Moderation::judge(const gpt::Outcome<gpt::Verdict>& verdict) {
    if (verdict && !verdict->flagged) return std::nullopt;
    if (verdict) {
        flagged_.add();
        std::string categories;
        for (const auto& category : verdict->categories) categories += (categories.empty() ? "" : ", ") + category;
        parts_.log.warn("gpt.flagged", {{"categories", categories}});
        return gpt::ModelError{gpt::Fault::refused, "moderation does not let this through: " + categories, {}};
    }
    unchecked_.add();
    parts_.log.warn("gpt.not_moderated", {{"why", verdict.error().message}});
    if (parts_.settings.get("gpt_moderation_when_away") == "pass") return std::nullopt;
    return gpt::ModelError{gpt::Fault::away, "moderation could not look at this: " + verdict.error().message, {}};
}

void Moderation::chat(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) {
    std::string text;
    std::vector<gpt::Image> images;
    if (looks_at_questions() && !is_ours(request.asker)) add_newest(request, text, images);
    if (text.empty() && images.empty()) return ask(std::move(request), std::move(done));
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    check(asker, std::move(text), std::move(images), deadline,
          [this, request = std::move(request), done = std::move(done)](std::optional<gpt::ModelError> why) mutable {
              if (why) return done(std::move(*why));
              ask(std::move(request), std::move(done));
          });
}

// The question is let through; its answer may have to be looked at.
void Moderation::ask(gpt::ChatRequest request, gpt::Done<gpt::ChatAnswer> done) {
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    if (!looks_at_answers() || is_ours(asker)) return next_.chat(std::move(request), std::move(done));
    next_.chat(std::move(request), [this, asker, deadline,
                                    done = std::move(done)](gpt::Outcome<gpt::ChatAnswer> answer) mutable {
        if (!answer || answer->text.empty()) return done(std::move(answer));
        auto words = answer->text;
        check(asker, std::move(words), {}, deadline,
              [answer = std::move(answer), done = std::move(done)](std::optional<gpt::ModelError> why) mutable {
                  if (!why) return done(std::move(answer));
                  why->usage = answer->usage;
                  done(std::move(*why));
              });
    });
}

template <class Request, class Answer>
void Moderation::checked(std::string words, Request request, gpt::Done<Answer> done,
                         void (gpt::Model::*call)(Request, gpt::Done<Answer>)) {
    if (!looks_at_questions() || is_ours(request.asker)) return (next_.*call)(std::move(request), std::move(done));
    const auto asker = request.asker;
    const auto deadline = request.deadline;
    check(
        asker, std::move(words), {}, deadline,
        [this, call, request = std::move(request), done = std::move(done)](std::optional<gpt::ModelError> why) mutable {
            if (why) return done(std::move(*why));
            (next_.*call)(std::move(request), std::move(done));
        });
}

void Moderation::draw(gpt::DrawRequest request, gpt::Done<gpt::Image> done) {
    auto words = request.prompt;
    checked(std::move(words), std::move(request), std::move(done), &gpt::Model::draw);
}

void Moderation::speak(gpt::SpeakRequest request, gpt::Done<gpt::Audio> done) {
    auto words = request.text;
    checked(std::move(words), std::move(request), std::move(done), &gpt::Model::speak);
}

}  // namespace parley::guards
