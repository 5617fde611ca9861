// Looking at a PostgreSQL server process from outside: is it there, is it ours, what did it leave behind.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace parley::db {

// What postmaster.pid says.
struct PostmasterFile {
    pid_t pid = 0;
    std::string socket_directory;
};
std::optional<PostmasterFile> read_postmaster_file(const std::string& data_directory);

// A server process works in its data directory; that, and not its number, tells whose it is.
bool is_server_of(pid_t pid, const std::string& data_directory);
std::vector<pid_t> servers_of(const std::string& data_directory);

// Has the process ended? Reaps it when it is our child.
bool has_ended(pid_t pid, const std::string& data_directory);
bool wait_until_ended(pid_t pid, const std::string& data_directory, std::chrono::milliseconds deadline);

// Does a server answer there, so that sessions can begin?
bool answers(const std::string& connection_string);

// Shuts a postmaster down: "fast" first, "immediate" after `patience`, kill as the last resort. Returns when the other
// processes of its server are gone too, or two seconds later: at most `longest_stop_after` beyond `patience`.
inline constexpr std::chrono::seconds longest_stop_after{13};
void stop_postmaster(pid_t pid, const std::string& data_directory, std::chrono::milliseconds patience);

}  // namespace parley::db
