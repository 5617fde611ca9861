// Who wrote becomes a contact of the account's organisation, off the way of the message: rows are written in batches on
// database threads while the message is long being handled. What was written within the last hour is remembered, so a
// known sender costs a look into a hash table. When the database is away nothing is kept: the sender's next message
// tries again.
//
// [I/O thread]
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"
#include "db/store/contacts.hpp"

namespace parley::contacts {

struct BookOptions {
    std::chrono::milliseconds refresh{3'600'000};  // last_seen and name of a contact are written at most so often
    std::size_t max_known = 200'000;               // senders remembered; about 16 bytes each
    std::size_t max_waiting = 10'000;              // sightings beyond it are dropped until the next message
    std::size_t max_batch = 100;                   // sightings a transaction
};

// What a message tells about its sender; none when it tells nothing: timers, the terminal, a sender without a name
// that could be somebody else's too. Without identities the sender counts as a phone number when it looks like one.
std::optional<db::Sighting> sighting_of(const Inbound& message);

class Book {
public:
    Book(Executor& executor, db::Pool& pool, BookOptions options, Logger log);

    // Has to be written: somebody new, or not seen for long. Cheap when not.
    std::optional<db::Sighting> unknown(const Inbound& message) const;

    // Writes it, some time soon.
    void add(db::Sighting sighting);

    // Nothing waits and nothing is being written.
    bool idle() const { return waiting_.empty() && !writing_; }

private:
    using Key = std::uint64_t;
    using Batch = std::shared_ptr<std::vector<db::Sighting>>;

    bool known(Key key) const;
    void remember(Key key);
    void forget(const Batch& batch);
    void write_next();
    void written(const Batch& batch, const Result<void>& how);

    Executor& executor_;
    db::Pool& pool_;
    BookOptions options_;
    Logger log_;
    // Two generations: when the younger is full it becomes the older, whose entries are dropped.
    std::unordered_map<Key, SteadyTime> young_, old_;
    std::vector<db::Sighting> waiting_;
    bool writing_ = false;
    std::size_t one_by_one_ = 0;  // sightings of a batch that failed, still to be tried alone
};

}  // namespace parley::contacts
