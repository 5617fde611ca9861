// Work that is committed in a queue table and done from memory: each chat's items one at a time, in order of id; chats
// side by side.
//
// An item is registered before its commit (so that order is that of arrival, whichever commit is faster) and started
// after it. Memory is bounded: items beyond the queue's share of it stay in the table alone ("spilled") and are read
// back as room appears. The same reading recovers at start-up and after a fault of the database, when it is not known
// what was committed. So the table is the truth, and memory a cache of its head.
//
// One thread (the I/O thread), no I/O of its own: reading is handed in. Used for the inbox (handling) and the outbox
// (sending).
#pragma once

#include <algorithm>
#include <deque>
#include <functional>
#include <limits>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "core/message.hpp"
#include "core/queue_memory.hpp"
#include "core/unique_function.hpp"

namespace parley {

template <class Item>  // has `id` (MessageId), `account` and `chat`
class DurableQueue {
public:
    struct Options {
        QueueMemory& memory;  // outlives the queue
        std::size_t read_chunk = 500;
    };
    // Rows with after < id < before, ascending, at most `limit`; answers on the same thread, not from inside the call.
    // A failure is followed by the next attempt at once: let it wait before it is answered.
    using Read = std::function<void(MessageId after, MessageId before, std::size_t limit,
                                    UniqueFunction<void(Result<std::vector<Item>>)> done)>;
    // Begin to work on an item that is the first of its chat. It stays the first until finish(), but may be moved from:
    // only its numbers are looked at later.
    using Start = std::function<void(Item& item)>;

    DurableQueue(Options options, Read read, Start start)
        : options_(options), read_(std::move(read)), start_(std::move(start)) {}

    // The item is about to be committed under its id.
    void reserve(Item item) {
        last_reserved_ = std::max(last_reserved_, item.id);
        if (!spilled_ && items_ >= room()) {
            spilled_ = true;
            cursor_ = last_reserved_ - 1;  // all before this one are in memory
            ++epoch_;
        }
        if (spilled_ && items_ >= room() / 2) {
            table_only_.insert(item.id);
        } else {
            insert(std::move(item), false);
        }
    }

    // Its commit is done: it may start.
    void committed(MessageId id) {
        if (table_only_.erase(id) != 0) {
            unread_ = true;
            refill();
            return;
        }
        if (Lane* lane = find(id)) {
            slot_of(*lane, id)->committed = true;
            advance(*lane);
        }
    }

    // Its commit failed or was a duplicate: forget it.
    void aborted(MessageId id) {
        if (table_only_.erase(id) != 0) {
            unread_ = true;  // it may have been the last thing that kept the queue from having caught up
            refill();
            return;
        }
        forget(id);
    }

    // It is over, but its row cannot be deleted: memory must not take it up again, unless it is restarted. The next one
    // of its chat starts.
    void set_aside(MessageId id) {
        aside_.insert(id);
        forget(id);
    }

    // It is done, and its row is gone; the next one of its chat starts. It need not be the one that runs there, nor in
    // memory at all: a row that was given up once, and read back behind others, may be deleted late.
    void finish(MessageId id) {
        // A reading on its way may have seen the row before it was deleted.
        if (reading_) finished_.insert(id);
        aside_.erase(id);
        forget(id);
    }

    // The item that comes next in the chat of `id`, if it may be worked on together with that one: it is committed, and
    // nothing between the two stands unread in the table. It goes on waiting: call its finish() before that of the
    // first. Null: there is none.
    const Item* next_after(MessageId id) {
        Lane* lane = find(id);
        if (!lane) return nullptr;
        const auto next = std::next(slot_of(*lane, id));
        if (next == lane->slots.end() || !next->committed || (spilled_ && next->item.id > cursor_)) return nullptr;
        return &next->item;
    }

    // Read the table from its beginning: at start-up, and after a fault. What is in memory already is not taken twice.
    void recover() {
        known_until_ = spilled_ ? std::max(known_until_, cursor_) : std::max(cursor_, last_reserved_);
        spilled_ = true;
        unread_ = true;
        cursor_ = 0;
        ++epoch_;
        refill();
    }

    // Is there a row that memory does not know? Then recover() takes it up: a commit that was late, because the server
    // went on with it after its connection broke or the process before this one was killed. Holds up nothing when there
    // is none: call it now and then.
    void find_late() {
        if (!spilled_ && !reading_) look_after(0);
    }

    // The item in memory, or null.
    const Item* find_item(MessageId id) {
        Lane* lane = find(id);
        return lane ? &slot_of(*lane, id)->item : nullptr;
    }

    // Is it in memory and worked on?
    bool started(MessageId id) {
        Lane* lane = find(id);
        return lane && lane->running && lane->slots.front().item.id == id;
    }

    // Does memory hold all that waits?
    bool caught_up() const { return !spilled_; }
    // For what can wait elsewhere: all that is committed is in memory, and half of its share of that is free.
    bool has_room() const { return caught_up() && items_ < room() / 2; }
    std::size_t in_memory() const { return items_; }
    std::size_t chats() const { return lanes_.size(); }

    // Stop starting items; those running may finish.
    void pause() { paused_ = true; }
    void resume() {
        paused_ = false;
        advance_all();
        refill();
    }

private:
    struct Slot {
        Item item;
        bool committed;
    };
    struct Lane {
        std::string key;
        std::deque<Slot> slots;  // ascending ids, but for the first one when it is running
        bool running = false;
    };

    std::size_t room() const { return options_.memory.share(); }

    static std::string key_of(const Item& item) { return std::to_string(item.account) + ' ' + item.chat; }

    Lane* find(MessageId id) {
        const auto known = lane_of_.find(id);
        return known == lane_of_.end() ? nullptr : known->second;
    }

    typename std::deque<Slot>::iterator slot_of(Lane& lane, MessageId id) {
        if (lane.slots.front().item.id == id) return lane.slots.begin();
        return std::lower_bound(std::next(lane.slots.begin()), lane.slots.end(), id,
                                [](const Slot& slot, MessageId wanted) { return slot.item.id < wanted; });
    }

    void insert(Item item, bool is_committed) {
        const MessageId id = item.id;
        std::string key = key_of(item);
        Lane& lane = lanes_[key];
        if (lane.key.empty()) lane.key = std::move(key);
        lane_of_[id] = &lane;
        auto place = lane.slots.end();
        const auto first = lane.slots.begin() + (lane.running ? 1 : 0);
        while (place != first && std::prev(place)->item.id > id) --place;
        lane.slots.insert(place, Slot{std::move(item), is_committed});
        if (items_++ == 0) options_.memory.begin();
    }

    void forget(MessageId id) {
        Lane* lane = find(id);
        if (!lane) return;
        const auto slot = slot_of(*lane, id);
        if (slot == lane->slots.begin() && std::exchange(lane->running, false)) --running_;
        lane->slots.erase(slot);
        lane_of_.erase(id);
        if (--items_ == 0) options_.memory.end();
        advance(*lane);
        refill();
    }

    void advance(Lane& lane) {
        if (lane.running) return;
        if (lane.slots.empty()) {
            const std::string key = lane.key;  // the lane owns the text that erase() looks at
            lanes_.erase(key);
            return;
        }
        const Slot& front = lane.slots.front();
        // While rows stand unread in the table, only what lies before them may start.
        if (paused_ || !front.committed || (spilled_ && front.item.id > cursor_)) return;
        lane.running = true;
        ++running_;
        start_(lane.slots.front().item);
    }

    void advance_all() {
        std::vector<std::string> keys;
        keys.reserve(lanes_.size());
        for (const auto& [key, lane] : lanes_)
            if (!lane.running) keys.push_back(key);
        for (const auto& key : keys) {
            const auto lane = lanes_.find(key);
            if (lane != lanes_.end()) advance(lane->second);
        }
    }

    void refill() {
        if (!spilled_ || reading_ || !unread_) return;
        // What recover() reads again is in memory already, so it needs no room, and until it is read nothing there may
        // start. Who runs calls again at its end, and so does resume(). When nobody runs, all in memory waits for this
        // reading, however small the share has become meanwhile.
        const bool comes_again = running_ != 0 || paused_;
        if (comes_again && items_ >= room() * 3 / 4 + 1 && cursor_ >= known_until_) return;
        reading_ = true;
        unread_ = false;
        finished_.clear();
        // Every id below the first uncommitted one is committed or given up: a reading up to there misses nothing.
        const MessageId before = table_only_.empty() ? last_reserved_ + 1 : *table_only_.begin();
        read_(cursor_, std::max(end_of_reading(before), cursor_ + 1), options_.read_chunk,
              [this, before, epoch = epoch_](Result<std::vector<Item>> rows) {
                  reading_ = false;
                  if (!rows) {
                      unread_ = true;
                      refill();
                      return;
                  }
                  take(std::move(*rows), before, epoch);
              });
    }

    // Nothing was reserved yet: whatever the table holds.
    MessageId end_of_reading(MessageId before) const {
        return last_reserved_ == 0 ? std::numeric_limits<MessageId>::max() : before;
    }

    // Does this row of a reading stand for nothing to be done?
    bool is_known(const Item& row) const {
        return lane_of_.count(row.id) != 0 || table_only_.count(row.id) != 0 || finished_.count(row.id) != 0 ||
               aside_.count(row.id) != 0;
    }

    void look_after(MessageId after) {
        reading_ = true;
        finished_.clear();
        read_(after, end_of_reading(last_reserved_ + 1), options_.read_chunk,
              [this, epoch = epoch_](const Result<std::vector<Item>>& rows) {
                  reading_ = false;
                  if (!rows || epoch != epoch_) return refill();  // the next time, or by what has begun meanwhile
                  const auto late = [this](const Item& row) { return !is_known(row); };
                  if (std::any_of(rows->begin(), rows->end(), late)) {
                      recover();
                  } else if (rows->size() >= options_.read_chunk) {
                      look_after(rows->back().id);
                  }
              });
    }

    void take(std::vector<Item> rows, MessageId before, std::uint64_t epoch) {
        const bool full = rows.size() >= options_.read_chunk;
        const bool current = epoch == epoch_;
        if (!current) rows.clear();  // they are read again
        if (current && !rows.empty()) cursor_ = std::max(cursor_, rows.back().id);
        if (current && !full) cursor_ = std::max(cursor_, before - 1);
        // The first reading has no end: it may have seen rows whose commit was not yet reported.
        if (!table_only_.empty()) cursor_ = std::min(cursor_, *table_only_.begin() - 1);
        for (auto& row : rows)
            if (!is_known(row)) insert(std::move(row), true);
        finished_.clear();
        if (full || !current) {
            unread_ = true;
        } else if (!unread_ && table_only_.empty()) {
            spilled_ = false;  // nothing waits that is not in memory
        }
        advance_all();
        refill();
    }

    Options options_;
    Read read_;
    Start start_;
    std::unordered_map<std::string, Lane> lanes_;  // node-based: lanes stay where they are
    std::unordered_map<MessageId, Lane*> lane_of_;
    std::set<MessageId> table_only_;          // reserved while memory was full, not yet committed
    std::unordered_set<MessageId> finished_;  // since the reading on its way began
    std::unordered_set<MessageId> aside_;     // over, though their rows stand in the table
    std::size_t items_ = 0;
    std::size_t running_ = 0;  // lanes
    bool spilled_ = false;     // the table holds more than memory does
    bool unread_ = false;      // ... and rows behind the cursor
    bool reading_ = false;
    bool paused_ = false;
    MessageId cursor_ = 0;       // every row up to here is in memory or done
    MessageId known_until_ = 0;  // ... and was so before recover() began anew
    MessageId last_reserved_ = 0;
    std::uint64_t epoch_ = 0;
};

}  // namespace parley
