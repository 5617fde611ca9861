#include "support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <system_error>

#include "support/temp_directory.hpp"
#include "support/wait.hpp"

namespace parley::test {
namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    out.reserve(texts.size() + 1);
    for (auto& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

}  // namespace

Process::Process(const std::vector<std::string>& argv, const Environment& environment, const std::string& out,
                 const std::string& err) {
    auto arguments = argv;
    std::vector<std::string> variables;
    for (const auto& [name, value] : environment) variables.emplace_back(name).append("=").append(value);
    const auto argument_pointers = pointers(arguments);
    const auto variable_pointers = pointers(variables);
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ > 0) return;
    // In the child: system calls only. The working directory has no .env file.
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    const int input = open("/dev/null", O_RDONLY);
    const int output = open(out.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    const int errors = open(err.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    if (getppid() != parent || input < 0 || output < 0 || errors < 0 || chdir("/") != 0) _exit(126);
    dup2(input, 0);
    dup2(output, 1);
    dup2(errors, 2);
    close_range(3, ~0U, 0);  // else it would hold the fake gateway's listening socket
    execve(argument_pointers[0], argument_pointers.data(), variable_pointers.data());
    _exit(127);
}

Process::~Process() {
    if (!running()) return;
    kill(pid_, SIGKILL);
    wait(std::chrono::seconds(10));
}

bool Process::running() {
    if (ended_) return false;
    int status = 0;
    const pid_t seen = waitpid(pid_, &status, WNOHANG);
    if (seen != pid_) return true;
    ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return false;
}

void Process::signal(int number) const {
    if (!ended_) kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    eventually([&] { return !running(); }, limit);
    return ended_;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

Outcome run_to_end(const std::vector<std::string>& argv, const Environment& environment, std::chrono::seconds limit) {
    const TempDirectory directory;
    const std::string out = directory.path() + "/out", err = directory.path() + "/err";
    Process process(argv, environment, out, err);
    const auto code = process.wait(limit);
    return {code.value_or(-1), read_text(out), read_text(err)};
}

}  // namespace parley::test
