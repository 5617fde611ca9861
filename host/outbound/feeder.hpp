// Puts messages into the outbox in the same transaction that marks what they come from, so that each is sent once
// however often the host dies in between; then hands them to the sender. [I/O thread]
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/executor.hpp"
#include "core/ids.hpp"
#include "db/pool.hpp"
#include "db/store/send_requests.hpp"
#include "outbound/sender.hpp"

namespace parley::outbound {

class Feeder {
public:
    Feeder(Executor& executor, db::Pool& pool, Sender& sender, IdGenerator& ids)
        : executor_(executor), pool_(pool), sender_(sender), ids_(ids) {}

    // Is there room for more of this account in the sender's memory? Ask before anything is fed: the rest waits in its
    // table.
    bool has_room(AccountId account) { return sender_.has_room(account); }
    // Does the message still wait, or is it on its way? Tells the truth while has_room().
    bool holds(AccountId account, MessageId id) { return sender_.holds(account, id); }

    // Gives the message an id, and a trace when it has none, cuts it into pieces where it is too long for its channel,
    // and adds all that to `batch`. It is claimed by the id of the last piece, which is sent when all are.
    db::Pieces add(std::vector<Outbound>& batch, Outbound message);

    // [database thread] Marks the sources; returns the ids of the messages that may go. It may be run again after a
    // commit whose answer was lost, and then returns the same.
    using Claim = std::function<std::vector<MessageId>(pqxx::work&)>;

    // `messages` were put in by add(), in the order in which they go out. `done` tells which of them were claimed;
    // after an error that is not known: the sources tell.
    void feed(std::vector<Outbound> messages, Claim claim, UniqueFunction<void(Result<std::vector<MessageId>>)> done);

private:
    void hand_over(const std::vector<Outbound>& messages, const std::vector<MessageId>& going);
    void find_out(const std::vector<Outbound>& messages);

    Executor& executor_;
    db::Pool& pool_;
    Sender& sender_;
    IdGenerator& ids_;
};

}  // namespace parley::outbound
