#include "plugins/catalog.hpp"

#include <algorithm>

namespace parley::plugins {

State state_of(const Slot& slot) {
    if (slot.disabled || slot.unloaded) return State::disabled;
    if (!slot.serving) return State::failed;
    return slot.serving->quarantined() ? State::quarantined : State::serving;
}

template <class Predicate>
std::optional<Slot> Catalog::find(const Predicate& predicate) const {
    const std::lock_guard lock(mutex_);
    for (const auto& [path, slot] : slots_)
        if (predicate(slot)) return slot;
    return std::nullopt;
}

std::optional<Slot> Catalog::at(const std::string& path) const {
    return find([&](const Slot& slot) { return slot.path == path; });
}

std::optional<Slot> Catalog::owner_of_id(const std::string& id) const {
    return find([&](const Slot& slot) { return slot.owner && slot.manifest.id == id; });
}

std::optional<Slot> Catalog::owner_of_command(const std::string& command) const {
    return find([&](const Slot& slot) {
        const auto& names = slot.manifest.commands;
        return slot.owner && std::find(names.begin(), names.end(), command) != names.end();
    });
}

std::optional<Slot> Catalog::by_id(const std::string& id) const {
    if (auto owner = owner_of_id(id)) return owner;
    return find([&](const Slot& slot) { return slot.manifest.id == id; });
}

std::vector<Slot> Catalog::slots() const {
    const std::lock_guard lock(mutex_);
    std::vector<Slot> all;
    for (const auto& [path, slot] : slots_) all.push_back(slot);
    return all;
}

std::vector<Generation*> Catalog::serving() const {
    const std::lock_guard lock(mutex_);
    std::vector<Generation*> generations;
    for (const auto& [path, slot] : slots_)
        if (slot.serving) generations.push_back(slot.serving.get());
    return generations;
}

void Catalog::put(Slot slot) {
    const std::lock_guard lock(mutex_);
    std::swap(slots_[slot.path], slot);  // the old one is destroyed after the lock is gone
}

void Catalog::erase(const std::string& path) {
    const std::lock_guard lock(mutex_);
    slots_.erase(path);
}

std::shared_ptr<PluginStats> Catalog::stats(const std::string& id) {
    const std::lock_guard lock(mutex_);
    auto& stats = stats_[id];
    if (!stats) stats = std::make_shared<PluginStats>();
    return stats;
}

PluginInfo Catalog::describe(const Slot& slot) const {
    PluginInfo info;
    info.id = slot.manifest.id;
    info.version = slot.manifest.version;
    info.file = slot.path;
    info.error = slot.error;
    info.state = state_of(slot);
    info.commands = slot.manifest.commands;
    info.capabilities = slot.manifest.capabilities;
    if (slot.serving) {
        info.generation = slot.serving->number();
        info.loaded_at_ms = slot.loaded_at_ms;
    }
    if (info.state == State::quarantined && info.error.empty())
        info.error =
            "too many failures in a row, or calls that never return: enable it to try again, or install a new file";
    const auto found = stats_.find(info.id);
    if (found == stats_.end() || !slot.owner) return info;
    const PluginStats& stats = *found->second;
    info.calls = stats.calls;
    info.failures = stats.failures;
    info.overdue = stats.overdue;
    info.busy_ms = stats.busy_ns / 1'000'000;
    info.draining = stats.draining;
    info.pinned = stats.pinned;
    return info;
}

std::vector<PluginInfo> Catalog::list() const {
    std::vector<PluginInfo> all;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [path, slot] : slots_) all.push_back(describe(slot));
    }
    std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) {
        if (a.id != b.id) return a.id < b.id;
        return a.state != State::failed && b.state == State::failed;  // the owner of an id before its rivals
    });
    return all;
}

std::vector<CommandInfo> Catalog::commands() const {
    std::vector<CommandInfo> all;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [path, slot] : slots_)
            if (state_of(slot) == State::serving)
                all.insert(all.end(), slot.serving->commands().begin(), slot.serving->commands().end());
    }
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
    return all;
}

}  // namespace parley::plugins
