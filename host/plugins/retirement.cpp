#include "plugins/retirement.hpp"

#include <algorithm>
#include <mutex>

#include "plugins/bounded.hpp"

namespace parley::plugins {
namespace {

// Generations that the process cannot get rid of: somebody is inside, or their library is still mapped. Their memory,
// and the number of their descriptor, must not be used again.
void keep_for_ever(std::shared_ptr<Generation> generation) {
    static std::mutex mutex;
    static auto& kept = *new std::vector<std::shared_ptr<Generation>>;
    const std::lock_guard lock(mutex);
    kept.push_back(std::move(generation));
}

}  // namespace

Retirement::Retirement(const RuntimeOptions& options, std::shared_ptr<Mailbox> mailbox, Logger log)
    : options_(options), mailbox_(std::move(mailbox)), log_(std::move(log)) {}

Retirement::~Retirement() {
    for (auto& waiting : waiting_) keep_for_ever(std::move(waiting.generation));
    for (auto& generation : pinned_) keep_for_ever(std::move(generation));
    for (auto& generation : abandoned_) keep_for_ever(std::move(generation));
}

void Retirement::add(std::shared_ptr<Generation> generation) {
    std::erase(abandoned_, generation);
    waiting_.push_back(Waiting{std::move(generation), std::chrono::steady_clock::now()});
}

void Retirement::abandon(std::shared_ptr<Generation> generation, const char* hook) {
    log_.error("plugin.abandoned", {{"plugin", generation->id()},
                                    {"generation", generation->number()},
                                    {"hook", hook},
                                    {"what", "it did not return; this generation stays in memory"}});
    abandoned_.push_back(std::move(generation));
}

void Retirement::step(Time now) {
    // finish() may add to the list; only what was there is looked at.
    auto batch = std::exchange(waiting_, {});
    for (auto& waiting : batch)
        if (!finish(waiting, now)) waiting_.push_back(std::move(waiting));
}

bool Retirement::finish(Waiting& waiting, Time now) {
    auto& generation = waiting.generation;
    for (;;) {
        switch (next_undo(generation->stage())) {
            case Undo::retire:
                generation->begin_draining();
                generation->stats().draining.fetch_add(1);
                waiting.counted = true;
                break;
            case Undo::wait_for_calls:
                if (generation->in_use()) {
                    if (!waiting.reported && now - waiting.since >= options_.drain_deadline) {
                        waiting.reported = true;
                        log_.warn("plugin.drain_overdue",
                                  {{"plugin", generation->id()}, {"generation", generation->number()}});
                    }
                    return false;
                }
                generation->stats().draining.fetch_sub(1);
                generation->advance(Event::last_call_ended);
                break;
            case Undo::stop:
            case Undo::destroy:
                if (!run_hooks(generation)) return true;
                break;
            case Undo::close:
                close(generation);
                return true;
            case Undo::nothing:
                return true;
        }
    }
}

bool Retirement::run_hooks(const std::shared_ptr<Generation>& generation) {
    auto work = [generation] {
        if (next_undo(generation->stage()) == Undo::stop) generation->stop();
        generation->destroy();
    };
    auto late = [this, generation, mailbox = mailbox_] {
        mailbox->post(
            [this, generation] { add(generation); });  // a closed mailbox: `this` is gone, and so is the interest
    };
    if (run_bounded(options_.start_deadline, work, late)) return true;
    abandon(generation, "stop() or destroy()");
    return false;
}

// Static destructors of the library run.
void Retirement::close(const std::shared_ptr<Generation>& generation) {
    auto gone = std::make_shared<bool>(false);
    auto work = [generation, gone] { *gone = generation->close(); };
    auto late = [this, generation, gone, mailbox = mailbox_] {
        mailbox->post([this, generation, gone] {
            std::erase(abandoned_, generation);
            closed(generation, *gone);
        });
    };
    if (run_bounded(options_.start_deadline, work, late)) return closed(generation, *gone);
    abandon(generation, "dlclose()");
}

void Retirement::closed(const std::shared_ptr<Generation>& generation, bool gone) {
    if (gone) {
        log_.info("plugin.unloaded", {{"plugin", generation->id()}, {"generation", generation->number()}});
    } else {
        const unsigned pinned = generation->stats().pinned.fetch_add(1) + 1;
        log_.warn("plugin.stays_mapped", {{"plugin", generation->id()},
                                          {"generation", generation->number()},
                                          {"pinned", pinned},
                                          {"budget", pinned_budget},
                                          {"fix", "build it with parley_add_plugin()"}});
        pinned_.push_back(generation);
    }
    release_unpinned();
}

// A library with thread_local data goes when the threads that touched it have ended and another one is closed.
void Retirement::release_unpinned() {
    std::erase_if(pinned_, [](const auto& generation) {
        if (is_mapped(generation->memory_name())) return false;
        generation->advance(Event::unmap);
        generation->stats().pinned.fetch_sub(1);
        return true;
    });
}

std::optional<Retirement::Time> Retirement::next(Time now) const {
    if (waiting_.empty()) return std::nullopt;
    const auto youngest = std::max_element(waiting_.begin(), waiting_.end(),
                                           [](const Waiting& a, const Waiting& b) { return a.since < b.since; });
    // The bell may have missed the call that was just ending; what takes long need not be looked at often.
    const bool fresh = now - youngest->since < std::chrono::seconds(1);
    return now + std::chrono::milliseconds(fresh ? 10 : 200);
}

}  // namespace parley::plugins
