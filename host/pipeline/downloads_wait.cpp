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
    executor_.post([this, waiting, message] { listen(message, waiting); });
    return make_error(Errc::unavailable, "its download is begun");
}

// To a download that is begun if need be.
void Downloads::listen(const Inbound& message, const std::shared_ptr<Waiting>& waiting) {
    auto found = entries_.find(message.id);
    if (found == entries_.end()) found = insert(message, 0);
    auto& entry = *found->second;
    if (entry.outcome) return waiting->tell(*entry.outcome);
    entry.waiting.push_back(waiting);
    if (!entry.running) start(entry);
}

void Downloads::when_stored(const Inbound& message, std::chrono::steady_clock::time_point deadline,
                            UniqueFunction<void(Result<Media>)> done) {
    const auto waiting = std::make_shared<Waiting>();
    waiting->done = std::move(done);
    const auto tell = [waiting](Result<Media> outcome) {
        if (waiting->done) waiting->tell(std::move(outcome));
    };
    if (!message.media || !message.media->stored.empty()) {
        executor_.post([tell, media = message.media] {
            tell(media ? Result<Media>(*media) : make_error(Errc::not_found, "the message has no file"));
        });
        return;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - SteadyTime::clock::now());
    executor_.after(std::max(left, std::chrono::milliseconds(0)),
                    [tell] { tell(make_error(Errc::timeout, "the file did not arrive in time")); });
    if (entries_.count(message.id) != 0) {
        executor_.post([this, message, waiting] {
            if (waiting->done) listen(message, waiting);
        });
        return;
    }
    auto state = std::make_shared<std::optional<db::FileState>>();
    pool_.run_async(
        executor_, [state, id = message.id](pqxx::work& tx) { *state = db::read_file_state(tx, id); },
        [this, state, message, waiting, tell](const Result<void>& read) {
            if (!waiting->done) return;
            if (!read) log_.warn("media.not_read", {{"why", read.error().message}});  // then it is fetched once more
            if (read && *state && !(*state)->media.stored.empty()) return tell((*state)->media);
            if (read && *state && !(*state)->problem.empty())
                return tell(make_error(Errc::not_found, "the file could not be fetched: " + (*state)->problem));
            listen(message, waiting);
        },
        db::Rerun::safe);
}

}  // namespace parley::pipeline
