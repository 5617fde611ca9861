#include "db/cluster_files.hpp"

#include <fcntl.h>
#include <locale.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace parley::db {
namespace {

namespace fs = std::filesystem;

const char* const settings = R"(# Written by parley at each start. Put settings of your own into custom.conf.
unix_socket_permissions = 0700
listen_addresses = ''
port = 5432
max_connections = 40
fsync = on
full_page_writes = on
synchronous_commit = on
shared_buffers = 64MB
min_wal_size = 80MB
max_wal_size = 1GB
checkpoint_timeout = 10min
checkpoint_completion_target = 0.9
max_parallel_workers_per_gather = 0
jit = off
huge_pages = off
autovacuum_naptime = 10s
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
# No personal data in the log: no parameters, no details of errors.
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_line_prefix = '%m [%p] '
log_error_verbosity = terse
log_min_error_statement = panic
log_parameter_max_length = 0
log_checkpoints = off
log_autovacuum_min_duration = -1
)";

Error system_error(const std::string& what) {
    return make_error(Errc::unavailable, what + ": " + std::strerror(errno));
}

bool is_empty(const std::string& directory) {
    return fs::directory_iterator(directory) == fs::directory_iterator();
}

// Own, and closed to others.
Result<void> take_ownership(int descriptor, const std::string& directory, const ServerUser& user) {
    struct stat info = {};
    if (fstat(descriptor, &info) != 0) return system_error("cannot look at " + directory);
    if (info.st_uid != user.uid) {
        if (!user.switch_to || !is_empty(directory))
            return make_error(Errc::denied, directory + " belongs to another user than " + user.name +
                                                ", who runs the database: chown -R " + user.name + " " + directory);
        if (fchown(descriptor, user.uid, user.gid) != 0)
            return system_error("cannot give " + directory + " to " + user.name);
    }
    if ((info.st_mode & 07777) != 0700 && fchmod(descriptor, 0700) != 0)
        return system_error("cannot close " + directory + " to others");
    return {};
}

// A directory of the user's, mode 0700; nobody else's that was put there first.
Result<void> make_private_directory(const std::string& path, const ServerUser& user) {
    const bool made = mkdir(path.c_str(), 0700) == 0;
    if (!made && errno != EEXIST) return system_error("cannot make " + path);
    if (made && user.switch_to && lchown(path.c_str(), user.uid, user.gid) != 0)
        return system_error("cannot give " + path + " to " + user.name);
    struct stat info = {};
    if (lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != user.uid ||
        (info.st_mode & 077) != 0)
        return make_error(Errc::denied, path + " is in the way: it has to be a directory of the user " + user.name +
                                            " with mode 0700");
    return {};
}

bool fits_a_socket(const std::string& directory) {
    const bool plain = directory.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_.-") == std::string::npos;
    return plain && directory.size() + std::strlen("/.s.PGSQL.5432.lock") < sizeof(sockaddr_un::sun_path);
}

// Always the same for a directory, so that a server left behind is found again. FNV-1a.
std::string short_name(const std::string& directory) {
    std::uint64_t hash = 14695981039346656037ULL;
    for (const char c : directory) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
    char text[17];
    snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return std::string("parley-") + text;
}

// Segments of the log are as small as can be: to make a new one the server fills it with zeros while everybody waits,
// 50 ms for the usual 16 MB.
std::vector<std::string> initdb_arguments(const std::string& initdb, const std::string& data) {
    std::vector<std::string> argv{initdb,           "--pgdata=" + data, "--username=parley",  "--encoding=UTF8",
                                  "--locale=C",     "--data-checksums", "--auth-local=trust", "--auth-host=reject",
                                  "--wal-segsize=1"};
    // Sorting by bytes, but upper and lower case of all letters.
    if (const locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr); utf8 != nullptr) {
        freelocale(utf8);
        argv.emplace_back("--lc-ctype=C.UTF-8");
    }
    return argv;
}

}  // namespace

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (descriptor_ >= 0) close(descriptor_);
}

bool DirectoryLock::try_lock() {
    return flock(descriptor_, LOCK_EX | LOCK_NB) == 0;
}

Result<DirectoryLock> open_directory(const std::string& directory, const ServerUser& user) {
    std::error_code error;
    fs::create_directories(fs::path(directory).parent_path(), error);
    if (mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return system_error("cannot make " + directory);
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return system_error("cannot open " + directory);
    DirectoryLock lock(descriptor);
    if (auto own = take_ownership(descriptor, directory, user); !own) return own.error();
    if (auto reachable = check_reachable(directory, user); !reachable) return reachable.error();
    return lock;
}

Result<void> check_reachable(const std::string& directory, const ServerUser& user) {
    if (!user.switch_to) return {};
    std::vector<std::string> way;
    for (fs::path at = directory; at != at.root_path(); at = at.parent_path()) way.insert(way.begin(), at.string());
    const int blocked = run_step(user, [&way] {
        int index = 0;
        for (const auto& step : way) {
            ++index;
            if (access(step.c_str(), X_OK) != 0) return index;
        }
        return 0;
    });
    if (blocked == 0) return {};
    if (blocked < 0) return make_error(Errc::unavailable, "cannot become the user " + user.name);
    const std::string& at = way[std::min(static_cast<std::size_t>(blocked), way.size()) - 1];
    return make_error(Errc::denied, "the database server runs as the user " + user.name + ", who cannot get through " +
                                        at + ": chmod o+x " + at +
                                        ", or use a data directory elsewhere, such as /var/lib/parley");
}

Result<ClusterPaths> make_paths(const std::string& directory, const ServerUser& user) {
    ClusterPaths paths{directory, directory + "/data", directory + "/log", directory + "/log/startup.log",
                       directory + "/run"};
    if (!fits_a_socket(paths.socket)) paths.socket = (user.switch_to ? "/run/" : "/tmp/") + short_name(directory);
    for (const auto& made : {paths.log, paths.socket})
        if (auto result = make_private_directory(made, user); !result) return result.error();
    return paths;
}

int cluster_major(const ClusterPaths& paths) {
    int major = 0;
    std::ifstream(paths.data + "/PG_VERSION") >> major;
    return major;
}

Result<void> make_cluster(const ClusterPaths& paths, const ServerUser& user, const ServerPrograms& programs) {
    const std::string draft = paths.data + ".new";
    std::error_code error;
    fs::remove_all(draft, error);  // of an initdb that was cut off
    if (error) return make_error(Errc::unavailable, "cannot remove " + draft + ": " + error.message());
    const Command command{initdb_arguments(programs.initdb, draft), paths.root, {}};
    const auto made = run(user, command, std::chrono::seconds(120));
    if (!made) return made.error();
    if (made->status != 0) return make_error(Errc::unavailable, "initdb failed: " + made->output);
    const std::string configuration = draft + "/postgresql.conf";
    const std::string includes = "\n# parley\ninclude_if_exists = 'parley.conf'\ninclude_if_exists = 'custom.conf'\n";
    const int failed = run_step(user, [&] {
        const int file = open(configuration.c_str(), O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
        if (file < 0 || write(file, includes.data(), includes.size()) != static_cast<ssize_t>(includes.size()))
            return 1;
        return fsync(file) == 0 && rename(draft.c_str(), paths.data.c_str()) == 0 ? 0 : 1;
    });
    if (failed != 0) return make_error(Errc::unavailable, "cannot write " + configuration + ": is the disk full?");
    return {};
}

Result<void> write_settings(const ClusterPaths& paths, const ServerUser& user) {
    return write_file(user, paths.data + "/parley.conf",
                      settings + ("unix_socket_directories = '" + paths.socket + "'\n"));
}

}  // namespace parley::db
