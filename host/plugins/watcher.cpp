#include "plugins/watcher.hpp"

#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace parley::plugins {
namespace {

constexpr auto rescan_interval = std::chrono::seconds(1);
constexpr std::uint32_t interesting = IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                      IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;

}  // namespace

bool is_plugin_name(const std::string& file_name) {
    return file_name.size() > 3 && file_name.front() != '.' && file_name.ends_with(".so");
}

std::vector<std::string> plugin_files(const std::string& directory) {
    std::vector<std::string> paths;
    std::error_code error;
    for (std::filesystem::directory_iterator at(directory, error), end; !error && at != end; at.increment(error))
        if (is_plugin_name(at->path().filename().string())) paths.push_back(at->path().string());
    std::sort(paths.begin(), paths.end());
    return paths;
}

Watcher::Watcher(std::string directory, std::chrono::milliseconds quiet, Logger log)
    : directory_(std::move(directory)),
      log_(std::move(log)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)),
      settle_(quiet, &look_at) {
    for (const auto& path : plugin_files(directory_)) seen_[path] = look_at(path);
    if (!watch()) {
        log_.warn("plugins_dir.not_watched", {{"directory", directory_}, {"error", std::strerror(errno)}});
        next_rescan_ = std::chrono::steady_clock::now() + rescan_interval;
    }
}

bool Watcher::watch() {
    if (!inotify_) return false;
    watch_ = ::inotify_add_watch(inotify_.get(), directory_.c_str(), interesting);
    return watch_ >= 0;
}

void Watcher::collect(Settle::Time now) {
    read_events(now);
    if (!next_rescan_ || now < *next_rescan_) return;
    // Watch first, look then: what happens in between is seen twice and not missed.
    next_rescan_ = watch() ? std::nullopt : std::optional(now + rescan_interval);
    rescan(now);
}

void Watcher::read_events(Settle::Time now) {
    alignas(inotify_event) std::array<char, 16 * 1024> buffer;
    while (inotify_) {
        const ssize_t got = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (got <= 0) return;
        for (ssize_t at = 0; at < got;) {
            const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
            at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
            const bool current = event->wd == watch_;
            if (event->mask & IN_Q_OVERFLOW) {
                log_.warn("plugins_dir.rescan", {{"reason", "too many changes at once"}});
                rescan(now);
            } else if (current && (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF | IN_IGNORED))) {
                if (event->mask & IN_MOVE_SELF) ::inotify_rm_watch(inotify_.get(), watch_);
                watch_ = -1;
                next_rescan_ = now;
            } else if (current && event->len > 0 && is_plugin_name(event->name)) {
                settle_.touched(directory_ + "/" + event->name, now);
            }
        }
    }
}

void Watcher::rescan(Settle::Time now) {
    std::map<std::string, FileLook> looks;
    for (const auto& path : plugin_files(directory_)) looks[path] = look_at(path);
    for (const auto& [path, look] : looks)
        if (const auto old = seen_.find(path); old == seen_.end() || old->second != look) settle_.touched(path, now);
    for (const auto& [path, look] : seen_)
        if (!looks.contains(path)) settle_.touched(path, now);
    seen_ = std::move(looks);
}

std::optional<Settle::Time> Watcher::next() const {
    const auto settle = settle_.next();
    if (!next_rescan_) return settle;
    return settle ? std::min(*settle, *next_rescan_) : *next_rescan_;
}

}  // namespace parley::plugins
