// The cluster's directory: DIR/data is PostgreSQL's, DIR/run has the socket, DIR/log the server's log. Whoever holds
// the directory's lock runs the server.
#pragma once

#include <string>

#include "core/error.hpp"
#include "db/server_process.hpp"
#include "db/server_programs.hpp"

namespace parley::db {

struct ClusterPaths {
    std::string root;
    std::string data;
    std::string log;
    std::string startup_log;  // of the last start, until the server's own log is open
    std::string socket;       // directory
};

// A descriptor that is closed with its owner, and with it the lock that it may hold.
class DirectoryLock {
public:
    DirectoryLock() = default;
    explicit DirectoryLock(int descriptor) : descriptor_(descriptor) {}
    DirectoryLock(DirectoryLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    DirectoryLock& operator=(DirectoryLock&& other) noexcept;
    ~DirectoryLock();

    // Does not wait. False: another process has it.
    bool try_lock();

private:
    int descriptor_ = -1;
};

// Makes the directory, gives it to the user, closes it to all others (0700) and checks that the user can reach it.
Result<DirectoryLock> open_directory(const std::string& directory, const ServerUser& user);

// The user can get through every directory on the way there, and through it.
Result<void> check_reachable(const std::string& directory, const ServerUser& user);

// After open_directory. The socket is somewhere else when its path in the directory would be too long for the system.
Result<ClusterPaths> make_paths(const std::string& directory, const ServerUser& user);

// Which version's files are there: 0 none.
int cluster_major(const ClusterPaths& paths);

// initdb, whole or not at all.
Result<void> make_cluster(const ClusterPaths& paths, const ServerUser& user, const ServerPrograms& programs);

// Writes the settings the host wants, anew at each start. An admin's own go to DIR/data/custom.conf, which comes after
// them.
Result<void> write_settings(const ClusterPaths& paths, const ServerUser& user);

}  // namespace parley::db
