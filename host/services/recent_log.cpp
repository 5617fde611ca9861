#include "services/recent_log.hpp"

namespace parley::services {

void RecentLog::add(const std::string& plugin, Line line) {
    std::lock_guard lock(mutex_);
    auto& lines = lines_[plugin];
    lines.push_back(std::move(line));
    if (lines.size() > kept) lines.pop_front();
}

std::vector<RecentLog::Line> RecentLog::of(const std::string& plugin) const {
    std::lock_guard lock(mutex_);
    const auto found = lines_.find(plugin);
    if (found == lines_.end()) return {};
    return {found->second.rbegin(), found->second.rend()};
}

}  // namespace parley::services
