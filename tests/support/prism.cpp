#include "support/prism.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <thread>

namespace parley::test {

namespace {

sockaddr_in local_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    return address;
}

std::uint16_t free_port() {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address = local_address(0);
    socklen_t size = sizeof address;
    bind(fd, reinterpret_cast<const sockaddr*>(&address), size);
    getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    close(fd);
    return ntohs(address.sin_port);
}

bool answers(std::uint16_t port) {
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in address = local_address(port);
    const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    close(fd);
    return connected;
}

[[noreturn]] void run_prism(const std::string& port, const std::string& spec) {
    setpgid(0, 0);
    const int nowhere = open("/dev/null", O_RDWR);
    for (const int fd : {0, 1, 2}) dup2(nowhere, fd);
    execlp("npx", "npx", "--yes", "@stoplight/prism-cli@5.14.2", "mock", "-h", "127.0.0.1", "-p", port.c_str(),
           spec.c_str(), static_cast<char*>(nullptr));
    _exit(127);
}

}  // namespace

Prism::Prism(const std::string& spec) {
    if (!std::filesystem::exists(spec)) {
        why_ = "there is no " + spec;
        return;
    }
    port_ = free_port();
    const std::string port = std::to_string(port_);
    group_ = fork();
    if (group_ == 0) run_prism(port, spec);
    setpgid(group_, group_);  // whoever of the two comes first
    ready_ = wait_for_answer();
}

bool Prism::wait_for_answer() {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 120s;
    while (std::chrono::steady_clock::now() < deadline) {
        if (answers(port_)) return true;
        int status = 0;
        if (waitpid(group_, &status, WNOHANG) == group_) {
            why_ = "npx could not run Prism";
            return false;
        }
        std::this_thread::sleep_for(100ms);
    }
    why_ = "Prism did not answer within two minutes";
    return false;
}

Prism::~Prism() {
    if (group_ <= 0) return;
    kill(-group_, SIGKILL);
    waitpid(group_, nullptr, 0);
}

}  // namespace parley::test
