#include <sys/resource.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <semaphore>
#include <thread>

#include "app/application.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/service_manager.hpp"
#include "db/database_lock.hpp"
#include "db/migrate.hpp"

namespace parley::app {
namespace {

constexpr std::chrono::seconds patience{15};
constexpr std::chrono::seconds patience_with_parts{10};  // once nothing is left to do, beside the embedded database

// A host that goes down lets go of its database within its own patience.
constexpr std::chrono::seconds former_host{20};

void print_welcome(Application& app) {
    const auto& config = app.configuration();
    std::string host = config.host == "0.0.0.0" || config.host == "::" ? "127.0.0.1" : config.host;
    if (host.find(':') != std::string::npos) host = "[" + host + "]";
    const std::string url =
        (config.tls_certificate.empty() ? "http://" : "https://") + host + ":" + std::to_string(app.port());
    std::size_t plugins = 0;
    for (const auto& plugin : app.runtime().list()) plugins += plugin.state == plugins::State::serving ? 1 : 0;
    std::error_code unknown;
    const auto self = std::filesystem::read_symlink("/proc/self/exe", unknown);
    const std::string program = unknown ? "parley" : self.string();  // it need not be on the PATH
    std::cout << "Parley is ready at " << url << " with " << plugins << " plugins.\n"
              << "  Admin sign-in (once): " << url << "/sign-in?code=" << app.people().sign_in_code().text() << "\n"
              << "  Talk to it:       " << program << " chat --data-dir " << config.data_dir << "\n"
              << "  WhatsApp gateway: let it post to " << url << "/api/whatsapp\n"
              << "  Plugins:          drop .so files into " << config.plugins_dir << "\n"
              << "  Stop it:          Ctrl-C\n";
    if (app.settings().flag("debug"))
        std::cout
            << "  Debug is on:      only admins are answered; `/admin setting -c debug false` lets everybody in\n";
    std::cout << std::flush;
}

// One host a database. The embedded one is its directory's, which only one has.
Result<std::unique_ptr<db::DatabaseLock>> lock_database(const config::Config& config, const Logger& log) {
    if (config.database_url.empty()) return std::unique_ptr<db::DatabaseLock>();
    db::DatabaseOptions database;
    database.url = config.database_url;
    return db::DatabaseLock::take(std::move(database), former_host, log);
}

// Each connection is a descriptor; the usual soft limit of 1024 is for programs of long ago that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

// A database that hangs holds its threads, and who joins them, for as long as it likes; and the signals were the
// loop's, which ends first. What was acknowledged is committed. An embedded database has the time that it may take to
// stop: a busy one writes all that it holds to disk, and one that is left behind would do so at the next start.
void take_down(std::unique_ptr<Application> app, const Logger& log) {
    const bool embedded = app->configuration().database_url.empty();
    const auto most = patience_with_parts + (embedded ? db::Cluster::longest_stop : std::chrono::seconds(0));
    std::binary_semaphore down{0};
    std::thread watchdog([&down, &log, most] {
        if (down.try_acquire_for(most)) return;
        log.error("stopping.stuck", {{"after_s", most.count()}});
        std::_Exit(1);
    });
    app.reset();
    down.release();
    watchdog.join();
}

}  // namespace

int serve(config::Config config) {
    raise_descriptor_limit();
    if (auto ok = config::complete(config); !ok) return fail(ok.error().message);
    const auto log = Logger::to(stderr, config.log_format, config.log_level);
    const ServiceManager manager(config.environment);
    std::binary_semaphore over{0};
    std::atomic<int> asked{0};
    std::atomic<bool> superseded{false};
    auto lock = lock_database(config, log);
    if (!lock) return fail(lock.error().message);
    auto started = Application::start(std::move(config), log);
    if (!started) return fail(started.error().message);
    auto app = std::move(*started);

    app->on_loop([&](const std::function<void()>& done) {
        for (const int signal : {SIGTERM, SIGINT})
            app->loop().on_signal(signal, [&] {
                // Asked twice: at once. All that matters is in the database, which is stopped as well.
                if (asked.fetch_add(1) > 0) {
                    app->abandon();
                    std::_Exit(130);
                }
                over.release();
            });
        app->loop().on_signal(SIGHUP, [&] {
            log.info("reload.asked");
            if (auto ok = app->server().reload_tls(); !ok) log.error("tls.not_reloaded", {{"why", ok.error().message}});
            app->runtime().request(plugins::Runtime::Action::reload, "all", [log](const Result<std::string>& outcome) {
                log.info("reload.done", {{"outcome", outcome ? *outcome : outcome.error().message}});
            });
        });
        manager.watch(app->loop());
        done();
    });
    if (*lock)
        (*lock)->keep([&](const Error& why) {
            log.error("database.lost_to_another_host", {{"why", why.message}});
            superseded = true;
            if (asked.fetch_add(1) == 0) over.release();
        });
    print_welcome(*app);
    manager.tell("READY=1");
    over.acquire();
    manager.tell("STOPPING=1");
    // What waits is the other host's now.
    const bool clean = app->stop(superseded ? std::chrono::seconds(0) : patience);
    const int code = superseded ? 1 : 0;
    if (!clean) std::_Exit(code);  // handlers that do not return still use the parts: leave without taking them down
    take_down(std::move(app), log);
    log.info("stopped");
    return code;
}

int migrate_database(const config::Config& given, bool only_show) {
    config::Config config = given;
    if (auto ok = config::complete(config); !ok) return fail(ok.error().message);
    if (auto ok = config::make_data_directory(config); !ok) return fail(ok.error().message);
    const auto log = Logger::to(stderr, config.log_format, config.log_level);
    std::unique_ptr<db::Cluster> cluster;
    db::DatabaseOptions database;
    database.url = config.database_url;
    if (database.url.empty()) {
        auto started = db::Cluster::start(config.data_dir + "/postgres", log);
        if (!started) return fail(started.error().message);
        cluster = std::move(*started);
        database.url = Secret(cluster->url());
    }
    const auto before = db::migration_state(database);
    if (!before) return fail(before.error().message);
    if (only_show) {
        for (const auto& name : before->pending) std::cout << "pending: " << name << '\n';
        std::cout << "The schema is at " << before->current << "; " << before->pending.size()
                  << " migrations are pending.\n";
        return 0;
    }
    const auto after = db::migrate(database, log);
    if (!after) return fail(after.error().message);
    std::cout << "The schema is at " << after->current << " (was " << before->current << ").\n";
    return 0;
}

}  // namespace parley::app
