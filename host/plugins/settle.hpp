// Waits until files are quiet. Pure: it is told what was seen and when, and says which files are due.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace parley::plugins {

// What a file looked like. Two looks that are the same mean that nobody wrote in between.
struct FileLook {
    bool exists = false;
    std::uint64_t inode = 0, size = 0;
    std::int64_t modified_ns = 0;
    friend bool operator==(const FileLook&, const FileLook&) = default;
};

FileLook look_at(const std::string& path);

class Settle {
public:
    using Time = std::chrono::steady_clock::time_point;
    using Look = FileLook (*)(const std::string& path);

    Settle(std::chrono::milliseconds quiet, Look look) : quiet_(quiet), look_(look) {}

    // Something happened to the file: wait (again) until it is quiet.
    void touched(const std::string& path, Time now);
    // Files that have been quiet long enough; they are forgotten here. One that changed without an event (through a
    // memory mapping, or where the events got lost) waits on.
    std::vector<std::string> due(Time now);
    // When to ask again; empty: nothing waits.
    std::optional<Time> next() const;

private:
    struct Waiting {
        Time since;
        FileLook look;
    };

    std::chrono::milliseconds quiet_;
    Look look_;
    std::map<std::string, Waiting> waiting_;
};

}  // namespace parley::plugins
