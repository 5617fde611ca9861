// Places in memory that several queues have between them. Each may fill an equal part, counted over the queues that
// hold anything: one that stands still with more than fits leaves the others theirs, and one alone has it all. A part
// is never less than a reading brings, so that many queues can go over `places` by that much each. One thread.
#pragma once

#include <algorithm>
#include <cstddef>

namespace parley {

class QueueMemory {
public:
    explicit QueueMemory(std::size_t places, std::size_t least = 500)
        : places_(places), least_(std::min(places, least)) {}

    // How many items one queue may hold at the moment.
    std::size_t share() const { return std::max(least_, places_ / std::max<std::size_t>(holding_, 1)); }

    // A queue holds its first item; it holds none any more.
    void begin() { ++holding_; }
    void end() { --holding_; }

private:
    std::size_t places_, least_, holding_ = 0;
};

}  // namespace parley
