#include "app/directory_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <utility>

namespace parley::app {

Result<DirectoryLock> DirectoryLock::take(const std::string& directory) {
    const std::string path = directory + "/parley.lock";
    DirectoryLock lock(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (lock.file_ < 0)
        return make_error(Errc::unavailable, "cannot write " + path + ": check who owns the data directory");
    if (flock(lock.file_, LOCK_EX | LOCK_NB) == 0) return lock;
    return make_error(Errc::conflict, "another parley runs with the data directory " + directory +
                                          "; stop it, or give this one its own with --data-dir");
}

DirectoryLock::DirectoryLock(DirectoryLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}

DirectoryLock& DirectoryLock::operator=(DirectoryLock&& other) noexcept {
    std::swap(file_, other.file_);
    return *this;
}

DirectoryLock::~DirectoryLock() {
    if (file_ >= 0) close(file_);
}

}  // namespace parley::app
