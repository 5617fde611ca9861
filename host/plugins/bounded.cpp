#include "plugins/bounded.hpp"

#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>
#include <thread>

#include "plugins/crash_journal.hpp"

namespace parley::plugins {
namespace {

struct Shared {
    std::mutex mutex;
    std::condition_variable changed;
    bool done = false;
    bool given_up = false;
    std::exception_ptr error;
    UniqueFunction<void()> work, late;
};

void run(Shared& shared) {
    std::exception_ptr error;
    try {
        const AlternateStack stack;
        shared.work();
    } catch (...) {
        error = std::current_exception();  // rethrown by the one who waits
    }
    std::unique_lock lock(shared.mutex);
    shared.done = true;
    shared.error = error;
    shared.changed.notify_all();
    const bool late = shared.given_up;
    lock.unlock();
    if (late) shared.late();
}

}  // namespace

bool run_bounded(std::chrono::milliseconds deadline, UniqueFunction<void()> work, UniqueFunction<void()> late) {
    const auto shared = std::make_shared<Shared>();
    shared->work = std::move(work);
    shared->late = std::move(late);
    std::thread thread([shared] { run(*shared); });
    std::unique_lock lock(shared->mutex);
    const bool done = shared->changed.wait_for(lock, deadline, [&] { return shared->done; });
    shared->given_up = !done;
    lock.unlock();
    if (!done) {
        thread.detach();
        return false;
    }
    thread.join();
    if (shared->error) std::rethrow_exception(shared->error);
    return true;
}

}  // namespace parley::plugins
