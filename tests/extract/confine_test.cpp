// What a confined process can and cannot do.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <functional>

#include "extract/confine.hpp"

using parley::extract::confine;
using parley::extract::Confinement;

namespace {

// The wait status of a child that confines itself, then does this and ends with its answer.
int confined(Confinement how, const std::function<int()>& act) {
    const pid_t pid = fork();
    if (pid == 0) _exit(confine(how, 1) ? act() : 99);
    int status = 0;
    waitpid(pid, &status, 0);
    return status;
}

bool killed(int status) {
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

bool ended_with(int status, int code) {
    return WIFEXITED(status) && WEXITSTATUS(status) == code;
}

int can_open(const char* path) {
    return open(path, O_RDONLY | O_CLOEXEC) >= 0 ? 1 : 0;
}

}  // namespace

TEST_CASE("A confined process that wants more than to read is killed") {
    for (const auto how : {Confinement::closed, Confinement::may_become}) {
        CHECK(killed(confined(how, [] { return socket(AF_INET, SOCK_STREAM, 0); })));
        CHECK(killed(confined(how, [] { return socket(AF_UNIX, SOCK_STREAM, 0); })));
        CHECK(killed(confined(how, [] { return open("/tmp/parley-extract-written", O_WRONLY | O_CREAT, 0600); })));
        CHECK(killed(confined(how, [] { return open("/dev/null", O_RDWR); })));
        CHECK(killed(confined(how, [] { return unlink("/tmp/parley-extract-written"); })));
        CHECK(killed(confined(how, [] { return kill(getppid(), 0); })));
        CHECK(killed(confined(how, [] { return static_cast<int>(fork()); })));
    }
    CHECK(access("/tmp/parley-extract-written", F_OK) != 0);
}

TEST_CASE("A closed process opens nothing and runs nothing") {
    CHECK(ended_with(confined(Confinement::closed, [] { return can_open("/etc/hostname"); }), 0));
    CHECK(ended_with(confined(Confinement::closed, [] { return can_open("/usr/bin/env"); }), 0));
    CHECK(killed(confined(Confinement::closed, [] { return execl("/bin/true", "true", nullptr); })));
    CHECK(killed(confined(Confinement::closed, [] {
        return mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? 1 : 0;
    })));
}

TEST_CASE("A process that may become a program reads programs and nothing else") {
    CHECK(ended_with(confined(Confinement::may_become, [] { return execl("/bin/true", "true", nullptr); }), 0));
    CHECK(ended_with(confined(Confinement::may_become, [] { return can_open("/usr/bin/env"); }), 1));
    // By Landlock; a kernel without it lets the file be read, as confine.hpp says.
    CHECK(ended_with(confined(Confinement::may_become, [] { return can_open("/etc/passwd"); }), 0));
    CHECK(ended_with(confined(Confinement::may_become, [] { return can_open("/proc/self/environ"); }), 0));
}

TEST_CASE("Time is limited, and says that it was") {
    const int status = confined(Confinement::closed, [] {
        while (getppid() >= 0) {
        }
        return 0;
    });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGXCPU);
}
