// Plugin files whose loading failed for a reason that may go away by itself (the database is not there, no memory), and
// when each is tried again: soon at first, then less and less often. Pure: it is told the time.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::plugins {

class Retries {
public:
    using Time = std::chrono::steady_clock::time_point;
    static constexpr int longest = 16;  // times the first wait

    explicit Retries(std::chrono::milliseconds first) : first_(first) {}

    void failed(const std::string& path, Time now) {
        const auto [at, fresh] = files_.try_emplace(path, File{now, first_});
        at->second.next = now + at->second.wait;
        at->second.wait = std::min(at->second.wait * 2, first_ * longest);
    }
    // It loads, or it is not wanted any more.
    void forget(const std::string& path) { files_.erase(path); }
    void clear() { files_.clear(); }

    // Files to be tried now. Each must end in failed() or forget().
    std::vector<std::string> due(Time now) const {
        std::vector<std::string> paths;
        for (const auto& [path, file] : files_)
            if (file.next <= now) paths.push_back(path);
        return paths;
    }
    // When to ask again; empty: nothing waits.
    std::optional<Time> next() const {
        const auto first = std::min_element(files_.begin(), files_.end(),
                                            [](const auto& a, const auto& b) { return a.second.next < b.second.next; });
        return first == files_.end() ? std::nullopt : std::optional(first->second.next);
    }

private:
    struct File {
        Time next;
        std::chrono::milliseconds wait;
    };
    std::chrono::milliseconds first_;
    std::map<std::string, File> files_;  // by path
};

}  // namespace parley::plugins
