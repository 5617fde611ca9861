#include "bench/server.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <pqxx/pqxx>
#include <stdexcept>
#include <thread>

#include "bench/load.hpp"
#include "bench/poller.hpp"
#include "bench/room_people.hpp"
#include "bench/wire.hpp"

namespace parley::bench {

const char* const webhook_secret = "bench webhook secret";

std::string own_program() {
    std::string path(4096, '\0');
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    if (size <= 0) throw std::runtime_error("cannot find out this program's own path");
    path.resize(static_cast<std::size_t>(size));
    return path;
}

std::uint16_t free_port() {
    return port_of(listen_on(0).get());
}

namespace {

constexpr int most_log_mb = 1100;  // a little more than the cluster's max_wal_size

using Clock = std::chrono::steady_clock;

// GET on a port of this machine: the status; 0 when nobody answers within a second.
int ask_status(std::uint16_t port, const std::string& target) try {
    const auto socket = connect_to(port);
    pollfd waiting{socket.get(), POLLOUT, 0};
    if (::poll(&waiting, 1, 1000) <= 0) return 0;
    const std::string request = "GET " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    if (send(socket.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return 0;
    std::string answer;
    HttpMessage message;
    for (char room[4096];;) {
        waiting.events = POLLIN;
        if (::poll(&waiting, 1, 1000) <= 0) return 0;
        const auto got = recv(socket.get(), room, sizeof room, 0);
        if (got > 0) answer.append(room, static_cast<std::size_t>(got));
        if (parse_http(answer, got <= 0, message) == Parse::complete) return message.status;
        if (got <= 0) return 0;
    }
} catch (const std::exception&) {
    return 0;  // nobody listens yet
}

std::string last_lines(const std::string& path) {
    std::ifstream file(path);
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    return text.size() > 2000 ? text.substr(text.size() - 2000) : text;
}

pid_t read_postmaster(const std::string& directory) {
    std::ifstream file(directory + "/postgres/data/postmaster.pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
}

// The fifth line of the same file.
std::string read_database_socket(const std::string& directory) {
    std::ifstream file(directory + "/postgres/data/postmaster.pid");
    std::string line;
    for (int i = 0; i < 5; ++i) std::getline(file, line);
    return line;
}

std::map<std::string, std::string> base_environment(std::uint16_t gateway_port) {
    const char* path = std::getenv("PATH");
    return {{"PATH", path ? path : "/usr/bin:/bin"},
            {"LOG_LEVEL", "error"},
            {"GATEWAY_WEBHOOK_SECRET", webhook_secret},
            {"RATE_LIMIT_MESSAGES", "0"},
            {"WHATSAPP_CLIENT_URL", "http://127.0.0.1:" + std::to_string(gateway_port)}};
}

}  // namespace

void Server::launch(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment) {
    const std::string log = directory_ + ".log";
    const auto began = Clock::now();
    process_ = ChildProcess(argv, environment, directory_, log);
    while (ask_status(port_, "/health/ready") != 200) {
        if (interrupted) throw Interrupted{};
        if (!process_.running() || Clock::now() - began > std::chrono::seconds(60))
            throw std::runtime_error(name_ + " does not get ready. It says:\n" + last_lines(log));
        std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    start_ms_ = std::chrono::duration<double, std::milli>(Clock::now() - began).count();
    database_pid_ = read_postmaster(directory_);
}

Server Server::parley(const Options& options, const std::string& directory, std::uint16_t gateway_port,
                      const std::map<std::string, std::string>& more_environment) {
    Server server;
    server.name_ = "parley";
    server.directory_ = directory;
    server.port_ = free_port();
    auto environment = base_environment(gateway_port);
    for (const auto& [name, value] : more_environment) environment[name] = value;
    const auto plugins =
        environment.count("PARLEY_PLUGINS_DIR") ? environment["PARLEY_PLUGINS_DIR"] : options.plugins_dir;
    server.launch({own_program(), "serve", "--port", std::to_string(server.port_), "--data-dir", directory,
                   "--plugins-dir", plugins},
                  environment);
    return server;
}

Server Server::floor(const std::string& directory, std::uint16_t gateway_port) {
    Server server;
    server.name_ = "floor";
    server.directory_ = directory;
    server.port_ = free_port();
    server.launch({own_program(), "bench", "--as-floor", std::to_string(server.port_), "--floor-gateway",
                   std::to_string(gateway_port), "--dir", directory},
                  base_environment(gateway_port));
    return server;
}

Server Server::fanout(const std::string& directory) {
    Server server;
    server.name_ = "fan-out";
    server.directory_ = directory;
    server.port_ = free_port();
    server.launch({own_program(), "bench", "--as-fanout", std::to_string(server.port_)}, base_environment(0));
    return server;
}

Server Server::elsewhere(const std::string& url) {
    Server server;
    server.name_ = url;
    std::string_view rest = url;
    for (const std::string_view prefix : {"http://127.0.0.1:", "http://localhost:"}) {
        if (rest.substr(0, prefix.size()) != prefix) continue;
        rest.remove_prefix(prefix.size());
        const auto slash = std::min(rest.find('/'), rest.size());
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + slash, server.port_);
        if (error != std::errc() || end != rest.data() + slash) break;
        server.target_ = slash == rest.size() ? "/" : std::string(rest.substr(slash));
        return server;
    }
    throw std::runtime_error("--against wants http://127.0.0.1:PORT/PATH of a server on this machine, not \"" + url +
                             "\"");
}

void Server::age() const {
    pqxx::connection connection("host='" + read_database_socket(directory_) + "' user=parley dbname=postgres");
    pqxx::nontransaction work(connection);
    for (int megabytes = 0; megabytes < most_log_mb; ++megabytes)
        work.exec("select pg_logical_emit_message(false, 'bench', repeat('x', 1000000))");
    work.exec("checkpoint");
}

void Server::fill_rooms(unsigned people, unsigned room_size) const {
    pqxx::connection connection("host='" + read_database_socket(directory_) + "' user=parley dbname=parley");
    insert_people_in_rooms(connection, people, room_size);
}

Usage Server::usage() const {
    Usage usage;
    usage.wall = static_cast<double>(now_ns()) / 1e9;
    usage.server_cpu = measurable() ? cpu_seconds(process_.pid()) : 0;
    usage.database_cpu = database_pid_ > 0 ? cpu_seconds_of_family(database_pid_) : 0;
    usage.own_cpu = cpu_seconds(getpid());
    usage.machine_cpu = cpu_seconds_of_machine();
    return usage;
}

Usage operator-(const Usage& after, const Usage& before) {
    return {after.wall - before.wall, after.server_cpu - before.server_cpu, after.database_cpu - before.database_cpu,
            after.own_cpu - before.own_cpu, after.machine_cpu - before.machine_cpu};
}

}  // namespace parley::bench
