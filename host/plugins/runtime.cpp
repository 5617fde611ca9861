#include "plugins/runtime.hpp"

#include <poll.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <future>
#include <thread>

#include "plugins/control.hpp"
#include "plugins/watcher.hpp"

namespace parley::plugins {
namespace {

using Clock = std::chrono::steady_clock;

RuntimeOptions tidy(RuntimeOptions options) {
    // The same directory must not have two spellings: files are known by their path.
    auto path = std::filesystem::absolute(options.plugins_dir).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    options.plugins_dir = path.string();
    return options;
}

}  // namespace

const char* to_string(State state) {
    switch (state) {
        case State::serving:
            return "serving";
        case State::disabled:
            return "disabled";
        case State::quarantined:
            return "quarantined";
        case State::failed:
            return "failed";
    }
    return "failed";
}

struct Runtime::Impl {
    Impl(RuntimeOptions o, HostServices& s, Logger l);
    void run();
    void run_tasks();
    void wait(Clock::time_point now);
    void look_again(const std::string& path);
    bool finished(Clock::time_point now) const;

    const RuntimeOptions options;
    HostServices& services;
    Logger log;
    std::shared_ptr<Bell> bell = std::make_shared<Bell>();
    std::shared_ptr<Mailbox> mailbox = std::make_shared<Mailbox>(bell);
    std::unique_ptr<CrashJournal> journal;
    Catalog catalog;
    Registry registry;
    Retirement retirement;
    Loader loader;
    Control control;
    std::unique_ptr<Watcher> watcher;  // runtime thread
    Settle again;                      // runtime thread: files to look at once more when nobody watches
    std::optional<Clock::time_point> stop_at;
    std::thread thread;
};

Runtime::Impl::Impl(RuntimeOptions o, HostServices& s, Logger l)
    : options(tidy(std::move(o))),
      services(s),
      log(std::move(l)),
      journal(options.state_dir.empty() ? nullptr : std::make_unique<CrashJournal>(options.state_dir)),
      retirement(options, mailbox, log),
      loader(options, services, retirement, mailbox, bell, log),
      control({options, services, catalog, registry, retirement, loader, journal.get(), log},
              [this](const std::string& path) { look_again(path); }),
      again(options.settle, &look_at) {}

void Runtime::Impl::look_again(const std::string& path) {
    if (watcher)
        watcher->touch(path, Clock::now());
    else
        again.touched(path, Clock::now());
}

void Runtime::Impl::run() {
    const AlternateStack stack;
    for (;;) {
        bell->reset();
        run_tasks();
        auto now = Clock::now();
        if (watcher) {
            watcher->collect(now);
            control.install_changed(watcher->due(now));
        }
        control.install_changed(again.due(now));
        control.retry(now);
        now = Clock::now();
        retirement.step(now);
        if (finished(now)) return;
        wait(now);
    }
}

void Runtime::Impl::run_tasks() {
    for (auto& task : mailbox->take()) {
        try {
            task();
        } catch (const std::exception& e) {
            log.error("plugin.task_failed", {{"error", e.what()}});
        }
    }
}

bool Runtime::Impl::finished(Clock::time_point now) const {
    return stop_at && (!retirement.waits_for_calls() || now >= *stop_at);
}

void Runtime::Impl::wait(Clock::time_point now) {
    std::optional<Clock::time_point> until = retirement.next(now);
    const auto sooner = [&until](std::optional<Clock::time_point> time) {
        if (time && (!until || *time < *until)) until = time;
    };
    if (watcher) sooner(watcher->next());
    sooner(again.next());
    sooner(control.next_retry());
    sooner(stop_at);
    const auto left = until ? std::chrono::ceil<std::chrono::milliseconds>(*until - now).count() : -1;
    pollfd waits[2] = {{bell->fd(), POLLIN, 0}, {watcher ? watcher->fd() : -1, POLLIN, 0}};
    ::poll(waits, 2, until ? static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000)) : -1);
}

Runtime::Runtime(RuntimeOptions options, HostServices& services, Logger log)
    : impl_(std::make_unique<Impl>(std::move(options), services, std::move(log))) {
    set_process_services(&services);
}

Runtime::~Runtime() {
    stop(std::chrono::milliseconds(0));
    clear_process_services(&impl_->services);
}

void Runtime::start() {
    auto& impl = *impl_;
    std::filesystem::create_directories(impl.options.plugins_dir);
    auto done = std::make_shared<std::promise<void>>();
    impl.mailbox->post([&impl, done] {
        try {
            impl.control.read_disabled();
            // Watched before it is read: a file that comes in between is seen twice and not missed.
            if (impl.options.watch)
                impl.watcher = std::make_unique<Watcher>(impl.options.plugins_dir, impl.options.settle, impl.log);
            impl.control.install_changed(plugin_files(impl.options.plugins_dir));
            done->set_value();
        } catch (...) {
            done->set_exception(std::current_exception());  // thrown by start()
        }
    });
    impl.thread = std::thread([&impl] { impl.run(); });
    done->get_future().get();
}

void Runtime::stop(std::chrono::milliseconds deadline) {
    auto& impl = *impl_;
    if (!impl.thread.joinable()) return;
    impl.mailbox->post([&impl, deadline] {
        impl.watcher.reset();
        impl.control.retire_all();
        impl.stop_at = Clock::now() + deadline;
    });
    impl.thread.join();
    // What was asked for too late is still answered.
    for (auto& task : impl.mailbox->close()) task();
}

Lease Runtime::find(std::string_view command) {
    return impl_->registry.find_command(command);
}
Lease Runtime::find_plugin(std::string_view id) {
    return impl_->registry.find_plugin(id);
}

void Runtime::for_each_preprocessor(const std::function<void(Lease&)>& visit) {
    // One at a time: a hook that never returns keeps its own plugin from going, and no other.
    std::string last;
    while (auto lease = impl_->registry.next_preprocessor(last)) {
        const InsidePlugin inside(lease);
        visit(lease);
        last = lease.plugin_id();
    }
}

std::vector<CommandInfo> Runtime::commands() const {
    return impl_->catalog.commands();
}
std::vector<PluginInfo> Runtime::list() const {
    return impl_->catalog.list();
}

std::optional<PluginInfo> Runtime::info(std::string_view id) const {
    for (auto& info : impl_->catalog.list())
        if (info.id == id) return std::move(info);
    return std::nullopt;
}

Result<std::string> Runtime::file_of(const std::string& target) const {
    return impl_->control.file_of(target);
}

std::optional<Runtime::Action> Runtime::action_from(std::string_view name) {
    if (name == "load") return Action::load;
    if (name == "reload") return Action::reload;
    if (name == "unload") return Action::unload;
    if (name == "enable") return Action::enable;
    if (name == "disable") return Action::disable;
    return std::nullopt;
}

void Runtime::request(Action action, std::string target, std::function<void(Result<std::string>)> done) {
    auto& impl = *impl_;
    if (impl.mailbox->full()) {
        if (done) done(make_error(Errc::overloaded, "too many plugin requests wait already: try again later"));
        return;
    }
    const auto task = [&impl, action, target = std::move(target), done] {
        Result<std::string> result =
            impl.stop_at ? make_error(Errc::gone, "the host is stopping") : impl.control.act(action, target);
        if (done) done(std::move(result));
    };
    if (!impl.mailbox->post(task) && done) done(make_error(Errc::gone, "the host is stopping"));
}

}  // namespace parley::plugins
