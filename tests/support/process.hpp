// Child processes of the tests. They do not outlive the test program.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::test {

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

// Runs it to its end, which comes within `limit`.
Outcome run_to_end(const std::vector<std::string>& argv, const Environment& environment, std::chrono::seconds limit);

}  // namespace parley::test
