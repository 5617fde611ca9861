// One coroutine waits at a gate until somebody opens it. Opening resumes it at once, inside open(). [I/O thread]
// A gate holds the coroutine that waits at it. A coroutine that holds its gate as well stays for ever unless somebody
// opens that: let the one who will open it hold it alone, and a loop that ends first takes both away.
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/deferred.hpp>
#include <optional>
#include <utility>

namespace parley::net {

class Gate {
public:
    // Opening twice, or before anybody waits, is fine.
    void open() {
        open_ = true;
        if (!waiter_) return;
        Waiter waiter(std::move(*waiter_));
        waiter_.reset();
        std::move(waiter)();
    }

    bool is_open() const { return open_; }
    void close() { open_ = false; }

    // co_await gate.wait(), only while it is not open: `if (!gate.is_open()) co_await gate.wait();`
    auto wait() {
        auto start = [this](auto handler) { waiter_.emplace(std::move(handler)); };
        return boost::asio::async_initiate<const boost::asio::deferred_t&, void()>(std::move(start),
                                                                                   boost::asio::deferred);
    }

private:
    using Waiter = boost::asio::any_completion_handler<void()>;

    bool open_ = false;
    std::optional<Waiter>
        waiter_;  // 1.81's assignment of these handlers recurses without end, so they are only constructed
};

}  // namespace parley::net
