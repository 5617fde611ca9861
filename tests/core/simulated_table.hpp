// A queue table without a database, for tests of DurableQueue: rows become visible with their commit, a reading takes
// its snapshot at one moment and is answered at a later one. Checks on every start that it is the right one. One
// thread.
#pragma once

#include <catch2/catch.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/durable_queue.hpp"

namespace parley::test {

struct Row {
    MessageId id = 0;
    AccountId account = 1;
    std::string chat;
};

class SimulatedTable {
public:
    using Queue = DurableQueue<Row>;

    SimulatedTable(std::size_t max_in_memory, std::size_t read_chunk)
        : memory(max_in_memory),
          queue(
              {memory, read_chunk},
              [this](MessageId after, MessageId before, std::size_t limit, auto done) {
                  REQUIRE_FALSE(reading_);  // one at a time
                  reading_ = true;
                  after_ = after;
                  before_ = before;
                  limit_ = limit;
                  done_ = std::move(done);
              },
              [this](Row& row) { on_start(row); }) {}

    // The steps of an item, each of which may happen long after the one before.
    MessageId reserve(const std::string& chat) {
        const MessageId id = next_id();
        chat_of_[id] = chat;
        queue.reserve(Row{id, 1, chat});
        return id;
    }
    void write(MessageId id) { rows[id] = Row{id, 1, chat_of_[id]}; }
    void commit(MessageId id) {
        write(id);
        queue.committed(id);
    }
    MessageId add(const std::string& chat) {
        const MessageId id = reserve(chat);
        commit(id);
        return id;
    }
    // A row that another program, or an earlier run of this one, wrote.
    MessageId write_behind_its_back(const std::string& chat) {
        const MessageId id = next_id();
        chat_of_[id] = chat;
        out_of_order.insert(id);
        write(id);
        return id;
    }
    void erase(MessageId id) { rows.erase(id); }
    void finish(MessageId id) {
        erase(id);
        running.erase(id);
        queue.finish(id);
    }

    bool reading() const { return reading_; }
    bool has_snapshot() const { return snapshot_taken_; }
    void take_snapshot() {
        if (!reading_ || snapshot_taken_) return;
        snapshot_taken_ = true;
        for (auto row = rows.upper_bound(after_); row != rows.end() && row->first < before_; ++row) {
            if (snapshot_.size() == limit_) break;
            snapshot_.push_back(row->second);
        }
    }
    void answer() {
        take_snapshot();
        end_reading()(std::move(snapshot_out_));
    }
    void fail_reading() { end_reading()(make_error(Errc::unavailable, "away")); }
    void answer_all() {
        while (reading_) answer();
    }
    // Until nothing is left to do.
    void finish_all() {
        while (!running.empty() || reading_) {
            if (reading_) answer();
            if (!running.empty()) finish(*running.begin());
        }
    }

    std::map<MessageId, Row> rows;
    std::set<MessageId> running;
    std::set<MessageId> out_of_order;  // ids that may start later than greater ones of their chat
    std::vector<MessageId> started;
    QueueMemory memory;
    Queue queue;

private:
    MessageId next_id() { return last_id_ += 10; }

    UniqueFunction<void(Result<std::vector<Row>>)> end_reading() {
        reading_ = snapshot_taken_ = false;
        snapshot_out_ = std::move(snapshot_);
        snapshot_.clear();
        return std::move(done_);
    }

    void on_start(const Row& row) {
        INFO("item " << row.id << " of chat " << row.chat);
        REQUIRE(rows.count(row.id) == 1);  // committed, and not done before
        REQUIRE(started_.insert(row.id).second);
        for (const auto id : running) REQUIRE(chat_of_[id] != row.chat);
        if (out_of_order.count(row.id) == 0) {
            REQUIRE(row.id > last_of_chat_[row.chat]);
            last_of_chat_[row.chat] = row.id;
        }
        running.insert(row.id);
        started.push_back(row.id);
    }

    MessageId last_id_ = 0;
    std::map<MessageId, std::string> chat_of_;
    std::set<MessageId> started_;
    std::map<std::string, MessageId> last_of_chat_;
    bool reading_ = false, snapshot_taken_ = false;
    MessageId after_ = 0, before_ = 0;
    std::size_t limit_ = 0;
    std::vector<Row> snapshot_, snapshot_out_;
    UniqueFunction<void(Result<std::vector<Row>>)> done_;
};

}  // namespace parley::test
