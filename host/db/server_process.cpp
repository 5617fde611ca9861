#include "db/server_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace parley::db {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t max_output = 64 * 1024;
constexpr int step_failed = 101;

Result<ServerUser> look_up(const passwd& entry) {
    ServerUser user{entry.pw_name, entry.pw_uid, entry.pw_gid, {}, true};
    int count = 64;
    user.groups.resize(64);
    if (getgrouplist(entry.pw_name, entry.pw_gid, user.groups.data(), &count) < 0)
        user.groups = {entry.pw_gid};
    else
        user.groups.resize(static_cast<std::size_t>(count));
    return user;
}

// From here to the end of this block: in a forked child, system calls only.

bool become(const ServerUser& user) {
    if (!user.switch_to) return true;
    return setgroups(user.groups.size(), user.groups.data()) == 0 && setgid(user.gid) == 0 && setuid(user.uid) == 0 &&
           setuid(0) != 0;
}

void reset_signals() {
    struct sigaction defaults = {};
    defaults.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; ++number) sigaction(number, &defaults, nullptr);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
}

[[noreturn]] void fail(const char* what) {
    const char* reason = strerrordesc_np(errno);
    if (write(2, what, strlen(what)) < 0 || write(2, ": ", 2) < 0 || write(2, reason, strlen(reason)) < 0) _exit(126);
    _exit(127);
}

[[noreturn]] void become_program(const ServerUser& user, const Command& command, char* const* argv, char* const* env,
                                 int output) {
    reset_signals();
    setsid();  // Ctrl-C in a terminal is for the host alone
    umask(0077);
    if (!become(user)) fail("cannot become the server's user");
    if (!command.output.empty())
        output = open(command.output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOFOLLOW, 0600);
    const int input = open("/dev/null", O_RDONLY);
    if (output < 0 || dup2(output, 2) < 0 || dup2(output, 1) < 0 || input < 0 || dup2(input, 0) < 0) _exit(126);
    close_range(3, ~0U, 0);
    if (chdir(command.directory.c_str()) != 0) fail("cannot enter the directory");
    execve(argv[0], argv, env);
    fail("cannot be run");
}

// End of the child's part.

Result<pid_t> fork_program(const ServerUser& user, const Command& command, int output) {
    std::vector<char*> argv;
    for (const auto& word : command.argv) argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    std::string path = "PATH=/usr/local/bin:/usr/bin:/bin";
    std::string locale = "LC_ALL=C";
    char* env[] = {path.data(), locale.data(), nullptr};
    const pid_t child = fork();
    if (child < 0) return make_error(Errc::unavailable, std::string("cannot start a process: ") + std::strerror(errno));
    if (child == 0) become_program(user, command, argv.data(), env, output);
    return child;
}

int wait_for(pid_t child) {
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// False: the deadline came first.
bool read_all(int from, std::string& into, Clock::time_point deadline) {
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
        if (left <= 0) return false;
        pollfd wait{from, POLLIN, 0};
        if (poll(&wait, 1, static_cast<int>(left)) <= 0) continue;
        char buffer[4096];
        const ssize_t got = read(from, buffer, sizeof buffer);
        if (got == 0 || (got < 0 && errno != EINTR)) return true;
        if (got > 0 && into.size() < max_output) into.append(buffer, static_cast<std::size_t>(got));
    }
}

}  // namespace

Result<ServerUser> server_user() {
    if (geteuid() != 0) {
        const passwd* self = getpwuid(geteuid());
        if (self == nullptr)
            return make_error(
                Errc::unsupported,
                "user id " + std::to_string(geteuid()) +
                    " has no name in /etc/passwd, and PostgreSQL does not start for such a user: add one, or set "
                    "DATABASE_URL to a server elsewhere");
        return ServerUser{self->pw_name, geteuid(), getegid(), {}, false};
    }
    for (const char* name : {"parley", "postgres"})
        if (const passwd* entry = getpwnam(name); entry != nullptr && entry->pw_uid != 0) return look_up(*entry);
    return make_error(Errc::unsupported,
                      "PostgreSQL does not run as root, and there is no system user parley or postgres: create one "
                      "(useradd --system parley), run as another user, or set DATABASE_URL");
}

Result<pid_t> spawn(const ServerUser& user, const Command& command) {
    return fork_program(user, command, -1);
}

Result<Finished> run(const ServerUser& user, const Command& command, std::chrono::seconds deadline) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return make_error(Errc::unavailable, std::string("cannot make a pipe: ") + std::strerror(errno));
    const auto child = fork_program(user, command, ends[1]);
    close(ends[1]);
    Finished finished;
    const bool in_time = child && read_all(ends[0], finished.output, Clock::now() + deadline);
    close(ends[0]);
    if (!child) return child.error();
    if (!in_time) kill(*child, SIGKILL);
    finished.status = wait_for(*child);
    if (!in_time) return make_error(Errc::timeout, command.argv[0] + " did not end in time");
    return finished;
}

int run_step(const ServerUser& user, const std::function<int()>& step) {
    const pid_t child = fork();
    if (child < 0) return -1;
    if (child == 0) {
        umask(0077);
        _exit(become(user) ? step() : step_failed);
    }
    const int status = wait_for(child);
    return status < step_failed ? status : -1;
}

Result<void> write_file(const ServerUser& user, const std::string& path, const std::string& content) {
    const std::string draft = path + ".new";
    const int failed = run_step(user, [&] {
        const int file = open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, 0600);
        if (file < 0) return 1;
        std::size_t done = 0;
        while (done < content.size()) {
            const ssize_t wrote = write(file, content.data() + done, content.size() - done);
            if (wrote < 0) return 1;
            done += static_cast<std::size_t>(wrote);
        }
        return fsync(file) == 0 && close(file) == 0 && rename(draft.c_str(), path.c_str()) == 0 ? 0 : 1;
    });
    if (failed != 0) return make_error(Errc::unavailable, "cannot write " + path + ": is the disk full or read-only?");
    return {};
}

}  // namespace parley::db
