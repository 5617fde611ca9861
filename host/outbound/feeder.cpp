#include "outbound/feeder.hpp"

#include <unordered_set>

#include "core/failpoint.hpp"

namespace parley::outbound {
namespace {

// A server behind a broken connection may still have been at a commit.
constexpr std::chrono::seconds late_commits{15};

// The pieces of a message have its trace, and nothing else has.
std::vector<MessageId> all_pieces(const std::vector<Outbound>& messages, const std::vector<MessageId>& claimed) {
    const std::unordered_set<MessageId> ids(claimed.begin(), claimed.end());
    std::unordered_set<std::string_view> traces;
    for (const Outbound& message : messages)
        if (ids.count(message.id) != 0) traces.insert(message.trace);
    std::vector<MessageId> going;
    for (const Outbound& message : messages)
        if (traces.count(message.trace) != 0) going.push_back(message.id);
    return going;
}

}  // namespace

db::Pieces Feeder::add(std::vector<Outbound>& batch, Outbound message) {
    if (message.trace.empty()) message.trace = make_trace();
    db::Pieces pieces;
    for (Outbound& piece : sender_.in_pieces(std::move(message))) {
        piece.id = ids_.next();
        pieces.all.push_back(piece.id);
        batch.push_back(std::move(piece));
    }
    pieces.last = pieces.all.back();
    if (pieces.all.size() == 1) pieces.all.clear();
    return pieces;
}

void Feeder::feed(std::vector<Outbound> messages, Claim claim,
                  UniqueFunction<void(Result<std::vector<MessageId>>)> done) {
    auto batch = std::make_shared<const std::vector<Outbound>>(std::move(messages));
    auto claimed = std::make_shared<std::vector<MessageId>>(), going = std::make_shared<std::vector<MessageId>>();
    for (const Outbound& message : *batch) sender_.reserve(message);
    pool_.run_async(
        executor_,
        [batch, claimed, going, claim = std::move(claim)](pqxx::work& tx) {
            *claimed = claim(tx);
            *going = all_pieces(*batch, *claimed);
            db::insert_outbox(tx, *batch, *going);
            failpoint("before-commit-feed");
        },
        [this, batch, claimed, going, done = std::move(done)](Result<void> ok) mutable {
            failpoint("after-commit-feed");
            if (!ok) {
                find_out(*batch);
                return done(ok.error());
            }
            hand_over(*batch, *going);
            done(std::move(*claimed));
        },
        db::Rerun::safe);
}

void Feeder::hand_over(const std::vector<Outbound>& messages, const std::vector<MessageId>& going) {
    const std::unordered_set<MessageId> ours(going.begin(), going.end());
    for (const Outbound& message : messages) {
        if (ours.count(message.id) != 0)
            sender_.committed(message);
        else
            sender_.aborted(message);
    }
}

// It is not known what was committed: the table tells.
void Feeder::find_out(const std::vector<Outbound>& messages) {
    for (const Outbound& message : messages) sender_.aborted(message);
    sender_.recover();
    executor_.after(late_commits, [this] { sender_.recover(); });
}

}  // namespace parley::outbound
