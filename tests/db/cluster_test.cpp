#include "db/cluster.hpp"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <pqxx/pqxx>
#include <thread>

#include "db/postmaster.hpp"
#include "db/server_process.hpp"
#include "support/postgres.hpp"

using namespace parley;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

// A place for a cluster, with a fresh one in it.
struct Home {
    test::TempDirectory temp;
    std::string directory = temp.path() + "/db";
    std::string data = directory + "/data";
    Home() { test::copy_cluster_template(directory); }
};

std::unique_ptr<db::Cluster> start(const std::string& directory) {
    auto started = db::Cluster::start(directory, Logger());
    if (!started) FAIL(started.error().message);
    return std::move(*started);
}

std::string query(const std::string& url, const std::string& sql) {
    const auto connection = db::connect(test::TestDatabase::options(url), "test");
    pqxx::nontransaction session(*connection);
    const auto rows = session.exec(sql);
    return rows.empty() ? "" : rows[0][0].as<std::string>("");
}

bool eventually(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

// Another process of this program that only runs the test case below.
pid_t start_host(const std::string& directory) {
    setenv("PARLEY_TEST_HOST_DIRECTORY", directory.c_str(), 1);
    const pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "db_test", "[host-process]", static_cast<char*>(nullptr));
        _exit(127);
    }
    return child;
}

}  // namespace

TEST_CASE("A cluster is made, answers, stops and keeps its data", "[cluster]") {
    const test::TempDirectory temp;
    const std::string directory = temp.path() + "/somewhere/db";
    fs::create_directories(directory + "/data.new/base");  // an initdb that was cut off
    if (geteuid() == 0) {
        const auto user = db::server_user();
        REQUIRE(chown(directory.c_str(), user->uid, user->gid) == 0);
    }
    auto cluster = start(directory);
    const int pid = cluster->pid();
    CHECK(query(cluster->url(), "show data_checksums") == "on");
    CHECK(query(cluster->url(), "show server_encoding") == "UTF8");
    CHECK(query(cluster->url(), "show fsync") == "on");
    CHECK(query(cluster->url(), "show listen_addresses").empty());
    CHECK(query(cluster->url(), "select upper('ärger')") == "ÄRGER");
    CHECK(query(cluster->url(), "select 'Z' < 'a'") == "t");
    query(cluster->url(), "create table kept as select 42 as answer");

    struct stat info = {};
    REQUIRE(stat(directory.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
    CHECK(info.st_uid != 0);
    struct stat process = {};
    REQUIRE(stat(("/proc/" + std::to_string(pid)).c_str(), &process) == 0);
    CHECK(process.st_uid == info.st_uid);
    CHECK_FALSE(fs::exists(directory + "/data.new"));

    cluster.reset();
    CHECK_FALSE(db::is_server_of(pid, directory + "/data"));
    CHECK_FALSE(fs::exists(directory + "/data/postmaster.pid"));
    cluster = start(directory);
    CHECK(query(cluster->url(), "select answer from kept") == "42");
}

TEST_CASE("A socket path that is too long goes elsewhere", "[cluster]") {
    const test::TempDirectory temp;
    const std::string directory = temp.path() + "/" + std::string(120, 'x') + " it's/db";
    test::copy_cluster_template(directory);
    const auto cluster = start(directory);
    CHECK(cluster->url().find(directory) == std::string::npos);
    CHECK(query(cluster->url(), "select 1") == "1");
    const auto file = db::read_postmaster_file(directory + "/data");
    REQUIRE(file);
    struct stat info = {};
    REQUIRE(stat(file->socket_directory.c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("The postmaster is brought back when it is killed", "[cluster]") {
    const Home home;
    const auto cluster = start(home.directory);
    query(cluster->url(), "create table kept as select 42 as answer");
    // A backend inside a statement holds the shared memory of the dead server.
    auto options = test::TestDatabase::options(cluster->url());
    options.statement_timeout_ms = 60'000;
    std::optional<Errc> cut_off;  // looked at when the thread is over
    std::thread busy([&] {
        try {
            const auto connection = db::connect(options, "test");
            pqxx::nontransaction(*connection).exec("select sum(n) from generate_series(1, 100000000000) n");
        } catch (const pqxx::failure& expected) {
            cut_off = db::to_error(expected).code;
        }
    });
    CHECK(eventually([&] {
        return query(cluster->url(), "select count(*) from pg_stat_activity where query like 'select sum%'") == "1";
    }));
    const int before = cluster->pid();
    kill(before, SIGKILL);
    CHECK(eventually([&] { return cluster->pid() != 0 && cluster->pid() != before; }));
    busy.join();
    CHECK((cut_off == Errc::unavailable));
    CHECK(query(cluster->url(), "select answer from kept") == "42");
}

TEST_CASE("One directory, one host; others are guests", "[cluster]") {
    const Home home;
    auto cluster = start(home.directory);
    const auto second = db::Cluster::start(home.directory, Logger());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code == Errc::conflict);
    CHECK(second.error().message.find(home.directory) != std::string::npos);
    {
        const auto guest = db::Cluster::start(home.directory, Logger(), "", db::Cluster::Sharing::join);
        REQUIRE(guest.has_value());
        CHECK((*guest)->pid() == cluster->pid());
        CHECK(query((*guest)->url(), "select 1") == "1");
    }
    CHECK(query(cluster->url(), "select 1") == "1");
}

TEST_CASE("The host of another test", "[.][host-process]") {
    const auto cluster = start(std::getenv("PARLEY_TEST_HOST_DIRECTORY"));
    query(cluster->url(), "create table kept as select 42 as answer");
    while (true) pause();
}

TEST_CASE("A server left behind by a killed host is taken over and stopped in the end", "[cluster]") {
    const Home home;
    const pid_t host = start_host(home.directory);
    const std::string url = "host=" + home.directory + "/run port=5432 dbname=parley user=parley";
    REQUIRE(eventually([&] {
        try {
            return query(url, "select answer from kept") == "42";
        } catch (const pqxx::failure&) {
            return false;  // not up yet
        }
    }));
    const auto file = db::read_postmaster_file(home.data);
    REQUIRE(file);
    kill(host, SIGKILL);
    waitpid(host, nullptr, 0);
    REQUIRE(db::is_server_of(file->pid, home.data));

    SECTION("alive") {
        auto cluster = start(home.directory);
        CHECK(cluster->pid() == file->pid);
        CHECK(query(cluster->url(), "select answer from kept") == "42");
        kill(file->pid, SIGKILL);  // not our child, and watched all the same
        CHECK(eventually([&] { return cluster->pid() != 0 && cluster->pid() != file->pid; }));
        const int pid = cluster->pid();
        cluster.reset();
        CHECK_FALSE(db::is_server_of(pid, home.data));
    }
    SECTION("stopped as a whole when it was not killed in between") {
        start(home.directory).reset();
        CHECK(db::servers_of(home.data).empty());
    }
    SECTION("dead") {
        kill(file->pid, SIGKILL);
        const auto cluster = start(home.directory);
        CHECK(cluster->pid() != file->pid);
        CHECK(query(cluster->url(), "select answer from kept") == "42");
    }
}

TEST_CASE("A lock that names a stranger's process is cleared", "[cluster]") {
    const Home home;
    start(home.directory).reset();
    const auto user = db::server_user();
    REQUIRE(user.has_value());
    const auto stranger = db::spawn(*user, db::Command{{"/bin/sleep", "600"}, "/", "/dev/null"});
    REQUIRE(stranger.has_value());
    REQUIRE(db::write_file(*user, home.data + "/postmaster.pid",
                           std::to_string(*stranger) + "\n" + home.data + "\n1700000000\n5432\n" + home.directory +
                               "/run\n\n  5432001    123456\nready   \n")
                .has_value());
    {
        const auto cluster = start(home.directory);
        CHECK(cluster->pid() != *stranger);
        CHECK(query(cluster->url(), "select 1") == "1");
    }
    CHECK(kill(*stranger, 0) == 0);
    kill(*stranger, SIGKILL);
    waitpid(*stranger, nullptr, 0);
}

TEST_CASE("What stands in a cluster's way is told in words", "[cluster]") {
    const test::TempDirectory temp;
    const std::string directory = temp.path() + "/closed/db";

    SECTION("no server programs") {
        fs::create_directory(temp.path() + "/closed");
        CHECK(db::examine_cluster(directory, temp.path()).error().code == Errc::not_found);
        CHECK_FALSE(fs::exists(directory));  // it only looks
        const auto started = db::Cluster::start(directory, Logger(), temp.path());
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().code == Errc::not_found);
        CHECK(started.error().message.find(temp.path()) != std::string::npos);
    }
    SECTION("files of a version that is not installed") {
        test::copy_cluster_template(directory);
        CHECK(db::examine_cluster(directory)->find("PostgreSQL ") == 0);
        std::ofstream(directory + "/data/PG_VERSION") << "99\n";
        CHECK(db::examine_cluster(directory).error().message.find("postgresql-99") != std::string::npos);
        const auto started = db::Cluster::start(directory, Logger());
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().message.find("apt-get install postgresql-99") != std::string::npos);
    }
    SECTION("a directory above that the server's user cannot pass") {
        if (geteuid() != 0) return;
        fs::create_directory(temp.path() + "/closed");
        fs::permissions(temp.path() + "/closed", fs::perms(0700));
        CHECK(db::examine_cluster(directory).error().message.find("chmod o+x ") != std::string::npos);
        const auto started = db::Cluster::start(directory, Logger());
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().code == Errc::denied);
        CHECK(started.error().message.find("chmod o+x " + temp.path() + "/closed,") != std::string::npos);
    }
    SECTION("somebody else's files") {
        if (geteuid() != 0) return;
        fs::create_directories(directory);
        std::ofstream(directory + "/photo.jpg") << "x";
        const auto started = db::Cluster::start(directory, Logger());
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().code == Errc::denied);
        CHECK(fs::exists(directory + "/photo.jpg"));
    }
    SECTION("a server that does not start") {
        test::copy_cluster_template(directory);
        const auto user = db::server_user();
        REQUIRE(db::write_file(*user, directory + "/data/custom.conf", "no_such_setting = 1\n").has_value());
        const auto started = db::Cluster::start(directory, Logger());
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().message.find("did not start") != std::string::npos);
        CHECK(started.error().message.find("custom.conf") != std::string::npos);
        CHECK(db::servers_of(directory + "/data").empty());
    }
    SECTION("a server that would lose what it acknowledged") {
        test::copy_cluster_template(directory);
        const auto user = db::server_user();
        REQUIRE(db::write_file(*user, directory + "/data/custom.conf", "fsync = off\n").has_value());
        const auto refused = db::Cluster::start(directory, Logger());
        REQUIRE_FALSE(refused.has_value());
        CHECK(refused.error().code == Errc::unsupported);
        CHECK(refused.error().message.find("fsync") != std::string::npos);
        CHECK(db::servers_of(directory + "/data").empty());
        setenv("PARLEY_ALLOW_UNSAFE_DATABASE", "1", 1);
        CHECK(db::Cluster::start(directory, Logger()).has_value());
        unsetenv("PARLEY_ALLOW_UNSAFE_DATABASE");
    }
}
