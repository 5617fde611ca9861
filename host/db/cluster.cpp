#include "db/cluster.hpp"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <pqxx/pqxx>
#include <thread>

#include "db/cluster_files.hpp"
#include "db/pool.hpp"
#include "db/postmaster.hpp"

namespace parley::db {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto lock_wait = 10s;
constexpr auto start_wait = 180s;  // replaying the log after a crash takes as long as it takes
constexpr auto stop_patience = 20s;
static_assert(stop_patience + longest_stop_after <= Cluster::longest_stop);
constexpr auto remains_patience = 3s;
constexpr auto watch_interval = 200ms;
constexpr auto first_backoff = 50ms;
constexpr std::chrono::milliseconds longest_backoff = 5s;

std::string absolute(const std::string& directory) {
    std::string path = fs::weakly_canonical(fs::absolute(directory)).string();
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

std::string connection_string(const std::string& socket, std::string_view database) {
    return "host=" + socket + " port=5432 dbname=" + std::string(database) + " user=parley";
}

// Why a server ended: the last reason in what it wrote since, first to the startup log and then to a file of its own.
std::string last_words(const ClusterPaths& paths, fs::file_time_type since) {
    std::string last = "it gave no reason";
    for (const auto& entry : fs::directory_iterator(paths.log)) {
        if (entry.last_write_time() < since) continue;
        std::ifstream file(entry.path());
        for (std::string line; std::getline(file, line);)
            if (line.find("FATAL: ") != std::string::npos || line.find("PANIC: ") != std::string::npos) last = line;
    }
    return last;
}

Result<void> make_database(const std::string& socket) {
    try {
        DatabaseOptions options;
        options.url = Secret(connection_string(socket, "postgres"));
        options.statement_timeout_ms = 60'000;
        const auto connection = connect(options, "parley");
        pqxx::nontransaction session(*connection);
        if (session.exec("select from pg_database where datname = 'parley'").empty())
            session.exec("create database parley");
        return {};
    } catch (const std::exception& failure) {
        return to_error(failure);
    }
}

}  // namespace

struct Cluster::Impl {
    explicit Impl(Logger l) : log(std::move(l)) {}

    ~Impl() {
        {
            const std::lock_guard guard(mutex);
            stopping = true;
        }
        wake.notify_all();
        if (watcher.joinable()) watcher.join();
        if (const int running = pid; running != 0 && owner) {
            stop_postmaster(running, paths.data, stop_patience);
            if (paths.socket != paths.root + "/run") rmdir(paths.socket.c_str());
            log.info("db.cluster_stopped", {{"pid", running}});
        }
    }

    Result<void> open(const std::string& directory, const std::string& bin_dir, Sharing sharing);
    Result<void> join_other();
    Result<void> start_server();
    Result<void> launch();
    Result<void> wait_until_ready(pid_t server);
    bool adopt();
    void clear_remains();
    void watch();
    void restart_until_up();
    bool pause(std::chrono::milliseconds time);

    const Logger log;
    ServerUser user;
    ServerPrograms programs;
    DirectoryLock lock;
    ClusterPaths paths;
    std::string url;
    bool owner = false;
    std::atomic<int> pid{0};
    std::mutex mutex;
    std::condition_variable wake;
    bool stopping = false;
    std::thread watcher;
};

// False: stopping.
bool Cluster::Impl::pause(std::chrono::milliseconds time) {
    std::unique_lock guard(mutex);
    return !wake.wait_for(guard, time, [this] { return stopping; });
}

Result<void> Cluster::Impl::open(const std::string& directory, const std::string& bin_dir, Sharing sharing) {
    auto someone = server_user();
    if (!someone) return someone.error();
    user = std::move(*someone);
    auto opened = open_directory(directory, user);
    if (!opened) return opened.error();
    lock = std::move(*opened);
    auto made = make_paths(directory, user);
    if (!made) return made.error();
    paths = std::move(*made);
    const auto give_up = Clock::now() + lock_wait;
    while (!(owner = lock.try_lock())) {
        if (sharing == Sharing::join) {
            if (join_other()) return {};
        }
        if (Clock::now() > give_up)
            return make_error(Errc::conflict, "another parley process uses the database in " + directory +
                                                  ": stop it, or use another data directory");
        pause(50ms);
    }
    const int major = cluster_major(paths);
    auto found = find_server_programs(user, bin_dir, major);
    if (!found) return found.error();
    programs = std::move(*found);
    if (major == 0) {
        log.info("db.cluster_making", {{"directory", directory}, {"version", programs.major}});
        if (auto result = make_cluster(paths, user, programs); !result) return result;
    }
    return start_server();
}

// As a guest of the process that has the lock.
Result<void> Cluster::Impl::join_other() {
    const auto file = read_postmaster_file(paths.data);
    if (!file || !answers(connection_string(file->socket_directory, "parley")))
        return make_error(Errc::unavailable, "the server of the other process does not answer yet");
    pid = file->pid;
    url = connection_string(file->socket_directory, "parley");
    return {};
}

Result<void> Cluster::Impl::start_server() {
    if (adopt())
        log.warn("db.cluster_taken_over", {{"pid", pid.load()}});
    else {
        clear_remains();
        if (auto launched = launch(); !launched) return launched;
    }
    if (auto made = make_database(paths.socket); !made) return made;
    url = connection_string(paths.socket, "parley");
    watcher = std::thread([this] { watch(); });
    return {};
}

// A server that runs already, left behind by a host that crashed (or that an admin started by hand).
bool Cluster::Impl::adopt() {
    const auto file = read_postmaster_file(paths.data);
    if (!file || !is_server_of(file->pid, paths.data)) return false;
    paths.socket = file->socket_directory;
    if (wait_until_ready(file->pid)) return true;
    stop_postmaster(file->pid, paths.data, 0s);  // it hangs, or was told to stop by somebody else
    return false;
}

// No server starts while backends of a dead one run. They end by themselves, but one inside a long statement not soon.
// The lock file guards against them and goes only after them; PostgreSQL clears it itself, but not when its number
// belongs to a stranger by now.
void Cluster::Impl::clear_remains() {
    for (const int signal : {SIGQUIT, SIGKILL}) {
        for (const pid_t left : servers_of(paths.data)) kill(left, signal);
        const auto give_up = Clock::now() + remains_patience;
        while (!servers_of(paths.data).empty() && Clock::now() < give_up)
            if (!pause(10ms)) return;
    }
    const auto file = read_postmaster_file(paths.data);
    if (!file || kill(file->pid, 0) != 0 || !servers_of(paths.data).empty()) return;
    log.warn("db.cluster_lock_cleared", {{"pid", static_cast<int>(file->pid)}});
    fs::remove(paths.data + "/postmaster.pid");
    fs::remove(paths.socket + "/.s.PGSQL.5432.lock");
}

Result<void> Cluster::Impl::launch() {
    if (auto written = write_settings(paths, user); !written) return written;
    const Command command{{programs.postgres, "-D", paths.data}, paths.root, paths.startup_log};
    const auto server = spawn(user, command);
    if (!server) return server.error();
    auto ready = wait_until_ready(*server);
    if (!ready) {
        stop_postmaster(*server, paths.data, 0s);
        return ready;
    }
    log.info("db.cluster_started", {{"pid", static_cast<int>(*server)}, {"version", programs.major}});
    return {};
}

Result<void> Cluster::Impl::wait_until_ready(pid_t server) {
    const auto give_up = Clock::now() + start_wait;
    const auto began = fs::file_time_type::clock::now() - 1s;
    while (!answers(connection_string(paths.socket, "postgres"))) {
        if (has_ended(server, paths.data))
            return make_error(Errc::unavailable, "the database server did not start: " + last_words(paths, began) +
                                                     " (its log is in " + paths.log + ")");
        if (Clock::now() > give_up)
            return make_error(Errc::timeout,
                              "the database server did not get ready in time: see its log in " + paths.log);
        if (!pause(20ms)) return make_error(Errc::unavailable, "the host is stopping");
    }
    pid = server;
    return {};
}

void Cluster::Impl::watch() {
    while (pause(watch_interval)) {
        if (!has_ended(pid, paths.data)) continue;
        log.error("db.cluster_died", {{"pid", pid.load()}});
        pid = 0;
        restart_until_up();
    }
}

void Cluster::Impl::restart_until_up() {
    for (std::chrono::milliseconds backoff = first_backoff; pause(backoff);
         backoff = std::min(backoff * 2, longest_backoff)) {
        try {
            if (adopt()) return;
            clear_remains();
            const auto launched = launch();
            if (launched) return;
            log.error("db.cluster_restart_failed", {{"error", launched.error().message}});
        } catch (const std::exception& failure) {
            log.error("db.cluster_restart_failed", {{"error", failure.what()}});
        }
    }
}

Cluster::Cluster(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Cluster::~Cluster() = default;

Result<std::unique_ptr<Cluster>> Cluster::start(const std::string& directory, Logger log, const std::string& bin_dir,
                                                Sharing sharing) {
    try {
        auto impl = std::make_unique<Impl>(std::move(log));
        if (auto opened = impl->open(absolute(directory), bin_dir, sharing); !opened) return opened.error();
        return std::unique_ptr<Cluster>(new Cluster(std::move(impl)));
    } catch (const std::exception& failure) {
        return make_error(Errc::unavailable, std::string("the database cannot be started: ") + failure.what());
    }
}

const std::string& Cluster::url() const {
    return impl_->url;
}
int Cluster::pid() const {
    return impl_->pid;
}

Result<std::string> examine_cluster(const std::string& directory, const std::string& bin_dir) {
    try {
        const auto user = server_user();
        if (!user) return user.error();
        const std::string path = absolute(directory);
        fs::path there = path;
        while (!fs::exists(there) && there.has_relative_path()) there = there.parent_path();
        if (const auto reachable = check_reachable(there.string(), *user); !reachable) return reachable.error();
        const auto found = find_server_programs(*user, bin_dir, cluster_major({path, path + "/data", {}, {}, {}}));
        if (!found) return found.error();
        return "PostgreSQL " + std::to_string(found->major) + ", run by the user " + user->name;
    } catch (const std::exception& failure) {
        return make_error(Errc::unavailable, failure.what());
    }
}

}  // namespace parley::db
