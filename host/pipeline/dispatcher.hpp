// Gives committed messages to handlers, chat by chat, and commits what they change. On the I/O thread; the handlers
// themselves run on the handler pool.
#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "core/durable_queue.hpp"
#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/metrics.hpp"
#include "db/store/journal.hpp"
#include "outbound/sender.hpp"
#include "pipeline/handler.hpp"
#include "plugins/handler_pool.hpp"

namespace parley::pipeline {

struct DispatcherOptions {
    std::size_t max_in_memory = 20'000;
    std::chrono::milliseconds handler_timeout{60'000};
};

class Dispatcher {
public:
    using Read = DurableQueue<Inbound>::Read;

    Dispatcher(DispatcherOptions options, Executor& executor, db::Journal& journal, plugins::HandlerPool& pool,
               Handler& handler, KnownUsers& known_users, config::Settings& settings, outbound::Sender& sender,
               IdGenerator& ids, Read read, Metrics& metrics, Logger log);

    // The three steps of a message that intake (or a due timer) commits.
    void reserve(const Inbound& message) { queue_.reserve(message); }
    void committed(MessageId id) { queue_.committed(id); }
    void aborted(MessageId id) { queue_.aborted(id); }

    // Plain words are answered by `turns` from now on. Before the first message.
    void converse_with(Turns& turns) { turns_ = &turns; }

    // Take up what the table holds: at start-up, after the database was away, after requeueing.
    void recover() { queue_.recover(); }
    // Take up what was committed late. Costs little when there is nothing.
    void find_late() { queue_.find_late(); }
    // No more handlers are started, nor run again; those running may finish. The rest stays in the table.
    void pause() {
        paused_ = true;
        queue_.pause();
    }

    // What admins asked for in a handling that is now committed. `tell` brings a text into the chat that asked.
    using Tell = std::function<void(std::string text)>;
    std::function<void(const PluginRequest&, Tell tell)> on_plugin_request;
    // Settings changed behind a handling that changes them too: reads them anew, then it runs again.
    std::function<void(UniqueFunction<void()> done)> refresh_settings;
    // A handling set or cancelled timers.
    std::function<void()> on_timers_changed;
    // Somebody's message was handled, and that is committed.
    std::function<void(const Inbound&)> on_handled;

    struct Stats {
        std::size_t waiting, running, chats;
    };
    Stats stats() const { return {queue_.in_memory(), running_, queue_.chats()}; }

private:
    struct Handling;
    struct Gathering;

    void start(Inbound& message);
    void submit(std::shared_ptr<Handling> handling);
    void finished(std::shared_ptr<Handling> handling);
    void overdue(const std::shared_ptr<Handling>& handling, const std::string& plugin);
    void settle(std::shared_ptr<Handling> handling, Effects effects);
    void settled(const std::shared_ptr<Handling>& handling, const Effects& effects, Result<db::Settlement> how);
    void run_again(const std::shared_ptr<Handling>& handling, int reruns);
    void apply(const std::shared_ptr<Handling>& handling, const Effects& effects);
    void handled(const Inbound& message);

    // Plain words, in dispatcher_turns.cpp
    void converse(std::shared_ptr<Handling> first);
    void gather(const std::shared_ptr<Gathering>& gathering);
    void heard(const std::shared_ptr<Handling>& next);
    void ask(const std::shared_ptr<Gathering>& gathering);

    DispatcherOptions options_;
    Executor& executor_;
    db::Journal& journal_;
    plugins::HandlerPool& pool_;
    Handler& handler_;
    KnownUsers& known_users_;
    config::Settings& settings_;
    outbound::Sender& sender_;
    IdGenerator& ids_;
    Turns* turns_ = nullptr;
    Logger log_;
    QueueMemory memory_;
    DurableQueue<Inbound> queue_;
    std::vector<plugins::HandlerPool::Job> ready_;  // for the pool, at the end of this turn of the loop
    std::size_t running_ = 0;
    bool paused_ = false;
    Metrics::Counter handled_, failed_, overdue_, conflicts_, rejected_;
    Metrics::Histogram handler_seconds_;
};

}  // namespace parley::pipeline
