// Random interleavings of all that happens to a DurableQueue. Whatever the order: each committed item is started once,
// chat by chat in order of id, and nothing is left at the end.
#include <catch2/catch.hpp>
#include <random>

#include "core/simulated_table.hpp"

namespace parley::test {
namespace {

struct Mix {
    const char* name;
    std::size_t max_in_memory, read_chunk;
    int chats;
    int faults;          // of a thousand steps
    int arrivals, ends;  // weights: which of them wins decides whether the queue fills
};

class RandomRun {
public:
    RandomRun(const Mix& mix, unsigned seed) : mix_(mix), random_(seed), table_(mix.max_in_memory, mix.read_chunk) {}

    void run(int steps) {
        for (int i = pick(40); i > 0; --i) table_.write_behind_its_back(chat());
        foreign_ = table_.rows.size();
        table_.queue.recover();
        for (int i = 0; i < steps; ++i) {
            step();
            check_bound();
        }
        drain();
        CHECK(table_.rows.empty());
        CHECK(table_.queue.in_memory() == 0);
        CHECK(table_.queue.chats() == 0);
        CHECK(table_.queue.caught_up());
        CHECK(table_.started.size() == written_ + foreign_);
    }

private:
    struct Pending {
        MessageId id;
        bool written;
    };

    int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
    std::string chat() { return std::to_string(pick(mix_.chats)); }

    void step() {
        if (pick(1000) < mix_.faults) {
            fault();
            return;
        }
        const int weights[] = {mix_.arrivals, 30, 30, 4, mix_.ends, mix_.ends, 10, 10, 1, 2};
        switch (std::discrete_distribution<int>(std::begin(weights), std::end(weights))(random_)) {
            case 0:
                pending_.push_back({table_.reserve(chat()), false});
                break;
            case 1:
                write();
                break;
            case 2:
                tell_committed();
                break;
            case 3:
                abort();
                break;
            case 4:
                erase();
                break;
            case 5:
                tell_finished();
                break;
            case 6:
                table_.take_snapshot();
                break;
            case 7:
                answer();
                break;
            case 8:
                pause_or_resume();
                break;
            case 9:
                table_.queue.find_late();
                break;
        }
    }

    void write() {
        if (pending_.empty()) return;
        auto& item = pending_[static_cast<std::size_t>(pick(static_cast<int>(pending_.size())))];
        if (item.written) return;
        table_.write(item.id);
        item.written = true;
        ++written_;
    }
    void tell_committed() {
        if (pending_.empty()) return;
        const auto at = pending_.begin() + pick(static_cast<int>(pending_.size()));
        if (!at->written) return;
        const MessageId id = at->id;
        pending_.erase(at);
        table_.queue.committed(id);
    }
    void abort() {
        if (pending_.empty()) return;
        const auto at = pending_.begin() + pick(static_cast<int>(pending_.size()));
        if (at->written) return;
        const MessageId id = at->id;
        pending_.erase(at);
        table_.queue.aborted(id);
        dead_.push_back(id);
    }
    void erase() {
        for (const auto id : table_.running) {
            if (pick(3) != 0 || table_.rows.count(id) == 0) continue;
            table_.erase(id);
            return;
        }
    }
    void tell_finished() {
        for (const auto id : table_.running) {
            if (table_.rows.count(id) != 0) continue;
            table_.finish(id);
            return;
        }
    }
    void answer() {
        if (table_.reading()) table_.answer();
    }
    void pause_or_resume() {
        paused_ = !paused_;
        paused_ ? table_.queue.pause() : table_.queue.resume();
    }

    // The database goes away: what is on its way ends as "not committed", whatever is true, and readings fail. Then it
    // is back.
    void fault() {
        for (int i = pick(4); i > 0 && !pending_.empty(); --i) {
            const auto at = pending_.begin() + pick(static_cast<int>(pending_.size()));
            const Pending item = *at;
            pending_.erase(at);
            if (item.written) table_.out_of_order.insert(item.id);
            table_.queue.aborted(item.id);
            ++in_doubt_;
        }
        if (table_.reading() && pick(2) == 0) table_.fail_reading();
        if (pick(2) == 0) commit_late();  // or requeued by an admin
        table_.queue.recover();
        if (pick(2) == 0) commit_late();
    }

    void commit_late() {
        if (dead_.empty()) return;
        table_.out_of_order.insert(dead_.back());
        table_.write(dead_.back());
        dead_.pop_back();
        ++foreign_;
    }

    void check_bound() {
        const std::size_t limit = std::max(mix_.max_in_memory, mix_.max_in_memory * 3 / 4 + 1 + mix_.read_chunk);
        REQUIRE(table_.queue.in_memory() <= limit + in_doubt_ + foreign_);
    }

    void drain() {
        table_.queue.resume();
        while (!pending_.empty()) {
            write();
            tell_committed();
        }
        table_.finish_all();
        table_.queue.find_late();
        table_.finish_all();
    }

    const Mix& mix_;
    std::mt19937 random_;
    SimulatedTable table_;
    std::vector<Pending> pending_;
    std::vector<MessageId> dead_;
    std::size_t written_ = 0, foreign_ = 0, in_doubt_ = 0;
    bool paused_ = false;
};

TEST_CASE("whatever the order of events, each committed item is started once and in order") {
    const Mix mixes[] = {
        {"calm", 1000, 50, 20, 0, 20, 40},
        {"spilling", 8, 3, 5, 0, 40, 20},
        {"spilling, many chats", 40, 7, 200, 0, 40, 20},
        {"chunk as large as memory", 8, 16, 4, 5, 40, 25},
        {"tiny", 2, 1, 3, 5, 30, 30},
        {"faults", 12, 4, 4, 20, 30, 30},
        {"faults, spilling", 16, 5, 8, 20, 45, 15},
        {"one chat", 10, 4, 1, 10, 30, 30},
    };
    for (const auto& mix : mixes) {
        for (unsigned seed = 1; seed <= 12; ++seed) {
            INFO(mix.name << ", seed " << seed);
            RandomRun(mix, seed).run(3000);
        }
    }
}

}  // namespace
}  // namespace parley::test
