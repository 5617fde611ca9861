#include "media/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace parley::media {
namespace {

constexpr std::size_t most_words = 1'000;  // of its error output

class Pipe {
public:
    Pipe() { ok_ = pipe2(ends_.data(), O_CLOEXEC) == 0; }
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    bool ok() const { return ok_; }
    int read_end() const { return ends_[0]; }
    int write_end() const { return ends_[1]; }
    void close_end(int which) {
        if (ends_[which] >= 0) close(ends_[which]);
        ends_[which] = -1;
    }

private:
    std::array<int, 2> ends_{-1, -1};
    bool ok_ = false;
};

void limit(__rlimit_resource what, rlim_t most) {
    const rlimit value{most, most};
    setrlimit(what, &value);
}

// In the child: only what is safe after fork() in a process with threads.
[[noreturn]] void become(char* const* argv, char* const* environment, const ChildLimits& limits, int out, int err) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, nullptr);
    setpgid(0, 0);
    const int in = limits.input >= 0 ? limits.input : open("/dev/null", O_RDONLY);
    if (in < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0 || chdir("/") != 0) _exit(126);
    closefrom(3);  // whatever a library or a plugin left open for children: not for this one
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_CPU, static_cast<rlim_t>(limits.time.count()));
    if (limits.memory > 0) limit(RLIMIT_AS, limits.memory);
    limit(RLIMIT_FSIZE, 0);  // it writes to its pipes alone
    limit(RLIMIT_NOFILE, 32);
    execve(argv[0], argv, environment);
    _exit(127);
}

// A child and its process group; killed when it was not waited for.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) { setpgid(pid, pid); }  // it does the same: whoever is first
    ~Child() {
        if (pid_ <= 0) return;
        kill(-pid_, SIGKILL);
        wait();
    }
    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    int wait() {
        // Seen, but not yet taken: until then its number is nobody else's.
        siginfo_t seen{};
        while (waitid(P_PID, static_cast<id_t>(pid_), &seen, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
        }
        kill(-pid_, SIGKILL);
        int status = 0;
        while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
        }
        pid_ = -1;
        return status;
    }

private:
    pid_t pid_;
};

// Reads both pipes to their ends.
Result<void> listen(Pipe& out, Pipe& err, const ChildLimits& limits, std::string& words,
                    const std::function<Result<void>(std::string_view)>& take) {
    const auto until = std::chrono::steady_clock::now() + limits.time;
    std::uint64_t taken = 0;
    std::array<char, 64 * 1024> buffer;
    std::array<pollfd, 2> ends{pollfd{out.read_end(), POLLIN, 0}, pollfd{err.read_end(), POLLIN, 0}};
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return make_error(Errc::timeout, "the file takes too long to convert");
        if (limits.stop && *limits.stop) return make_error(Errc::gone, "the host is shutting down");
        if (poll(ends.data(), ends.size(), static_cast<int>(std::min<long long>(left.count(), 200))) < 0 &&
            errno != EINTR)
            return make_error(Errc::unavailable, std::strerror(errno));
        for (auto& end : ends) {
            if (end.fd < 0 || (end.revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            const auto got = read(end.fd, buffer.data(), buffer.size());
            if (got < 0 && errno == EINTR) continue;
            if (got <= 0) {
                end.fd = -1;
                continue;
            }
            const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
            if (&end == &ends[1]) {
                words.append(bytes.substr(0, most_words - std::min(words.size(), most_words)));
                continue;
            }
            taken += bytes.size();
            if (taken > limits.output) return make_error(Errc::too_large, "the converted file is too large");
            if (auto ok = take(bytes); !ok) return ok;
        }
    }
    return {};
}

}  // namespace

Result<void> run_child(const std::vector<std::string>& argv, const ChildLimits& limits,
                       const std::function<Result<void>(std::string_view)>& take) {
    Pipe out, err;
    if (!out.ok() || !err.ok()) return make_error(Errc::unavailable, std::strerror(errno));
    std::vector<char*> words;
    for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    std::string path = "PATH=/usr/bin:/bin", language = "LC_ALL=C";
    const std::array<char*, 3> environment{path.data(), language.data(), nullptr};

    const pid_t pid = fork();
    if (pid < 0) return make_error(Errc::unavailable, "cannot start " + argv[0] + ": " + std::strerror(errno));
    if (pid == 0) become(words.data(), environment.data(), limits, out.write_end(), err.write_end());
    Child child(pid);
    out.close_end(1);
    err.close_end(1);
    std::string said;
    if (auto ok = listen(out, err, limits, said, take); !ok) return ok;
    const int status = child.wait();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return make_error(Errc::unavailable, "cannot run " + argv[0]);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
        return make_error(Errc::timeout, "the file takes too long to convert");
    if (said.empty()) said = "it was ended by its limits";
    return make_error(Errc::invalid, "the file cannot be converted: " + said);
}

}  // namespace parley::media
