// The embedded PostgreSQL: a private cluster in the data directory, on a Unix socket only, started and stopped with the
// host.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/error.hpp"
#include "core/log.hpp"

namespace parley::db {

class Cluster {
public:
    // What to do when another parley process already runs the cluster in this directory.
    enum class Sharing {
        exclusive,  // wait 10 s for it to end, then Errc::conflict: for `parley serve`
        join,       // use its server as a guest, who neither watches nor stops it: for commands beside a running host
    };

    // Finds the server programs (`bin_dir` alone when given; else /usr/lib/postgresql/*/bin and PATH), makes the
    // cluster at `directory` when it is not there (initdb, UTF8, C locale, data checksums; who may open the directory
    // may connect), starts it, waits until it answers and makes the database. Never runs as root: as root the files and
    // the server belong to the system user `parley` if there is one, else `postgres`. A server left behind by a crash
    // of the host is taken over when it still runs; the lock of a dead one is cleared. Blocks. Error::message says what
    // to do ("PostgreSQL is not installed: apt-get install postgresql").
    static Result<std::unique_ptr<Cluster>> start(const std::string& directory, Logger log,
                                                  const std::string& bin_dir = "",
                                                  Sharing sharing = Sharing::exclusive);

    // Stops it ("fast": open transactions are rolled back, nothing committed is lost; after 20 s "immediate"). Blocks,
    // at most `longest_stop`.
    ~Cluster();
    static constexpr std::chrono::seconds longest_stop{33};

    // For libpq: "host=/.../run port=5432 dbname=parley user=parley".
    const std::string& url() const;

    // [any thread] The postmaster's process id; 0 when it is down. The host restarts it when it dies (checked five
    // times a second).
    int pid() const;

private:
    struct Impl;
    explicit Cluster(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// Would it start? Makes and changes nothing. "PostgreSQL 15, run by the user postgres", or what stands in the way, and
// what to do. Blocks.
Result<std::string> examine_cluster(const std::string& directory, const std::string& bin_dir = "");

}  // namespace parley::db
