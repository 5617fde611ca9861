// Coarse deadlines for everything that waits in this folder. Setting one is a store, so it can be moved at each read
// and write; one timer of the loop serves all of them (an Asio timer each was measured at 13 to 22 % of a request).
// [I/O thread]
#pragma once

#include <boost/intrusive/list.hpp>

#include "core/executor.hpp"

namespace parley::net {

class Deadlines;

// A member of what waits. Fires at most once for each set(), up to 10 ms late.
class Deadline : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    Deadline(Deadlines& all, UniqueFunction<void()> expired);
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void set(std::chrono::milliseconds from_now) { set_at(std::chrono::steady_clock::now() + from_now); }
    void set_at(SteadyTime at);
    void clear() { at_ = SteadyTime::max(); }

private:
    friend class Deadlines;
    Deadlines& all_;
    SteadyTime at_ = SteadyTime::max();
    UniqueFunction<void()> expired_;  // may destroy this
};

class Deadlines {
public:
    explicit Deadlines(Executor& executor) : executor_(executor) {}

private:
    friend class Deadline;
    using List = boost::intrusive::list<Deadline, boost::intrusive::constant_time_size<false>>;

    void wake_at(SteadyTime at);
    void sweep();

    Executor& executor_;
    List entries_;
    SteadyTime next_sweep_ = SteadyTime::max();
    Executor::TimerId timer_ = 0;
};

inline void Deadline::set_at(SteadyTime at) {
    at_ = at;
    if (at < all_.next_sweep_) all_.wake_at(at);
}

}  // namespace parley::net
