#include "outbound/feeder.hpp"

#include <unordered_set>

#include "core/failpoint.hpp"
#include "db/store/send_requests.hpp"

namespace parley::outbound {
namespace {

// A server behind a broken connection may still have been at a commit.
constexpr std::chrono::seconds late_commits{15};

}  // namespace

void Feeder::feed(std::vector<Outbound> messages, Claim claim,
                  UniqueFunction<void(Result<std::vector<MessageId>>)> done) {
    auto batch = std::make_shared<const std::vector<Outbound>>(std::move(messages));
    auto claimed = std::make_shared<std::vector<MessageId>>();
    for (const Outbound& message : *batch) sender_.reserve(message);
    pool_.run_async(
        executor_,
        [batch, claimed, claim = std::move(claim)](pqxx::work& tx) {
            *claimed = claim(tx);
            db::insert_outbox(tx, *batch, *claimed);
            failpoint("before-commit-feed");
        },
        [this, batch, claimed, done = std::move(done)](Result<void> ok) mutable {
            failpoint("after-commit-feed");
            if (!ok) {
                find_out(*batch);
                return done(ok.error());
            }
            hand_over(*batch, *claimed);
            done(std::move(*claimed));
        },
        db::Rerun::safe);
}

void Feeder::hand_over(const std::vector<Outbound>& messages, const std::vector<MessageId>& claimed) {
    const std::unordered_set<MessageId> going(claimed.begin(), claimed.end());
    for (const Outbound& message : messages) {
        if (going.count(message.id) != 0)
            sender_.committed(message.id);
        else
            sender_.aborted(message.id);
    }
}

// It is not known what was committed: the table tells.
void Feeder::find_out(const std::vector<Outbound>& messages) {
    for (const Outbound& message : messages) sender_.aborted(message.id);
    sender_.recover();
    executor_.after(late_commits, [this] { sender_.recover(); });
}

}  // namespace parley::outbound
