#include "db/server_programs.hpp"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <vector>

namespace parley::db {
namespace {

namespace fs = std::filesystem;

constexpr int oldest_major = 13;

std::vector<fs::path> candidates(const std::string& bin_dir) {
    if (!bin_dir.empty()) return {bin_dir};
    std::vector<fs::path> found;
    std::error_code ignored;  // a directory that is not there holds no programs
    for (const auto& entry : fs::directory_iterator("/usr/lib/postgresql", ignored))
        found.push_back(entry.path() / "bin");
    const char* path = std::getenv("PATH");
    std::istringstream parts(path == nullptr ? "" : path);
    for (std::string part; std::getline(parts, part, ':');) {
        if (part.empty() || part.front() != '/') continue;
        // PATH often has only links: the programs find their libraries and each other beside the real file.
        const fs::path real = fs::canonical(fs::path(part) / "postgres", ignored);
        if (!ignored) found.push_back(real.parent_path());
    }
    return found;
}

// "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)" -> 15; 0 when it is no server program that runs.
int major_of(const ServerUser& user, const fs::path& postgres) {
    const auto told = run(user, Command{{postgres.string(), "--version"}, "/", {}}, std::chrono::seconds(10));
    if (!told || told->status != 0) return 0;
    const auto at = told->output.find("(PostgreSQL) ");
    return at == std::string::npos ? 0 : std::atoi(told->output.c_str() + at + 13);
}

Error not_found(const std::string& bin_dir, int major) {
    if (!bin_dir.empty())
        return make_error(Errc::not_found,
                          "no PostgreSQL server programs (postgres, initdb) of a fitting version in " + bin_dir);
    if (major != 0)
        return make_error(Errc::not_found, "the database was made by PostgreSQL " + std::to_string(major) +
                                               ", which is not installed: apt-get install postgresql-" +
                                               std::to_string(major) + ", or upgrade the files with pg_upgrade");
    return make_error(
        Errc::not_found,
        "PostgreSQL 13 or newer is not installed: apt-get install postgresql, or set DATABASE_URL to a server "
        "elsewhere");
}

}  // namespace

Result<ServerPrograms> find_server_programs(const ServerUser& user, const std::string& bin_dir, int major) {
    ServerPrograms best;
    for (const fs::path& directory : candidates(bin_dir)) {
        const fs::path postgres = directory / "postgres";
        const fs::path initdb = directory / "initdb";
        if (access(postgres.c_str(), X_OK) != 0 || access(initdb.c_str(), X_OK) != 0) continue;
        const int version = major_of(user, postgres);
        const bool fits = major == 0 ? version >= oldest_major : version == major;
        if (fits && version > best.major) best = {initdb.string(), postgres.string(), version};
    }
    if (best.major == 0) return not_found(bin_dir, major);
    return best;
}

}  // namespace parley::db
