// Child processes that cannot outlive the bench, and what the system counts about processes. Linux: /proc.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

namespace parley::bench {

class ChildProcess {
public:
    ChildProcess() = default;
    // `argv[0]` is the program's path. Its environment is `environment` and nothing else; stdout and stderr go to
    // `log`.
    ChildProcess(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
                 const std::string& directory, const std::string& log);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess();

    pid_t pid() const { return pid_; }
    bool running();
    // SIGTERM, and SIGKILL when it has not gone after 20 s.
    void stop();

private:
    pid_t pid_ = -1;
};

// Processor seconds so far, with those of children that have been waited for.
double cpu_seconds(pid_t process);
// Of a process and its present children.
double cpu_seconds_of_family(pid_t parent);
// Of the whole machine: not idle, not waiting for a disk.
double cpu_seconds_of_machine();

struct Memory {
    double resident_mb = 0;      // RSS
    double proportional_mb = 0;  // PSS: shared pages counted by share; 0 when the system does not tell
    double peak_mb = 0;          // the greatest RSS so far
};
Memory memory_of(pid_t process);
double proportional_mb_of_family(pid_t parent);
unsigned threads_of(pid_t process);

}  // namespace parley::bench
