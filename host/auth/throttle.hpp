// Slows down who guesses: so many tries are free, then each one costs a wait that doubles. Plain values, the time is
// handed in. [one thread]
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>

#include "core/executor.hpp"

namespace parley::auth {

class Throttle {
public:
    struct Rules {
        unsigned free = 5;  // tries before the first wait
        std::chrono::seconds first_wait{1};
        std::chrono::seconds longest_wait{15 * 60};
        std::chrono::seconds forgive{5 * 60};  // one try, for each such time without any
        std::chrono::seconds forget{60 * 60};  // all of them
        std::size_t most_keys = 100'000;       // more: those who were away longest are forgotten
    };
    explicit Throttle(Rules rules) : rules_(rules) {}

    // How long this key has to wait before its next try; zero: not at all.
    std::chrono::seconds wait(std::string_view key, SteadyTime now) const;

    // Counts a try. Do it before its outcome is known, or many at once are free.
    void count(std::string_view key, SteadyTime now);

    // The try was right: it and those before it do not count.
    void clear(std::string_view key);
    // The try was right, but the ones before it still count.
    void forgive(std::string_view key);

    std::size_t keys() const { return tries_.size(); }

private:
    struct Tries {
        unsigned count = 0;
        SteadyTime last{}, free_at{};
    };
    void make_room(SteadyTime now);
    std::chrono::seconds wait_after(unsigned count) const;

    Rules rules_;
    std::map<std::string, Tries, std::less<>> tries_;
};

}  // namespace parley::auth
