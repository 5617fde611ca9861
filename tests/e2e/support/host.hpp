// The built `parley serve` with a data directory and a plugins directory of its own. It can be killed and started again
// on them.
#pragma once

#include <memory>
#include <optional>

#include "support/http.hpp"
#include "support/program.hpp"

namespace parley::e2e {

struct HostOptions {
    std::string gateway_url;
    std::vector<std::string> plugins;  // of the samples, by name
    Environment environment;           // beside and over the defaults
};

// Every sample plugin.
const std::vector<std::string>& sample_plugins();

class Host {
public:
    explicit Host(HostOptions options);  // does not start it
    ~Host();

    // Waits until it is ready. Throws std::runtime_error with the end of its log when it does not get there. `more` is
    // for this start alone.
    void start(const Environment& more = {});
    // Starts it and does not wait.
    void launch(const Environment& more = {});
    bool wait_ready(std::chrono::milliseconds limit = std::chrono::seconds(60));
    void kill9();
    // SIGTERM; its exit code, or none when it does not end within `limit`.
    std::optional<int> stop(std::chrono::milliseconds limit = std::chrono::seconds(30));
    bool running() { return process_ && process_->running(); }
    std::optional<int> wait_end(std::chrono::milliseconds limit) { return process_->wait(limit); }
    void signal(int number) { process_->signal(number); }

    std::uint16_t port() const { return port_; }
    pid_t pid() const { return process_->pid(); }
    std::string data_dir() const { return directory_.path() + "/data"; }
    std::string plugins_dir() const { return directory_.path() + "/plugins"; }
    std::string log() const { return read_text(directory_.path() + "/err"); }
    std::string output() const { return read_text(directory_.path() + "/out"); }
    bool ready() const { return http(port_, "GET", "/health/ready").status == 200; }
    // Of the embedded PostgreSQL; none while there is no pid file.
    std::optional<pid_t> postmaster() const;
    // How another program on this machine connects to it.
    std::string database() const;

    // POST of a webhook body.
    Answer post(const std::string& body, const Headers& headers = {}) const;
    // Posts it until it is answered 200, over restarts.
    bool post_until_taken(const std::string& body, std::chrono::milliseconds limit = std::chrono::seconds(90)) const;
    // `parley <arguments> --data-dir ...`
    Outcome cli(std::vector<std::string> arguments, std::chrono::seconds limit = std::chrono::seconds(90)) const;

    // Puts a plugin's file in place by renaming, or by copying over what is there.
    void drop_in(const std::string& file, const std::string& as) const;
    void copy_over(const std::string& file, const std::string& as) const;

private:
    std::vector<std::string> postmaster_file() const;

    HostOptions options_;
    TempDirectory directory_;
    std::uint16_t port_;
    std::unique_ptr<Process> process_;
};

}  // namespace parley::e2e
