// A counter that many threads change and few read: each thread has its own cache line, so that counting calls on two
// cores costs what it costs on one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace parley::plugins {

// The stripe of this thread, for ever.
inline unsigned stripe_of_this_thread() {
    static std::atomic<unsigned> next{0};
    thread_local const unsigned mine = next.fetch_add(1, std::memory_order_relaxed);
    return mine;
}

class StripedCount {
public:
    static constexpr unsigned stripes = 16;

    void add(unsigned stripe) { cells_[stripe % stripes].value.fetch_add(1, std::memory_order_seq_cst); }
    // What was added on one thread may be taken away on another: only the sum means anything then.
    void remove(unsigned stripe) { cells_[stripe % stripes].value.fetch_sub(1, std::memory_order_seq_cst); }

    // Zero is certain once nobody adds any more: a removal that was missed only makes the sum larger.
    std::int64_t sum() const {
        std::int64_t total = 0;
        for (const auto& cell : cells_) total += cell.value.load(std::memory_order_seq_cst);
        return total;
    }

private:
    struct alignas(64) Cell {
        std::atomic<std::int64_t> value{0};
    };
    std::array<Cell, stripes> cells_;
};

}  // namespace parley::plugins
