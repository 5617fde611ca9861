#include "app/cli/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <charconv>
#include <cstddef>

namespace parley::app {
namespace {

std::string value_of(const config::Environment& environment, std::string_view name) {
    const auto found = environment.find(name);
    return found == environment.end() ? "" : found->second;
}

}  // namespace

ServiceManager::ServiceManager(const config::Environment& environment)
    : socket_(value_of(environment, "NOTIFY_SOCKET")) {
    const auto wanted = value_of(environment, "WATCHDOG_USEC");
    long long microseconds = 0;
    std::from_chars(wanted.data(), wanted.data() + wanted.size(), microseconds);
    interval_ = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::microseconds(microseconds / 2));
}

void ServiceManager::tell(std::string_view state) const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path) return;
    socket_.copy(address.sun_path, socket_.size());
    if (socket_[0] == '@') address.sun_path[0] = '\0';  // one without a file
    const int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (file < 0) return;
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    sendto(file, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
    close(file);
}

void ServiceManager::watch(Executor& loop) const {
    if (interval_.count() <= 0) return;
    tell("WATCHDOG=1");
    loop.after(interval_, [this, &loop] { watch(loop); });
}

}  // namespace parley::app
