#include "guards/echoes.hpp"

#include <memory>
#include <utility>

namespace parley::guards {
namespace {

// After this long a message of ours has its provider's id, or still stands in the outbox.
constexpr std::chrono::seconds patience{10};
constexpr std::size_t most_waiting = 10'000;
constexpr UnixMillis hour_ms = 3'600'000;

}  // namespace

UnixMillis Echoes::ends(const channels::Echo& echo) const {
    const auto hours = settings_.number("takeover_hours");
    const auto ends = (echo.timestamp == 0 ? unix_now() : echo.timestamp) + hours * hour_ms;
    return hours == 0 || ends <= unix_now() ? 0 : ends;
}

void Echoes::heard(channels::Echo echo) {
    if (ends(echo) == 0) return;
    if (echo.by_human) return take(echo);
    if (waiting_.size() >= most_waiting) return;  // the next words of that human are heard as well
    waiting_.push_back(std::move(echo));
    if (std::exchange(looking_, true)) return;
    executor_.after(patience, [this] { look(); });
}

void Echoes::look() {
    looking_ = false;
    auto echoes = std::make_shared<std::vector<channels::Echo>>(std::exchange(waiting_, {}));
    std::vector<db::SentElsewhere> sent;
    for (const auto& echo : *echoes) sent.push_back({echo.account, echo.chat, echo.provider_id, echo.text});
    auto foreign = std::make_shared<std::vector<bool>>();
    pool_.run_async(
        executor_, [sent = std::move(sent), foreign](pqxx::work& tx) { *foreign = db::find_foreign(tx, sent); },
        [this, echoes, foreign](const Result<void>& how) {
            if (!how) return log_.warn("takeover.echoes_unknown", {{"why", how.error().message}});
            for (std::size_t i = 0; i < echoes->size(); ++i)
                if ((*foreign)[i]) take((*echoes)[i]);
        },
        db::Rerun::safe);
}

void Echoes::take(const channels::Echo& echo) {
    const auto until = ends(echo);
    if (until == 0) return;
    silence_.take(echo.account, echo.chat, "phone", until, [this](const Result<bool>& taken) {
        if (!taken) log_.warn("takeover.not_written", {{"why", taken.error().message}});
    });
}

}  // namespace parley::guards
