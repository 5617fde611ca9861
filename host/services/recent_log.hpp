// The last lines that each plugin wrote to the log, for people who look after it. [any thread]
#pragma once

#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "core/log.hpp"
#include "core/message.hpp"

namespace parley::services {

class RecentLog {
public:
    struct Line {
        UnixMillis time = 0;
        LogLevel level = LogLevel::info;
        std::string text, trace;
    };
    static constexpr std::size_t kept = 200;  // of each plugin

    void add(const std::string& plugin, Line line);
    std::vector<Line> of(const std::string& plugin) const;  // newest first

private:
    mutable std::mutex mutex_;
    std::map<std::string, std::deque<Line>, std::less<>> lines_;
};

}  // namespace parley::services
