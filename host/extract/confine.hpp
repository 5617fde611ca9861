// What a process that reads a stranger's file gives up first. There is no way back, also not for a program that it
// becomes. Linux only: limits, no_new_privs, Landlock and seccomp.
#pragma once

#include <cstdint>

namespace parley::extract {

enum class Confinement {
    // It reads and writes what is open already and can open nothing: not even for reading.
    closed,
    // The same, and it may become a program of /usr, which can read what is below /usr and nothing else.
    may_become,
};

// False, with errno set, when the kernel takes the limits or the filter not: do not read the file then. A kernel
// without Landlock (before 5.13), or a container that keeps it away, is taken: the filter alone then keeps the process
// from writing and from the network, and in `closed` from opening anything.
//
// A call that is not allowed ends the process with SIGSYS; opening for reading in `closed` fails with EACCES.
bool confine(Confinement how, std::uint64_t cpu_seconds);

}  // namespace parley::extract
