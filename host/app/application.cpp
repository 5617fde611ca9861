#include "app/application.hpp"

#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "app/api/operations.hpp"
#include "app/first_settings.hpp"
#include "app/refresh_settings.hpp"
#include "app/routes/routes.hpp"
#include "app/table_reader.hpp"
#include "channels/fallback.hpp"
#include "channels/recipient.hpp"
#include "core/text.hpp"
#include "db/migrate.hpp"
#include "db/store/queue_reader.hpp"
#include "db/store/repositories.hpp"

namespace parley::app {
namespace {

constexpr std::chrono::seconds late_commits{20};

// Providers' clocks and lists are not ours to the second.
constexpr UnixMillis overlap_ms = 10 * 60 * 1000;

// The program's own path, for the trial load of plugins and the reading of documents.
std::string own_program() {
    std::string path(4096, '\0');
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return path;
}

}  // namespace

Application::Application(config::Config config, Logger log) : config_(std::move(config)), log_(std::move(log)) {}

Result<std::unique_ptr<Application>> Application::start(config::Config config, Logger log) {
    std::unique_ptr<Application> app(new Application(std::move(config), std::move(log)));
    if (auto ok = config::make_data_directory(app->config_); !ok) return ok.error();
    auto lock = DirectoryLock::take(app->config_.data_dir);
    if (!lock) return lock.error();
    app->lock_ = std::move(*lock);
    if (auto ok = app->open_database(); !ok) return ok.error();
    app->loop_ = std::make_unique<net::Loop>(app->log_);
    app->io_thread_ = std::thread([loop = app->loop_.get()] { loop->run(); });
    app->pool_ = std::make_unique<db::Pool>(app->database_, app->log_);
    if (auto ok = app->load_settings(); !ok) return ok.error();

    MessageId greatest = 0;
    try {
        app->pool_->run([&](pqxx::work& tx) {
            db::ensure_partitions(tx);
            greatest = db::greatest_id(tx);
            if (greatest != 0) db::apply_missed_reports(tx, IdGenerator::time_of(greatest) - 60'000);
        });
    } catch (const ErrorException& failure) {
        return failure.error();
    }
    if (greatest != 0) app->away_since_ = IdGenerator::time_of(greatest);
    app->build_outside();
    if (auto ok = app->accounts_->load(); !ok) return ok.error();
    app->build_pipeline(greatest);
    if (auto ok = app->guards_->load(); !ok) return ok.error();
    app->connect_parts();
    app->runtime_->start();
    if (auto ok = app->open_server(); !ok) return ok.error();
    return app;
}

Result<void> Application::open_database() {
    if (config_.database_url.empty()) {
        auto cluster = db::Cluster::start(config_.data_dir + "/postgres", log_);
        if (!cluster) return cluster.error();
        cluster_ = std::move(*cluster);
        database_.url = Secret(cluster_->url());
    } else {
        database_.url = config_.database_url;
    }
    auto state = db::migrate(database_, log_);
    if (!state) return state.error();
    return {};
}

Result<void> Application::load_settings() {
    auto vault = config::Vault::open(config_.master_key_file);
    if (!vault) return vault.error();
    vault_.emplace(std::move(*vault));
    settings_ = std::make_unique<config::Settings>(*vault_);
    return app::load_settings(*settings_, config_.environment, *pool_, log_);
}

// What reaches beyond this process: files, HTTP, channels.
void Application::build_outside() {
    workers_ = std::make_unique<WorkerPool>(2);
    media_ = std::make_unique<media::Store>(config_.data_dir + "/media",
                                            static_cast<std::uint64_t>(config_.media.min_free_mb) << 20);
    zones_ = std::make_unique<services::PhoneZones>();
    net::ClientOptions options;
    options.max_connections_per_host = std::max(1024u, config_.gateway.concurrency);
    client_ = std::make_unique<net::Client>(*loop_, options, log_);
    language_ = std::make_unique<Language>(
        Language::Parts{*loop_, *client_, *workers_, *settings_,
                        [this](gpt::Audio recording, UniqueFunction<void(Result<gpt::Audio>)> done) {
                            files_->convert(std::move(recording), std::move(done));
                        },
                        log_});
    files_ = std::make_unique<Files>(
        Files::Parts{config_, *settings_, *vault_, *pool_, *loop_, *workers_, *media_, own_program(), metrics_, log_},
        [this](AccountId account) { return sender_->channel_of(account); });
    const auto public_link = [this](const std::string& stored) { return files_->public_link(stored); };
    accounts_ = std::make_unique<Accounts>(
        Accounts::Parts{config_, *settings_, *vault_, *pool_, *client_, *loop_, public_link, log_});
}

outbound::Outbox::Table Application::outbox_table() {
    return {[this](AccountId account, MessageId after, MessageId before, std::size_t limit, auto done) {
                read_table<Outbound>(
                    *pool_, *loop_, [=](pqxx::work& tx) { return db::read_outbox(tx, account, after, before, limit); },
                    std::move(done));
            },
            [this](auto done) { read_table<AccountId>(*pool_, *loop_, db::read_outbox_accounts, std::move(done)); }};
}

void Application::read_inbox(MessageId after, MessageId before, std::size_t limit,
                             UniqueFunction<void(Result<std::vector<Inbound>>)> done) {
    read_table<Inbound>(
        *pool_, *loop_, [=](pqxx::work& tx) { return db::read_inbox(tx, after, before, limit); },
        [this, done = std::move(done)](Result<std::vector<Inbound>> rows) mutable {
            // The table knows an account's number alone.
            if (rows)
                for (Inbound& message : *rows) message.channel = intake_->channel_name(message.account);
            done(std::move(rows));
        });
}

void Application::build_pipeline(MessageId greatest) {
    // A node of its own: should another host work on this database for a moment, their ids do not meet.
    ids_ = std::make_unique<IdGenerator>(std::random_device{}(), greatest);
    journal_ = std::make_unique<db::Journal>(database_, db::JournalOptions{}, *loop_, log_);
    outbound::RetryRules rules;
    rules.retry_for_ms = 1000LL * config_.retry_for_s;
    sender_ = std::make_unique<outbound::Sender>(*loop_, *journal_, *workers_, *media_, *ids_, outbox_table(),
                                                 config_.max_in_memory, rules, metrics_, log_);

    guards_ = std::make_unique<Guards>(
        Guards::Parts{*loop_, database_, *pool_, *settings_, *accounts_, language_->model(), *ids_, metrics_, log_});
    signals_ = std::make_unique<const Signals>(*loop_, *sender_, *accounts_);
    const services::ShowTyping show_typing = [this](AccountId account, const std::string& chat,
                                                    const std::string& provider_id,
                                                    bool on) { signals_->typing(account, chat, provider_id, on); };
    services_ = std::make_unique<services::Services>(services::Collaborators{
        *pool_, *client_, *loop_, *settings_, *media_, files_->documents(), files_->pictures(), *zones_, log_,
        [this](const Inbound& message, std::chrono::steady_clock::time_point deadline) {
            return files_->downloads().wait(message, deadline);
        },
        show_typing, [this](AccountId account, bool on) { return signals_->presence(account, on); },
        [this](AccountId account, std::string_view to) {
            return channels::chat_id(accounts_->channel_of(account), to);
        },
        [this](AccountId account, OutboundKind kind) {
            return channels::can_leave(kind, accounts_->capabilities_of(account));
        },
        guards_->model()});
    plugins::RuntimeOptions runtime;
    runtime.plugins_dir = config_.plugins_dir;
    runtime.state_dir = config_.data_dir;
    runtime.canary_program = own_program();
    runtime_ = std::make_unique<plugins::Runtime>(runtime, *services_, log_);
    services_->set_runtime(*runtime_);
    plugins::HandlerPoolOptions handlers;
    handlers.max_threads = config_.max_handlers;
    handler_pool_ = std::make_unique<plugins::HandlerPool>(handlers, log_);
    handler_ = std::make_unique<pipeline::Handler>(*runtime_, *services_, *settings_, known_users_, log_);
    handler_->heed(guards_->silence());

    pipeline::DispatcherOptions options;
    options.max_in_memory = config_.max_in_memory;
    options.handler_timeout = std::chrono::milliseconds(config_.handler_timeout_ms);
    dispatcher_ = std::make_unique<pipeline::Dispatcher>(
        options, *loop_, *journal_, *handler_pool_, *handler_, known_users_, *settings_, *sender_, *ids_,
        [this](MessageId after, MessageId before, std::size_t limit, auto done) {
            read_inbox(after, before, limit, std::move(done));
        },
        metrics_, log_);
    conversations_ = std::make_unique<Conversations>(
        Conversations::Parts{*loop_, *pool_, *workers_, *settings_, *media_, *zones_, guards_->model(), *runtime_,
                             *handler_pool_, *handler_, *dispatcher_, *files_, show_typing, metrics_, log_});
    intake_ = std::make_unique<pipeline::Intake>(*loop_, *journal_, *dispatcher_, *ids_, metrics_, log_);
    contacts_ = std::make_unique<contacts::Book>(*loop_, *pool_, contacts::BookOptions{}, log_);
    intake_->keep_contacts(*contacts_);
    timers_ = std::make_unique<pipeline::Timers>(*loop_, *pool_, *journal_, *dispatcher_, *intake_, *ids_, log_);
    mailings_ = std::make_unique<Mailings>(
        Mailings::Parts{*loop_, database_, *pool_, *settings_, *accounts_, *sender_, *intake_, *ids_, log_});
    people_ = std::make_unique<People>(
        People::Parts{config_, database_, *pool_, *loop_, *accounts_, *files_, *intake_, log_});
    upkeep_ = std::make_unique<Upkeep>(*pool_, *loop_, log_);
}

void Application::connect_parts() {
    accounts_->on_changed = [this] { known_users_.clear(); };  // it may belong to another organisation
    on_loop([this](const std::function<void()>& done) {
        accounts_->open(*sender_, *intake_);
        done();
    });
    dispatcher_->on_handled = [this](const Inbound& message) { accounts_->mark_read(message); };
    intake_->on_file = [this](const Inbound& message) { files_->downloads().add(message); };
    sender_->set_voice(&files_->voice());
    intake_->on_settled = [this](AccountId account, MessageId id) { sender_->settled(account, id); };
    dispatcher_->on_timers_changed = [this] { timers_->look(); };
    dispatcher_->refresh_settings = [this](UniqueFunction<void()> refreshed) {
        refresh_settings(*pool_, *loop_, *settings_, std::move(refreshed));
    };
    dispatcher_->on_plugin_request = [this](const PluginRequest& request, pipeline::Dispatcher::Tell tell) {
        const auto action = plugins::Runtime::action_from(request.action);
        if (!action) return;
        runtime_->request(*action, request.target, [this, tell = std::move(tell)](Result<std::string> outcome) {
            loop_->post([tell, outcome = std::move(outcome)] { tell(outcome ? *outcome : outcome.error().message); });
        });
    };
    settings_->on_change([this](const std::string& name) {
        const bool debug = name == "debug";  // the addresses for tests come into use, or go out of it
        if (debug || name.starts_with("public_url")) accounts_->public_url_changed();
        if (!debug && !name.starts_with("whatsapp_client")) return;
        accounts_->gateway().reconfigure();
        sender_->retry_now();
    });
    journal_->on_health([this](bool healthy) {
        log_.log(healthy ? LogLevel::info : LogLevel::error, healthy ? "database.back" : "database.away", {});
        if (!healthy) {
            away_since_ = unix_now();
            return;
        }
        accounts_->catch_up(away_since_ - overlap_ms);
        // It is not known what was committed while it went away: the tables are.
        read_tables();
    });
}

void Application::read_tables() {
    dispatcher_->recover();
    sender_->recover();
    timers_->look();
}

// A server behind a broken connection, or behind a host that was killed, may still have been at a commit.
void Application::find_late_commits() {
    dispatcher_->find_late();
    sender_->find_late();
    loop_->after(late_commits, [this] { find_late_commits(); });
}

Result<void> Application::open_server() {
    api_ = std::make_unique<Api>(Api::Parts{*loop_, *pool_, people_->authenticator(), *runtime_,
                                            [this] { return health_of(*this); }, config_, log_});
    on_loop([this](const std::function<void()>& done) {
        router_ = make_router(*this);
        done();
    });
    if (auto same = api_->check(router_); !same) return same;
    net::ServerOptions options;
    options.allowed_origins = config_.allowed_origins;
    options.trusted_proxies = config_.trusted_proxies;
    server_ = std::make_unique<net::Server>(*loop_, router_, options, log_);
    Result<void> opened;
    on_loop([&](const std::function<void()>& done) {
        auto bound = config_.tls_certificate.empty()
                         ? server_->listen(config_.host, config_.port)
                         : server_->listen_tls(config_.host, config_.port, {config_.tls_certificate, config_.tls_key});
        if (bound) {
            port_ = *bound;
            opened = server_->listen_local(control_socket());
        } else {
            opened = bound.error();
        }
        if (opened) {
            read_tables();
            loop_->after(late_commits, [this] { find_late_commits(); });
            mailings_->start();
            guards_->start(*intake_);
            people_->start();
            files_->open();
            upkeep_->run();
            ready_ = true;
            if (away_since_ != 0) accounts_->catch_up(away_since_ - overlap_ms);
        }
        done();
    });
    return opened;
}

void Application::on_loop(std::function<void(std::function<void()>)> work) {
    struct Signal {
        std::mutex mutex;
        std::condition_variable wake;
        bool done = false;
    };
    auto signal = std::make_shared<Signal>();
    loop_->post([work = std::move(work), signal] {
        work([signal] {
            std::lock_guard lock(signal->mutex);
            signal->done = true;
            signal->wake.notify_all();
        });
    });
    std::unique_lock lock(signal->mutex);
    signal->wake.wait(lock, [&] { return signal->done; });
}

}  // namespace parley::app
