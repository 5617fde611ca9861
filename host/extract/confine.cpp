#include "extract/confine.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <memory>

namespace parley::extract {
namespace {

bool limit(__rlimit_resource what, rlim_t soft, rlim_t hard) {
    const rlimit value{soft, hard};
    return setrlimit(what, &value) == 0;
}

// What reading, allocating and ending takes.
constexpr std::array reading{
    SCMP_SYS(read),         SCMP_SYS(pread64),      SCMP_SYS(readv),          SCMP_SYS(write),
    SCMP_SYS(writev),       SCMP_SYS(lseek),        SCMP_SYS(close),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),   SCMP_SYS(munmap),       SCMP_SYS(mremap),         SCMP_SYS(brk),
    SCMP_SYS(madvise),      SCMP_SYS(futex),        SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday),
    SCMP_SYS(getrandom),    SCMP_SYS(getpid),       SCMP_SYS(getppid),        SCMP_SYS(gettid),
    SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(sigaltstack),
    SCMP_SYS(sched_yield),  SCMP_SYS(exit),         SCMP_SYS(exit_group),     SCMP_SYS(restart_syscall),
};

// What starting a program takes besides.
constexpr std::array becoming{
    SCMP_SYS(execve),     SCMP_SYS(access),          SCMP_SYS(faccessat),  SCMP_SYS(faccessat2),
    SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address), SCMP_SYS(rseq),       SCMP_SYS(getrlimit),
    SCMP_SYS(uname),      SCMP_SYS(set_robust_list), SCMP_SYS(getdents64), SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(fadvise64),       SCMP_SYS(sysinfo),    SCMP_SYS(statfs),
    SCMP_SYS(stat),       SCMP_SYS(lstat),           SCMP_SYS(getcwd),     SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getuid),     SCMP_SYS(geteuid),         SCMP_SYS(getgid),     SCMP_SYS(getegid),
    SCMP_SYS(dup),
};

constexpr std::uint64_t any_writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

bool allow_reading(scmp_filter_ctx filter) {
    bool ok = true;
    for (const int call : reading) ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0 && ok;
    // Memory that is no code. A sanitizer may look at its own process and ask for more.
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0 &&
         ok;
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) ==
             0 &&
         ok;
#ifdef __SANITIZE_ADDRESS__
    // A sanitizer learns from a pipe whether memory may be read.
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(pipe2), 0) == 0 && ok;
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(pipe), 0) == 0 && ok;
#endif
    // abort() sends itself a signal.
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
                            SCMP_A0(SCMP_CMP_EQ, static_cast<scmp_datum_t>(getpid()))) == 0 &&
           ok;
}

bool allow_becoming(scmp_filter_ctx filter) {
    bool ok = true;
    for (const int call : becoming) ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0 && ok;
    // Its own limits, to be read. Those of others, its parent's say, are none of its business, and neither is who gets
    // signals for a descriptor.
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, SCMP_A0(SCMP_CMP_EQ, 0),
                          SCMP_A2(SCMP_CMP_EQ, 0)) == 0 &&
         ok;
    for (const int command : {F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC})
        ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 1,
                              SCMP_A1(SCMP_CMP_EQ, static_cast<scmp_datum_t>(command))) == 0 &&
             ok;
    // Its libraries are code.
    ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 0) == 0 && ok;
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 0) == 0 && ok;
}

bool filter_calls(Confinement how) {
    const Filter filter(seccomp_init(SCMP_ACT_KILL_PROCESS), &seccomp_release);
    if (!filter) return false;
    const auto opening = how == Confinement::closed ? SCMP_ACT_ERRNO(EACCES) : SCMP_ACT_ALLOW;
    bool ok = allow_reading(filter.get());
    ok = seccomp_rule_add(filter.get(), opening, SCMP_SYS(openat), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, any_writing, 0)) ==
             0 &&
         ok;
    if (how == Confinement::may_become) ok = allow_becoming(filter.get()) && ok;
    return ok && seccomp_load(filter.get()) == 0;
}

class Ruleset {
public:
    Ruleset() {
        landlock_ruleset_attr everything{};
        everything.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1;  // all that the first version knows
        file_ = static_cast<int>(syscall(SYS_landlock_create_ruleset, &everything, sizeof everything, 0));
    }
    ~Ruleset() {
        if (file_ >= 0) close(file_);
    }
    Ruleset(const Ruleset&) = delete;
    Ruleset& operator=(const Ruleset&) = delete;

    bool known() const { return file_ >= 0; }

    void allow(const char* path, std::uint64_t access) const {
        landlock_path_beneath_attr rule{};
        rule.allowed_access = access;
        rule.parent_fd = open(path, O_PATH | O_CLOEXEC);
        if (rule.parent_fd < 0) return;  // what is not there cannot be read either
        syscall(SYS_landlock_add_rule, file_, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
        close(rule.parent_fd);
    }

    bool enforce() const { return syscall(SYS_landlock_restrict_self, file_, 0) == 0; }

private:
    int file_;
};

bool close_files(Confinement how) {
    const Ruleset rules;
    if (!rules.known()) return true;  // an old kernel, or a container that does not let it through
    if (how == Confinement::may_become) {
        constexpr std::uint64_t look = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
        for (const char* programs : {"/usr", "/lib", "/lib64"})
            rules.allow(programs, look | LANDLOCK_ACCESS_FS_EXECUTE);
        rules.allow("/etc/ld.so.cache", LANDLOCK_ACCESS_FS_READ_FILE);
    }
    return rules.enforce();
}

}  // namespace

bool confine(Confinement how, std::uint64_t cpu_seconds) {
    // SIGXCPU first, which tells what it was.
    return limit(RLIMIT_CPU, cpu_seconds, cpu_seconds + 1) && limit(RLIMIT_FSIZE, 0, 0) && limit(RLIMIT_CORE, 0, 0) &&
           limit(RLIMIT_NPROC, 0, 0) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && close_files(how) &&
           filter_calls(how);
}

}  // namespace parley::extract
