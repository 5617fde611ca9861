#include "plugins/handler_pool.hpp"

#include <thread>

#include "plugins/pool_state.hpp"
#include "plugins/pool_worker.hpp"

namespace parley::plugins {

struct HandlerPool::Impl {
    std::shared_ptr<PoolState> state;
    std::thread watchdog;
};

HandlerPool::HandlerPool(HandlerPoolOptions options, Logger log) : impl_(std::make_unique<Impl>()) {
    impl_->state = std::make_shared<PoolState>(options, std::move(log));
    impl_->state->start_min_threads();
    impl_->watchdog = std::thread([state = impl_->state.get()] { state->watch(); });
}

HandlerPool::~HandlerPool() {
    impl_->state->stop();
    impl_->watchdog.join();
}

void HandlerPool::submit(Job job) {
    std::vector<Job> jobs;
    jobs.push_back(std::move(job));
    submit(std::move(jobs));
}
void HandlerPool::submit(std::vector<Job> jobs) {
    impl_->state->submit(std::move(jobs));
}
HandlerPool::Stats HandlerPool::stats() const {
    return impl_->state->stats();
}
bool HandlerPool::drain(std::chrono::milliseconds deadline) {
    return impl_->state->drain(deadline);
}

HandlerPool::BlockingSection::BlockingSection() {
    if (auto* here = current_pool_thread(); here && here->worker->sections++ == 0)
        here->state->begin_waiting(*here->worker);
}

HandlerPool::BlockingSection::~BlockingSection() {
    if (auto* here = current_pool_thread(); here && --here->worker->sections == 0)
        here->state->end_waiting(*here->worker);
}

}  // namespace parley::plugins
