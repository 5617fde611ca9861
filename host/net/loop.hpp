// The event loop: one I/O thread. Owns Asio's io_context, which only this folder sees.
#pragma once

#include <functional>
#include <memory>

#include "core/executor.hpp"
#include "core/log.hpp"

namespace parley::net {

class Loop final : public Executor {
public:
    explicit Loop(Logger log);
    ~Loop() override;

    // Runs until stop(); the calling thread is the I/O thread. Exceptions of posted work are logged, never rethrown.
    void run();
    // [any thread] Lets run() return after the work at hand.
    void stop();

    void post(UniqueFunction<void()> work) override;
    TimerId after(std::chrono::milliseconds delay, UniqueFunction<void()> work) override;
    void cancel(TimerId id) override;
    bool on_loop_thread() const override;

    // Calls `handler` on the I/O thread at each of these signals (SIGTERM, SIGINT, SIGHUP), until the loop ends.
    void on_signal(int signal, std::function<void()> handler);

    // How late the loop ran a probe timer in the last second, in milliseconds: the measure of blocking.
    double lag_ms() const;

    struct Impl;
    Impl& impl() { return *impl_; }

private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
