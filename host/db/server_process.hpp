// Running programs and single steps as the system user the database server belongs to. Blocks; any thread.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace parley::db {

struct ServerUser {
    std::string name;
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;
    bool switch_to = false;  // this process is root and has to become that user first
};

// Who runs the server: this process's user; when that is root, the system user `parley` or `postgres`.
Result<ServerUser> server_user();

struct Command {
    std::vector<std::string> argv;
    std::string directory = "/";  // to run in
    std::string output;           // file for stdout and stderr, made anew; empty: captured by run()
};

// Starts a program in a session of its own, with an empty environment but for PATH, and none of our descriptors.
Result<pid_t> spawn(const ServerUser& user, const Command& command);

struct Finished {
    int status = -1;     // exit status; 128 + n when ended by signal n
    std::string output;  // both streams, at most 64 KiB
};

// Runs a program to its end; kills it at the deadline (Errc::timeout).
Result<Finished> run(const ServerUser& user, const Command& command, std::chrono::seconds deadline);

// Runs `step` in a child process that has become the user. It may use system calls only (the child is a fork of a
// process with threads: no allocation, no locks). Returns what it returned (0 to 100); -1 when the child could not be
// made.
int run_step(const ServerUser& user, const std::function<int()>& step);

// Writes a file as the user, whole or not at all.
Result<void> write_file(const ServerUser& user, const std::string& path, const std::string& content);

}  // namespace parley::db
