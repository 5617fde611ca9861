#include <algorithm>
#include <chrono>
#include <filesystem>
#include <vector>

#include "media/store.hpp"

namespace parley::media {
namespace {

namespace fs = std::filesystem;
constexpr std::chrono::hours untouched{1};

struct File {
    fs::path path;
    std::uint64_t size;
    fs::file_time_type stored;
};

std::vector<File> oldest_first(const std::string& directory) {
    std::vector<File> files;
    std::error_code error;
    for (fs::recursive_directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
        // What is still being written counts when it is there.
        if (at.depth() == 0 && at->path().filename() == "incoming") at.disable_recursion_pending();
        std::error_code gone;
        if (at->symlink_status(gone).type() != fs::file_type::regular || at->path().filename().string().size() != 64)
            continue;
        const auto size = at->file_size(gone);
        const auto stored = at->last_write_time(gone);
        if (!gone) files.push_back({at->path(), size, stored});
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) { return a.stored < b.stored; });
    return files;
}

}  // namespace

Store::Sweep Store::sweep(const StoreLimits& limits, const std::set<std::string, std::less<>>& needed) const {
    const auto files = oldest_first(directory_);
    const auto now = fs::file_time_type::clock::now();
    Sweep result;
    for (const auto& file : files) result.bytes += file.size;
    result.files = files.size();
    for (const auto& file : files) {
        const auto age = now - file.stored;
        if (age < untouched) break;
        const bool too_old = limits.retention_days > 0 && age > std::chrono::hours(24) * limits.retention_days;
        const bool too_much = limits.quota > 0 && result.bytes > limits.quota;
        if (!too_old && !too_much) break;
        std::error_code error;
        if (needed.count(file.path.filename().string()) != 0 || !fs::remove(file.path, error)) continue;
        result.bytes -= file.size;
        --result.files;
        ++result.removed;
    }
    return result;
}

}  // namespace parley::media
