#include "app/guards.hpp"

#include "app/language.hpp"
#include "db/store/accounts.hpp"

namespace parley::app {
namespace {

constexpr std::chrono::hours between_sweeps{1};

}  // namespace

Guards::Guards(Parts parts)
    : parts_(std::move(parts)),
      silence_(parts_.executor, parts_.pool, parts_.log),
      echoes_(parts_.executor, parts_.pool, parts_.settings, silence_, parts_.log),
      budget_({parts_.provider, parts_.executor, parts_.pool, parts_.settings, parts_.ids, parts_.metrics, parts_.log,
               [this](guards::Kind kind) { return default_model(kind); },
               [this](AccountId account) { return organisation_of(account); }, gpt::default_max_tokens}),
      line_({budget_, parts_.executor, parts_.settings, parts_.metrics,
             [this](AccountId account) { return organisation_of(account); }}),
      moderation_({line_, parts_.settings, parts_.metrics, parts_.log}) {}

Result<void> Guards::load() {
    try {
        parts_.pool.run([this](pqxx::work& tx) { organisations_ = db::read_organisations(tx); }, db::Rerun::safe);
        budget_.load();
        silence_.load();
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    return {};
}

void Guards::start(pipeline::Intake& intake) {
    intake.on_echo = [this](channels::Echo echo) { echoes_.heard(std::move(echo)); };
    silence_.start(parts_.database);
    forget_ended();
}

void Guards::stop() {
    silence_.stop();
}

void Guards::forget_ended() {
    parts_.pool.run_async(
        parts_.executor, [](pqxx::work& tx) { db::forget_ended_takeovers(tx); },
        [this](const Result<void>&) { parts_.executor.after(between_sweeps, [this] { forget_ended(); }); },
        db::Rerun::safe);
}

// An organisation is made with its first account, perhaps since the last look; until it is known, 0 pays.
std::int32_t Guards::organisation_of(AccountId account) {
    const auto* entry = parts_.accounts.directory().find(account);
    const auto found = organisations_.find(entry ? entry->account.organisation : "default");
    if (found != organisations_.end()) return found->second;
    read_organisations();
    return 0;
}

void Guards::read_organisations() {
    auto rows = std::make_shared<std::map<std::string, std::int32_t>>();
    parts_.pool.run_async(
        parts_.executor, [rows](pqxx::work& tx) { *rows = db::read_organisations(tx); },
        [this, rows](const Result<void>& how) {
            if (how) organisations_ = std::move(*rows);
        },
        db::Rerun::safe);
}

// What the provider will choose. Elsewhere than at OpenAI the server chooses, and its name is known with the answer.
std::string Guards::default_model(guards::Kind kind) const {
    const auto options = language_options(parts_.settings);
    const auto chosen = [&](const std::string& set, const char* standard) {
        return set.empty() && options.base_url.empty() ? std::string(standard) : set;
    };
    switch (kind) {
        case guards::Kind::chat:
            return chosen(options.model, gpt::Defaults::model);
        case guards::Kind::transcribe:
            return chosen(options.transcription_model, gpt::Defaults::transcription_model);
        case guards::Kind::speak:
            return chosen(options.speech_model, gpt::Defaults::speech_model);
        case guards::Kind::draw:
            return chosen(options.image_model, gpt::Defaults::image_model);
        case guards::Kind::embed:
            return chosen(options.embedding_model, gpt::Defaults::embedding_model);
    }
    return {};
}

}  // namespace parley::app
