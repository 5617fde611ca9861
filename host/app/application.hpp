// The composition root: builds every part, in order, hands each the others it needs, and takes them down in reverse.
// The only file that knows them all.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "app/accounts.hpp"
#include "app/api.hpp"
#include "app/conversations.hpp"
#include "app/directory_lock.hpp"
#include "app/files.hpp"
#include "app/guards.hpp"
#include "app/language.hpp"
#include "app/mailings.hpp"
#include "app/people.hpp"
#include "app/signals.hpp"
#include "app/upkeep.hpp"
#include "config/config.hpp"
#include "config/settings.hpp"
#include "config/vault.hpp"
#include "contacts/book.hpp"
#include "core/ids.hpp"
#include "core/metrics.hpp"
#include "core/worker_pool.hpp"
#include "db/cluster.hpp"
#include "db/pool.hpp"
#include "db/store/journal.hpp"
#include "media/store.hpp"
#include "net/client.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"
#include "outbound/sender.hpp"
#include "pipeline/dispatcher.hpp"
#include "pipeline/handler.hpp"
#include "pipeline/intake.hpp"
#include "pipeline/timers.hpp"
#include "plugins/handler_pool.hpp"
#include "plugins/runtime.hpp"
#include "services/services.hpp"

namespace parley::app {

class Application {
public:
    // Brings everything up to the point where requests are taken: database, migrations, settings, plugins, server.
    // Blocks.
    static Result<std::unique_ptr<Application>> start(config::Config config, Logger log);

    // Takes no more requests, lets handlers and sends finish (at most `patience`), then takes everything down. Nothing
    // that was acknowledged is lost: what did not finish is in the database. Returns false when handlers had to be left
    // running: the process must end without running destructors of what they use.
    bool stop(std::chrono::milliseconds patience);
    ~Application();

    // [I/O thread] Stop the embedded PostgreSQL at once, for a process that ends without taking anything else down.
    void abandon();

    std::uint16_t port() const { return port_; }
    const config::Config& configuration() const { return config_; }
    std::string control_socket() const { return config_.data_dir + "/control.sock"; }

    // The parts, for the routes.
    net::Loop& loop() { return *loop_; }
    db::Pool& database() { return *pool_; }
    db::Journal& journal() { return *journal_; }
    config::Settings& settings() { return *settings_; }
    media::Store& media() { return *media_; }
    WorkerPool& workers() { return *workers_; }
    services::Services& services() { return *services_; }
    plugins::Runtime& runtime() { return *runtime_; }
    plugins::HandlerPool& handlers() { return *handler_pool_; }
    pipeline::Intake& intake() { return *intake_; }
    pipeline::Dispatcher& dispatcher() { return *dispatcher_; }
    outbound::Sender& sender() { return *sender_; }
    const Signals& signals() const { return *signals_; }
    Accounts& accounts() { return *accounts_; }
    Mailings& mailings() { return *mailings_; }
    Files& files() { return *files_; }
    Guards& guards() { return *guards_; }
    Language& language() { return *language_; }
    People& people() { return *people_; }
    Api& api() { return *api_; }
    net::Server& server() { return *server_; }
    Metrics& metrics() { return metrics_; }
    Logger log() const { return log_; }
    bool ready() const { return ready_ && journal_->healthy(); }

    // Wait on another thread until `work`, run on the I/O thread, calls its argument.
    void on_loop(std::function<void(std::function<void()> done)> work);

private:
    Application(config::Config config, Logger log);

    Result<void> open_database();
    Result<void> load_settings();
    void build_outside();
    outbound::Outbox::Table outbox_table();
    void read_inbox(MessageId after, MessageId before, std::size_t limit,
                    UniqueFunction<void(Result<std::vector<Inbound>>)> done);
    void build_pipeline(MessageId greatest);
    void connect_parts();
    Result<void> open_server();
    // [I/O thread] Takes up what waits in the tables and is not in memory.
    void read_tables();
    void find_late_commits();

    config::Config config_;
    Logger log_;
    DirectoryLock lock_;
    Metrics metrics_;
    std::atomic<bool> ready_{false};
    bool stopped_ = false;
    std::uint16_t port_ = 0;
    UnixMillis away_since_ = 0;  // when this host, or its database, was last known to take messages; 0: never

    std::unique_ptr<db::Cluster> cluster_;
    db::DatabaseOptions database_;
    std::unique_ptr<net::Loop> loop_;
    std::thread io_thread_;
    std::unique_ptr<db::Pool> pool_;
    std::optional<config::Vault> vault_;
    std::unique_ptr<config::Settings> settings_;
    std::unique_ptr<IdGenerator> ids_;
    std::unique_ptr<WorkerPool> workers_;
    std::unique_ptr<media::Store> media_;
    std::unique_ptr<services::PhoneZones> zones_;
    std::unique_ptr<net::Client> client_;
    std::unique_ptr<Language> language_;
    std::unique_ptr<Files> files_;
    std::unique_ptr<Accounts> accounts_;
    std::unique_ptr<db::Journal> journal_;
    std::unique_ptr<outbound::Sender> sender_;
    std::unique_ptr<const Signals> signals_;
    std::unique_ptr<Guards> guards_;
    std::unique_ptr<services::Services> services_;
    std::unique_ptr<plugins::Runtime> runtime_;
    std::unique_ptr<plugins::HandlerPool> handler_pool_;
    pipeline::KnownUsers known_users_;
    std::unique_ptr<pipeline::Handler> handler_;
    std::unique_ptr<pipeline::Dispatcher> dispatcher_;
    std::unique_ptr<Conversations> conversations_;
    std::unique_ptr<contacts::Book> contacts_;
    std::unique_ptr<pipeline::Intake> intake_;
    std::unique_ptr<pipeline::Timers> timers_;
    std::unique_ptr<Mailings> mailings_;
    std::unique_ptr<People> people_;
    std::unique_ptr<Upkeep> upkeep_;
    std::unique_ptr<Api> api_;
    net::Router router_;
    std::unique_ptr<net::Server> server_;
};

}  // namespace parley::app
