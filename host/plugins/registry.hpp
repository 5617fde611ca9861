// Which generation serves which command, for handler threads: a table that is never changed, only replaced as a whole.
//
// Readers take no lock. A reader counts itself in (per stripe and epoch), reads the pointer, takes its leases, counts
// itself out: some nanoseconds. The writer swaps the pointer and waits until every reader that could have seen the old
// table is out; then no new lease on a generation that is not in the new table can appear.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <string_view>
#include <vector>

#include "plugins/generation.hpp"
#include "plugins/runtime.hpp"

namespace parley::plugins {

class Registry {
public:
    Registry();
    ~Registry();

    // [runtime thread] Returns when nobody looks at the old table any more. The generations must stay alive until after
    // a later publish() without them and the end of their leases.
    void publish(const std::vector<Generation*>& serving);

    // [handler threads] Empty when nobody serves it.
    Lease find_command(std::string_view command) const;
    Lease find_plugin(std::string_view id) const;
    // The next one behind `id` that has a preprocess hook, in order of ids; empty when there is none.
    Lease next_preprocessor(std::string_view id) const;

private:
    struct Table;
    class Reader;
    void wait_for_readers();

    std::atomic<const Table*> table_;
    std::atomic<unsigned> epoch_{0};
    mutable std::array<StripedCount, 2> readers_;
};

}  // namespace parley::plugins
