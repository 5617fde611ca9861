// A server under test: this program, its floor, or another that already runs somewhere.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "bench/options.hpp"
#include "bench/process.hpp"

namespace parley::bench {

// What a server did between two moments.
struct Usage {
    double wall = 0, server_cpu = 0, database_cpu = 0, own_cpu = 0, machine_cpu = 0;  // seconds
    double others() const { return std::max(0.0, machine_cpu - server_cpu - database_cpu - own_cpu); }
};

class Server {
public:
    // Each waits until the server is ready; throws std::runtime_error with the last lines of its log when it does not
    // get there. `directory` becomes its data directory, kept over stop().
    static Server parley(const Options& options, const std::string& directory, std::uint16_t gateway_port,
                         const std::map<std::string, std::string>& more_environment = {});
    static Server floor(const std::string& directory, std::uint16_t gateway_port);
    static Server fanout(const std::string& directory);
    static Server elsewhere(const std::string& url);

    const std::string& name() const { return name_; }
    std::uint16_t port() const { return port_; }
    const std::string& target() const { return target_; }
    double start_ms() const { return start_ms_; }
    std::string control_socket() const { return directory_ + "/control.sock"; }
    bool measurable() const { return process_.pid() > 0; }
    pid_t pid() const { return process_.pid(); }
    pid_t database_pid() const { return database_pid_; }

    // Fills the log of its database once and has the files recycled, as they are in a server that has run for a while.
    // A new one makes each of them, and meanwhile nothing commits.
    void age() const;

    // Puts people into rooms, see room_people.hpp.
    void fill_rooms(unsigned people, unsigned room_size) const;

    Usage usage() const;
    void stop() { process_.stop(); }

private:
    void launch(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment);

    std::string name_;
    std::string directory_;
    std::string target_ = "/api/whatsapp";
    std::uint16_t port_ = 0;
    double start_ms_ = 0;
    pid_t database_pid_ = 0;
    ChildProcess process_;
};

// This program's path, to start parts of the bench as processes of their own.
std::string own_program();
// Of this machine, free a moment ago.
std::uint16_t free_port();

// Signs the webhooks of all runs.
extern const char* const webhook_secret;

Usage operator-(const Usage& after, const Usage& before);

}  // namespace parley::bench
