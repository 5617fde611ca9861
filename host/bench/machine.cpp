#include "bench/machine.hpp"

#include <fcntl.h>
#include <sys/statfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <vector>

#include "bench/poller.hpp"

namespace parley::bench {

std::string describe_machine() {
    std::string model = "unknown processor";
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);) {
        if (line.compare(0, 10, "model name") != 0) continue;
        model = line.substr(line.find(':') + 2);
        break;
    }
    struct sysinfo memory {};
    sysinfo(&memory);
    utsname system{};
    uname(&system);
    const auto gib = static_cast<double>(memory.totalram) * memory.mem_unit / (1024.0 * 1024 * 1024);
    return model + ", " + std::to_string(get_nprocs()) + " cores, " + std::to_string(static_cast<int>(gib + 0.5)) +
           " GiB, " + system.sysname + " " + system.release;
}

std::string filesystem_of(const std::string& directory) {
    struct statfs info {};
    if (statfs(directory.c_str(), &info) != 0) return "unknown file system";
    switch (static_cast<unsigned long>(info.f_type)) {
        case 0xEF53:
            return "ext4";
        case 0x58465342:
            return "xfs";
        case 0x9123683E:
            return "btrfs";
        case 0x01021994:
            return "tmpfs: nothing is durable here, the figures are void";
        case 0x794C7630:
            return "overlayfs";
        default:
            return "another file system";
    }
}

double probe_durable_write_us(const std::string& directory) {
    const std::string path = directory + "/probe";
    const FileDescriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return 0;
    const std::vector<char> block(8192, 'x');
    const Nanos began = now_ns();
    const auto size = static_cast<off_t>(block.size());
    // As a database's log does: the file has its size already.
    for (off_t at = 0; at < 256; ++at)
        if (pwrite(file.get(), block.data(), block.size(), at * size) < 0) break;
    fsync(file.get());
    unsigned done = 0;
    const Nanos start = now_ns();
    while (now_ns() - began < 1'000'000'000) {
        if (pwrite(file.get(), block.data(), block.size(), static_cast<off_t>(done % 256) * size) < 0) break;
        if (fdatasync(file.get()) != 0) break;
        ++done;
    }
    const double took = static_cast<double>(now_ns() - start) / 1e3;
    unlink(path.c_str());
    return done == 0 ? 0 : took / done;
}

}  // namespace parley::bench
