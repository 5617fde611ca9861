#include "plugins/settle.hpp"

#include <sys/stat.h>

namespace parley::plugins {

FileLook look_at(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return {};
    return FileLook{true, info.st_ino, static_cast<std::uint64_t>(info.st_size),
                    info.st_mtim.tv_sec * 1'000'000'000LL + info.st_mtim.tv_nsec};
}

void Settle::touched(const std::string& path, Time now) {
    waiting_[path] = Waiting{now, look_(path)};
}

std::vector<std::string> Settle::due(Time now) {
    std::vector<std::string> quiet;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        auto& [path, waiting] = *at;
        if (now - waiting.since < quiet_) {
            ++at;
        } else if (const auto look = look_(path); look != waiting.look) {
            waiting = Waiting{now, look};
            ++at;
        } else {
            quiet.push_back(path);
            at = waiting_.erase(at);
        }
    }
    return quiet;
}

std::optional<Settle::Time> Settle::next() const {
    std::optional<Time> first;
    for (const auto& [path, waiting] : waiting_)
        if (!first || waiting.since + quiet_ < *first) first = waiting.since + quiet_;
    return first;
}

}  // namespace parley::plugins
