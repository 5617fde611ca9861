#include "db/postmaster.hpp"

#include <libpq-fe.h>
#include <signal.h>
#include <sys/wait.h>

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

namespace parley::db {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto poll_interval = 10ms;
constexpr auto immediate_patience = 6s;
constexpr auto kill_patience = 5s;
constexpr auto remains_patience = 2s;
static_assert(immediate_patience + kill_patience + remains_patience <= longest_stop_after);

}  // namespace

std::optional<PostmasterFile> read_postmaster_file(const std::string& data_directory) {
    std::ifstream file(data_directory + "/postmaster.pid");
    std::string lines[5];  // pid, data directory, start time, port, socket directory
    for (auto& line : lines)
        if (!std::getline(file, line)) break;
    const pid_t pid = std::atoi(lines[0].c_str());
    if (pid <= 1) return std::nullopt;
    return PostmasterFile{pid, lines[4]};
}

bool is_server_of(pid_t pid, const std::string& data_directory) {
    const fs::path process = "/proc/" + std::to_string(pid);
    std::error_code gone;
    if (fs::read_symlink(process / "cwd", gone) != fs::path(data_directory) || gone) return false;
    const std::string program = fs::read_symlink(process / "exe", gone).filename().string();
    return !gone && program.starts_with("postgres");  // "postgres (deleted)" after an upgrade of the package
}

std::vector<pid_t> servers_of(const std::string& data_directory) {
    std::vector<pid_t> found;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator("/proc", gone)) {
        const std::string name = entry.path().filename().string();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error == std::errc() && end == name.data() + name.size() && is_server_of(pid, data_directory))
            found.push_back(pid);
    }
    return found;
}

bool has_ended(pid_t pid, const std::string& data_directory) {
    int status = 0;
    const pid_t reaped = waitpid(pid, &status, WNOHANG);
    if (reaped == pid) return true;
    if (reaped == 0) return false;  // our child, and it runs, though it may not have entered its directory yet
    return !is_server_of(pid, data_directory);
}

bool wait_until_ended(pid_t pid, const std::string& data_directory, std::chrono::milliseconds deadline) {
    const auto give_up = std::chrono::steady_clock::now() + deadline;
    while (!has_ended(pid, data_directory)) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(poll_interval);
    }
    return true;
}

bool answers(const std::string& connection_string) {
    return PQping((connection_string + " connect_timeout=2").c_str()) == PQPING_OK;
}

void stop_postmaster(pid_t pid, const std::string& data_directory, std::chrono::milliseconds patience) {
    const auto ended = [&](int signal, std::chrono::milliseconds deadline) {
        kill(pid, signal);
        return wait_until_ended(pid, data_directory, deadline);
    };
    const bool stopped = has_ended(pid, data_directory) || ended(SIGINT, patience) ||
                         ended(SIGQUIT, immediate_patience) || ended(SIGKILL, kill_patience);
    // The process that writes the log goes after its postmaster. Who removes the directory must not meet it.
    const auto give_up = std::chrono::steady_clock::now() + remains_patience;
    while (stopped && !servers_of(data_directory).empty() && std::chrono::steady_clock::now() < give_up)
        std::this_thread::sleep_for(poll_interval);
}

}  // namespace parley::db
