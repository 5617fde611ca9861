// The side of Downloads that handler threads see.
#include "pipeline/download_entry.hpp"

namespace parley::pipeline {

Result<Media> Downloads::wait(const Inbound& message, std::chrono::steady_clock::time_point deadline) {
    if (!message.media) return make_error(Errc::not_found, "the message has no file");
    if (!message.media->stored.empty()) return store_.find(message.media->stored, message.media->mime);
    const auto waiting = std::make_shared<Waiting>();
    executor_.post([this, waiting, id = message.id] {
        const auto found = entries_.find(id);
        if (found == entries_.end()) return waiting->tell_unknown();
        auto& entry = *found->second;
        if (entry.outcome) return waiting->tell(*entry.outcome);
        entry.waiting.push_back(waiting);
        if (!entry.running) start(entry);
    });
    const auto settled = [&] { return waiting->outcome.has_value() || waiting->unknown; };
    std::unique_lock lock(waiting->mutex);
    if (waiting->wake.wait_until(lock, deadline, settled) && !waiting->outcome) {
        lock.unlock();
        if (auto known = look_up(message, waiting); known || known.error().code != Errc::unavailable) return known;
        lock.lock();
        waiting->wake.wait_until(lock, deadline, [&] { return waiting->outcome.has_value(); });
    }
    if (!waiting->outcome) return make_error(Errc::timeout, "the file did not arrive in time");
    return *waiting->outcome;
}

// What the table says. Errc::unavailable: nothing yet, its download is begun.
Result<Media> Downloads::look_up(const Inbound& message, const std::shared_ptr<Waiting>& waiting) {
    std::optional<db::FileState> state;
    try {
        pool_.run([&](pqxx::work& tx) { state = db::read_file_state(tx, message.id); }, db::Rerun::safe);
    } catch (const ErrorException& failure) {
        log_.warn("media.not_read", {{"why", failure.error().message}});  // then it is fetched once more
    }
    if (state && !state->media.stored.empty()) return store_.find(state->media.stored, state->media.mime);
    if (state && !state->problem.empty())
        return make_error(Errc::not_found, "the file could not be fetched: " + state->problem);
    executor_.post([this, waiting, message] {
        auto found = entries_.find(message.id);
        if (found == entries_.end()) found = insert(message, 0);
        auto& entry = *found->second;
        if (entry.outcome) return waiting->tell(*entry.outcome);
        entry.waiting.push_back(waiting);
        if (!entry.running) start(entry);
    });
    return make_error(Errc::unavailable, "its download is begun");
}

}  // namespace parley::pipeline
