// A throw-away PostgreSQL for tests: one private cluster a process, made from a template in the build directory, on
// Unix sockets only, with the settings of the real embedded one (fsync stays on). Gone with the process.
#pragma once

#include <memory>
#include <string>

#include "db/cluster.hpp"
#include "db/pool.hpp"
#include "support/temp_directory.hpp"

namespace parley::test {

class TestDatabase {
public:
    TestDatabase();
    ~TestDatabase();

    // The one of this process, started when first asked for.
    static TestDatabase& instance();

    std::string create_database();    // URL of a fresh empty database
    std::string migrated_database();  // URL of a fresh database with the schema of this program
    static db::DatabaseOptions options(const std::string& url);

    int pid() const { return cluster_->pid(); }
    void kill9();                // kill -9 of the postmaster; returns when it is gone
    void restart();              // kill9() and wait_until_up()
    void wait_until_up() const;  // until the cluster has brought its server back

private:
    std::string create(const std::string& prefix, const std::string& from);
    void execute(const std::string& sql) const;

    TempDirectory directory_;
    std::unique_ptr<db::Cluster> cluster_;
    int databases_ = 0;
    std::string template_;
};

// Puts a made but empty cluster at `directory`, which takes a tenth of the time of initdb. It is made once in a build
// directory.
void copy_cluster_template(const std::string& directory);

}  // namespace parley::test
