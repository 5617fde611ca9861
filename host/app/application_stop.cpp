// How the host ends: what is at work may finish, then the parts are taken down.
#include <algorithm>
#include <csignal>

#include "app/application.hpp"

namespace parley::app {

bool Application::stop(std::chrono::milliseconds patience) {
    stopped_ = true;
    ready_ = false;
    const auto deadline = std::chrono::steady_clock::now() + patience;
    const auto left = [&] {
        return std::max(std::chrono::milliseconds(0), std::chrono::duration_cast<std::chrono::milliseconds>(
                                                          deadline - std::chrono::steady_clock::now()));
    };
    log_.info("stopping");
    // What waits may be another host's already.
    if (patience.count() == 0)
        on_loop([&](const std::function<void()>& done) {
            sender_->pause();
            done();
        });
    if (server_)
        on_loop(
            [&](std::function<void()> done) { server_->stop(static_cast<int>(left().count() / 2), std::move(done)); });
    on_loop([&](const std::function<void()>& done) {
        timers_->stop();
        mailings_->stop();
        guards_->stop();
        dispatcher_->pause();
        done();
    });
    const bool idle = handler_pool_->drain(left() / 2);
    // What handlers have just finished is settled and sent before the end, as far as time allows.
    for (bool busy = true; busy && left().count() > 0;) {
        on_loop([&](const std::function<void()>& done) {
            sender_->pause();
            busy =
                (idle && dispatcher_->stats().running > 0) || sender_->sending() > 0 || journal_->stats().waiting > 0;
            done();
        });
        if (busy) std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    on_loop([&](const std::function<void()>& done) {
        conversations_->stop();
        done();
    });
    // They may have asked for commands meanwhile.
    if (!idle || !handler_pool_->drain(std::chrono::milliseconds(0))) {
        log_.error("stopping.handlers_left", {{"running", handler_pool_->stats().threads}});
        cluster_.reset();
        return false;
    }
    runtime_->stop(left() + std::chrono::seconds(1));
    return true;
}

void Application::abandon() {
    if (cluster_ && cluster_->pid() > 0) kill(cluster_->pid(), SIGINT);  // PostgreSQL's "fast" shutdown
}

Application::~Application() {
    if (server_) {
        on_loop([&](const std::function<void()>& done) {
            server_.reset();
            done();
        });
    }
    handler_pool_.reset();
    // Timers and answers that are still to come would find parts gone: from here on nothing runs on the loop any more.
    if (loop_) loop_->stop();
    if (io_thread_.joinable()) io_thread_.join();
    mailings_.reset();
    api_.reset();
    people_.reset();
    runtime_.reset();
    journal_.reset();
    pool_.reset();
    workers_.reset();
    files_.reset();
    timers_.reset();
    intake_.reset();
    contacts_.reset();
    dispatcher_.reset();
    conversations_.reset();
    guards_.reset();
    sender_.reset();
    accounts_.reset();
    language_.reset();
    client_.reset();
    loop_.reset();
    cluster_.reset();
}

}  // namespace parley::app
