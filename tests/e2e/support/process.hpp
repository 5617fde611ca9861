// Child processes of the tests: the program under test and its command line. They do not outlive the test program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::e2e {

using Environment = std::map<std::string, std::string>;

class Process {
public:
    // stdout and stderr are appended to these files. The environment is `environment` and nothing else.
    Process(const std::vector<std::string>& argv, const Environment& environment, const std::string& out,
            const std::string& err);
    ~Process();  // kill -9 when it still runs
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number) const;
    // Its exit code, or 128 + the signal that ended it. None: it still runs after `limit`.
    std::optional<int> wait(std::chrono::milliseconds limit);

private:
    pid_t pid_ = -1;
    std::optional<int> ended_;
};

struct Outcome {
    int code = -1;  // -1: it did not end
    std::string out, err;
};

std::string read_text(const std::string& path);
// The program under test, and the directory of its sample plugins.
std::string parley_program();
std::string plugin_file(const std::string& name);
// A plugin made for these tests.
std::string test_plugin_file(const std::string& name);

// A directory that every user can pass through, removed at the end.
class TempDirectory {
public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

// Runs `parley <arguments>` to its end.
Outcome run_parley(const std::vector<std::string>& arguments, const Environment& environment = {},
                   std::chrono::seconds limit = std::chrono::seconds(90));

}  // namespace parley::e2e
