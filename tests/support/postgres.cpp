#include "support/postgres.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string_view>

#include "db/migrate.hpp"
#include "db/postmaster.hpp"
#include "db/server_process.hpp"
#include "support/paths.hpp"
#include "support/wait.hpp"

#ifdef __SANITIZE_ADDRESS__
// libpqxx 6 loses the result of a statement during which the connection broke: it asks for the encoding before it takes
// hold of it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpqxx-6\n";
}
#endif

namespace parley::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr auto deadline = 60s;

void require(bool holds, const std::string& what) {
    if (!holds) throw std::runtime_error("test database: " + what);
}

void wait_for(const std::string& what, const std::function<bool()>& condition) {
    require(eventually(condition, deadline), "waited in vain for " + what);
}

// The owner and mode of the files matter, so cp does it.
void copy_tree(const fs::path& from, const fs::path& to) {
    const auto self = db::ServerUser{"", geteuid(), getegid(), {}, false};
    const db::Command command{{"/bin/cp", "-a", from.string(), to.string()}, "/", {}};
    const auto copied = db::run(self, command, 60s);
    require(copied && copied->status == 0, "cannot copy " + from.string() + ": " + (copied ? copied->output : ""));
}

// "parley-test-1234-abcdef": of a process that was killed before it could clean up.
void remove_leftovers() {
    std::error_code raced;  // another test process may be at it as well
    for (const auto& entry : fs::directory_iterator(fs::temp_directory_path(), raced)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(temp_prefix)) continue;
        const pid_t pid = std::atoi(name.c_str() + std::string_view(temp_prefix).size());
        if (pid <= 1 || kill(pid, 0) == 0 || errno != ESRCH) continue;
        for (const auto& cluster : fs::directory_iterator(entry.path(), raced))
            for (const pid_t server : db::servers_of((cluster.path() / "data").string())) kill(server, SIGKILL);
        fs::remove_all(entry.path(), raced);
    }
}

}  // namespace

void copy_cluster_template(const std::string& directory) {
    remove_leftovers();
    const fs::path kept = binary_path("postgres-template");
    fs::create_directories(kept);
    const int lock = open((kept / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    require(lock >= 0 && flock(lock, LOCK_EX) == 0, "cannot lock the template");
    const auto user = db::server_user();
    require(user.has_value(), user ? "" : user.error().message);
    const fs::path data = kept / user->name / "data";
    if (!fs::exists(data / "PG_VERSION")) {
        const TempDirectory made;
        auto cluster = db::Cluster::start(made.path() + "/db", Logger());
        require(cluster.has_value(), cluster ? "" : cluster.error().message);
        cluster->reset();  // stopped cleanly: nothing to replay in the copies
        fs::create_directories(data.parent_path());
        fs::remove_all(data.string() + ".new");
        copy_tree(made.path() + "/db/data", data.string() + ".new");
        fs::rename(data.string() + ".new", data);
    }
    close(lock);
    fs::create_directories(directory);
    copy_tree(data, directory + "/data");
    require(chmod(directory.c_str(), 0700) == 0 && chown(directory.c_str(), user->uid, user->gid) == 0, "chown");
}

TestDatabase::TestDatabase() {
    const std::string directory = directory_.path() + "/db";
    copy_cluster_template(directory);
    auto started = db::Cluster::start(directory, Logger());
    require(started.has_value(), started ? "" : started.error().message);
    cluster_ = std::move(*started);
}

TestDatabase::~TestDatabase() = default;

TestDatabase& TestDatabase::instance() {
    static TestDatabase of_this_process;
    return of_this_process;
}

db::DatabaseOptions TestDatabase::options(const std::string& url) {
    db::DatabaseOptions options;
    options.url = Secret(url);
    return options;
}

void TestDatabase::execute(const std::string& sql) const {
    const auto connection = db::connect(options(cluster_->url()), "test");
    pqxx::nontransaction session(*connection);
    session.exec(sql);
}

std::string TestDatabase::create(const std::string& name_prefix, const std::string& from) {
    const std::string name = name_prefix + std::to_string(++databases_);
    execute("create database " + name + (from.empty() ? "" : " template " + from));
    std::string url = cluster_->url();
    const std::string original = "dbname=parley";
    return url.replace(url.find(original), original.size(), "dbname=" + name);
}

std::string TestDatabase::create_database() {
    return create("empty_", "");
}

std::string TestDatabase::migrated_database() {
    if (template_.empty()) {
        const std::string url = create("template_", "");
        const auto migrated = db::migrate(options(url), Logger());
        require(migrated.has_value(), migrated ? "" : migrated.error().message);
        {
            const auto connection = db::connect(options(url), "test");
            pqxx::work tx(*connection);
            db::ensure_partitions(tx);
            tx.commit();
        }
        template_ = "template_" + std::to_string(databases_);
    }
    return create("migrated_", template_);
}

void TestDatabase::kill9() {
    const pid_t victim = pid();
    require(victim > 1, "no server to kill");
    kill(victim, SIGKILL);
    wait_for("the end of the server", [&] { return pid() != victim; });
}

void TestDatabase::wait_until_up() const {
    wait_for("the server", [&] { return pid() != 0; });
}

void TestDatabase::restart() {
    kill9();
    wait_until_up();
}

}  // namespace parley::test
