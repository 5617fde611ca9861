#include "bench/process.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>
#include <thread>

namespace parley::bench {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

double ticks_to_seconds(double ticks) {
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The fields of /proc/PID/stat behind the name, which may hold anything: [0] is the state, [1] the parent.
std::vector<std::string> stat_fields(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(line.substr(name_end + 1));
    std::vector<std::string> fields;
    for (std::string field; rest >> field;) fields.push_back(field);
    return fields;
}

std::vector<pid_t> children_of(pid_t parent) {
    std::vector<pid_t> children;
    DIR* directory = opendir("/proc");
    if (!directory) return children;
    while (const dirent* entry = readdir(directory)) {
        const pid_t pid = std::atoi(entry->d_name);
        if (pid <= 0) continue;
        const auto fields = stat_fields(pid);
        if (fields.size() > 1 && std::atoi(fields[1].c_str()) == parent) children.push_back(pid);
    }
    closedir(directory);
    return children;
}

// "VmRSS:   1234 kB" -> 1234
double field_of(const std::string& path, const std::string& name) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);)
        if (line.compare(0, name.size() + 1, name + ":") == 0) return std::atof(line.c_str() + name.size() + 1);
    return 0;
}

double proportional_mb(pid_t process) {
    return field_of("/proc/" + std::to_string(process) + "/smaps_rollup", "Pss") / 1024;
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& argv, const std::map<std::string, std::string>& environment,
                           const std::string& directory, const std::string& log) {
    auto arguments = argv;
    std::vector<std::string> variables;
    variables.reserve(environment.size());
    for (const auto& [name, value] : environment) variables.emplace_back(name).append("=").append(value);
    const auto argument_pointers = pointers(arguments);
    const auto variable_pointers = pointers(variables);
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ > 0) return;
    // In the child: system calls only.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    const int output = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int input = open("/dev/null", O_RDONLY);
    if (output < 0 || input < 0 || chdir(directory.c_str()) != 0) _exit(126);
    dup2(input, 0);
    dup2(output, 1);
    dup2(output, 2);
    close_range(3, ~0U, 0);  // else a server would hold the bench's sockets
    setpgid(0, 0);           // Ctrl-C is for the bench, which then stops its children in order
    execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    _exit(127);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept : pid_(other.pid_) {
    other.pid_ = -1;
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (this == &other) return *this;
    stop();
    pid_ = other.pid_;
    other.pid_ = -1;
    return *this;
}

ChildProcess::~ChildProcess() {
    stop();
}

bool ChildProcess::running() {
    if (pid_ <= 0) return false;
    if (waitpid(pid_, nullptr, WNOHANG) == 0) return true;
    pid_ = -1;
    return false;
}

void ChildProcess::stop() {
    if (pid_ <= 0) return;
    kill(pid_, SIGTERM);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (running()) {
        if (std::chrono::steady_clock::now() > deadline) kill(pid_, SIGKILL);
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

double cpu_seconds(pid_t process) {
    const auto fields = stat_fields(process);
    if (fields.size() < 15) return 0;
    double ticks = 0;
    for (std::size_t i = 11; i < 15; ++i) ticks += std::atof(fields[i].c_str());  // utime stime cutime cstime
    return ticks_to_seconds(ticks);
}

double cpu_seconds_of_family(pid_t parent) {
    double sum = cpu_seconds(parent);
    for (const pid_t child : children_of(parent)) sum += cpu_seconds(child);
    return sum;
}

double cpu_seconds_of_machine() {
    std::ifstream file("/proc/stat");
    std::string word;
    double user = 0, nice = 0, system = 0, idle = 0, wait = 0, interrupts = 0, soft_interrupts = 0;
    file >> word >> user >> nice >> system >> idle >> wait >> interrupts >> soft_interrupts;
    return ticks_to_seconds(user + nice + system + interrupts + soft_interrupts);
}

Memory memory_of(pid_t process) {
    const std::string status = "/proc/" + std::to_string(process) + "/status";
    return {field_of(status, "VmRSS") / 1024, proportional_mb(process), field_of(status, "VmHWM") / 1024};
}

double proportional_mb_of_family(pid_t parent) {
    double sum = proportional_mb(parent);
    for (const pid_t child : children_of(parent)) sum += proportional_mb(child);
    return sum;
}

unsigned threads_of(pid_t process) {
    return static_cast<unsigned>(field_of("/proc/" + std::to_string(process) + "/status", "Threads"));
}

}  // namespace parley::bench
