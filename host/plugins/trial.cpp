#include "plugins/trial.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

#include "plugins/file_descriptor.hpp"

namespace parley::plugins {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_output = 16 * 1024;
constexpr int child_fd = 3;

struct Pipe {
    FileDescriptor read, write;
    std::string text;

    bool open() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
        read = FileDescriptor(ends[0]);
        write = FileDescriptor(ends[1]);
        ::fcntl(read.get(), F_SETFL, O_NONBLOCK);
        return true;
    }

    // Takes what is there. The child must never wait for us, so what is too much is read and dropped.
    void take() {
        std::array<char, 4096> buffer{};
        while (read) {
            const ssize_t got = ::read(read.get(), buffer.data(), buffer.size());
            if (got == 0) read.reset();
            if (got <= 0) return;
            text.append(buffer.data(), std::min(static_cast<std::size_t>(got), max_output - text.size()));
        }
    }
};

struct Child {
    pid_t pid = -1;
    FileDescriptor handle;
    Pipe out, err;
};

// Nothing of the host's environment, which holds secrets, but what is needed to find libraries.
std::vector<std::string> child_environment() {
    std::vector<std::string> variables;
    for (const char* name : {"LD_LIBRARY_PATH", "TZ", "LANG"})
        if (const char* value = std::getenv(name)) variables.push_back(std::string(name) + "=" + value);
    return variables;
}

int spawn(const std::string& program, int sealed_fd, Child& child) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    // The pipes first: one of them may have the number that the sealed file gets. dup2 onto itself clears
    // close-on-exec.
    ::posix_spawn_file_actions_adddup2(&actions, child.out.write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, child.err.write.get(), STDERR_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, sealed_fd, child_fd);
    // Whatever a library or a plugin left open for children: not for this one.
    ::posix_spawn_file_actions_addclosefrom_np(&actions, child_fd + 1);
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setsigdefault(&attributes, &all);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);

    std::string arguments[] = {program, "plugin-trial", std::to_string(child_fd)};
    char* argv[] = {arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
    auto variables = child_environment();
    std::vector<char*> envp;
    envp.reserve(variables.size() + 1);
    for (auto& variable : variables) envp.push_back(variable.data());
    envp.push_back(nullptr);
    const int error = ::posix_spawn(&child.pid, program.c_str(), &actions, &attributes, argv, envp.data());
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return error;
}

// True: it ended by itself.
bool wait_until(Child& child, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        std::array<pollfd, 3> waits{pollfd{child.handle.get(), POLLIN, 0}, pollfd{child.out.read.get(), POLLIN, 0},
                                    pollfd{child.err.read.get(), POLLIN, 0}};
        if (::poll(waits.data(), waits.size(), static_cast<int>(left)) < 0 && errno != EINTR) return false;
        child.out.take();
        child.err.take();
        if (waits[0].revents & POLLIN) return true;
    }
}

// The text after the last line of this kind that the child wrote about itself.
std::string_view said(std::string_view output, std::string_view kind) {
    const std::string mark = std::string(trial_prefix) + std::string(kind);
    const auto at = output.rfind(mark);
    if (at == std::string_view::npos) return {};
    output.remove_prefix(at + mark.size());
    return output.substr(0, output.find('\n'));
}

// "terminate called after throwing an instance of 'std::runtime_error'\n  what():  no" is the best there is after an
// abort, "parley plugin: create() threw: no" after a create() that says no.
std::string last_words(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, 400)) line += c == '\n' ? ' ' : (c >= 0x20 && c < 0x7f ? c : '?');
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line.empty() ? "" : " (" + line + ")";
}

Result<void> verdict(const Child& child, int status, bool in_time, std::chrono::milliseconds deadline) {
    const auto step = said(child.out.text, "at ");
    const std::string where = step.empty() ? "before it began" : std::string("in ") + std::string(step);
    const auto refuse = [](std::string words) {
        return make_error(Errc::invalid, "the trial load failed: " + std::move(words));
    };
    if (!in_time) return refuse("it was not done after " + std::to_string(deadline.count()) + " ms, stuck " + where);
    if (WIFSIGNALED(status))
        return refuse("crashed " + where + " with " + signal_name(WTERMSIG(status)) + last_words(child.err.text));
    const int code = WEXITSTATUS(status);
    if (const auto words = said(child.out.text, "error "); !words.empty())
        return refuse(std::string(words) + last_words(child.err.text));
    if (code == 0 && child.out.text.find(std::string(trial_prefix) + "ok\n") != std::string::npos) return {};
    return refuse("it ended the process " + where + " with exit code " + std::to_string(code) +
                  last_words(child.err.text));
}

}  // namespace

Result<void> try_in_child(const std::string& program, int sealed_fd, std::chrono::milliseconds deadline) {
    const auto cannot = [](int error) {
        return make_error(Errc::unavailable, std::string("no trial load: ") + std::strerror(error));
    };
    Child child;
    if (!child.out.open() || !child.err.open()) return cannot(errno);
    const auto until = Clock::now() + deadline;
    if (const int error = spawn(program, sealed_fd, child)) return cannot(error);
    child.out.write.reset();
    child.err.write.reset();
    child.handle = FileDescriptor(static_cast<int>(::syscall(SYS_pidfd_open, child.pid, 0)));
    const int no_handle = errno;

    const bool in_time = child.handle && wait_until(child, until);
    ::kill(-child.pid, SIGKILL);  // it, or what it left behind: they have a process group of their own
    int status = 0;
    while (::waitpid(child.pid, &status, 0) < 0 && errno == EINTR) {
    }
    child.out.take();
    child.err.take();
    if (!child.handle) return cannot(no_handle);
    return verdict(child, status, in_time, deadline);
}

std::string signal_name(int signal) {
    switch (signal) {
        case SIGSEGV:
            return "SIGSEGV (invalid memory access)";
        case SIGBUS:
            return "SIGBUS (bad memory access: file cut off?)";
        case SIGFPE:
            return "SIGFPE (arithmetic error)";
        case SIGILL:
            return "SIGILL (illegal instruction: built for a newer CPU?)";
        case SIGABRT:
            return "SIGABRT (abort)";
        case SIGKILL:
            return "SIGKILL (killed: out of memory?)";
        case SIGTRAP:
            return "SIGTRAP (trap)";
        default:
            break;
    }
    const char* name = ::sigabbrev_np(signal);
    return name ? std::string("SIG") + name : "signal " + std::to_string(signal);
}

}  // namespace parley::plugins
