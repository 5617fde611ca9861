#include "outbound/resender.hpp"

#include <algorithm>

namespace parley::outbound {
namespace {

constexpr std::chrono::minutes patience{1};
constexpr std::chrono::seconds apart{5};  // looks: one that finds something has the whole outbox read again
constexpr int most_times = 3;
// More in a minute is an outage: then dead letters wait for a person.
constexpr std::size_t most_waiting = 10'000;

bool may_pass(const Error& error) {
    return error.code == Errc::unavailable || error.code == Errc::timeout || error.code == Errc::overloaded;
}

}  // namespace

void Resender::failed(const StatusUpdate& update) {
    for (const auto& provider_id : update.provider_ids)
        if (waiting_ < most_waiting) wait({update.account, provider_id});
}

void Resender::wait(db::Undelivered sending) {
    ++waiting_;
    executor_.after(patience, [this, sending = std::move(sending)]() mutable {
        --waiting_;
        due_.push_back(std::move(sending));
        look_later();
    });
}

void Resender::look_later() {
    if (looking_ || due_.empty()) return;
    looking_ = true;
    executor_.after(apart, [this] { look(); });
}

void Resender::look() {
    if (stopped_) return;
    const auto sendings = std::make_shared<const std::vector<db::Undelivered>>(std::exchange(due_, {}));
    const auto count = std::make_shared<std::size_t>(0);
    pool_.run_async(
        executor_,
        [sendings, count](pqxx::work& tx) {
            // Run again after a commit whose answer was lost, it finds nothing left to do.
            *count = std::max(*count, db::requeue_undelivered(tx, *sendings, most_times));
        },
        [this, sendings, count](const Result<void>& ok) {
            looking_ = false;
            if (!ok) {
                log_.warn("undelivered.not_sent_again", {{"why", ok.error().message}});
                if (may_pass(ok.error()))
                    for (const auto& one : *sendings) wait(one);
            } else if (*count > 0) {
                log_.info("undelivered.sent_again", {{"messages", *count}, {"reported", sendings->size()}});
                sender_.recover();
            }
            look_later();
        },
        db::Rerun::safe);
}

}  // namespace parley::outbound
