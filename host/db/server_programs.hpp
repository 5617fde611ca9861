// Where PostgreSQL's server programs are on this machine.
#pragma once

#include <string>

#include "core/error.hpp"
#include "db/server_process.hpp"

namespace parley::db {

struct ServerPrograms {
    std::string initdb;
    std::string postgres;
    int major = 0;
};

// `major` 0: the newest that is new enough; else exactly that one, because it is what can read the files that are
// there. `bin_dir`: look nowhere else.
Result<ServerPrograms> find_server_programs(const ServerUser& user, const std::string& bin_dir, int major);

}  // namespace parley::db
