#include "app/guards.hpp"

#include "db/store/accounts.hpp"
#include "gpt/options.hpp"

namespace parley::app {
namespace {

constexpr std::chrono::hours between_sweeps{1};

}  // namespace

Guards::Guards(Parts parts)
    : parts_(std::move(parts)),
      silence_(parts_.executor, parts_.pool, parts_.log),
      echoes_(parts_.executor, parts_.pool, parts_.settings, silence_, parts_.log) {}

void Guards::stand_before(gpt::Model& provider, std::function<std::string(guards::Kind)> default_model) {
    const auto organisation = [this](AccountId account) { return organisation_of(account); };
    budget_ = std::make_unique<guards::Budget>(
        guards::Budget::Parts{provider, parts_.executor, parts_.pool, parts_.settings, parts_.ids, parts_.metrics,
                              parts_.log, std::move(default_model), organisation, gpt::default_max_tokens});
    line_ = std::make_unique<guards::Line>(
        guards::Line::Parts{*budget_, parts_.executor, parts_.settings, parts_.metrics, organisation});
    moderation_ = std::make_unique<guards::Moderation>(
        guards::Moderation::Parts{*line_, parts_.settings, parts_.metrics, parts_.log});
}

Result<void> Guards::load() {
    try {
        parts_.pool.run([this](pqxx::work& tx) { organisations_ = db::read_organisations(tx); }, db::Rerun::safe);
        if (budget_) budget_->load();
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

}  // namespace parley::app
