// What admins ask the runtime for. Part of control.hpp.
#include <filesystem>

#include "plugins/control.hpp"
#include "plugins/settle.hpp"
#include "plugins/watcher.hpp"

namespace parley::plugins {
namespace {

Error no_such(const std::string& target) {
    return make_error(Errc::not_found, "there is no plugin '" + target.substr(0, 128) + "'");
}

}  // namespace

Result<std::string> Control::act(Runtime::Action action, const std::string& target) {
    try {
        return act_on(action, target);
    } catch (const std::exception& e) {
        parts_.log.error("plugin.action_failed", {{"target", target}, {"error", e.what()}});
        return make_error(Errc::unavailable, std::string("the host could not do it: ") + e.what());
    }
}

Result<std::string> Control::act_on(Runtime::Action action, const std::string& target) {
    switch (action) {
        case Runtime::Action::load:
            return load(target);
        case Runtime::Action::reload:
            return target == "all" ? reload_all() : reload(target);
        case Runtime::Action::unload:
            return unload(target);
        case Runtime::Action::enable:
            return enable(target);
        case Runtime::Action::disable:
            return disable(target);
    }
    return make_error(Errc::invalid, "no such action");
}

// An id, or the name or path of a file.
std::optional<Slot> Control::slot_of(const std::string& target) const {
    if (auto slot = parts_.catalog.by_id(target)) return slot;
    if (auto slot = parts_.catalog.at(target)) return slot;
    return parts_.catalog.at(parts_.options.plugins_dir + "/" + target);
}

// The words go to whoever asks, also over a channel: they name no directory of this machine.
Result<std::string> Control::file_of(const std::string& target) const {
    const bool is_path = target.find('/') != std::string::npos;
    std::string path;
    if (is_path) {
        path = std::filesystem::absolute(target).lexically_normal().string();
    } else if (const auto slot = slot_of(target)) {
        path = slot->path;
    } else {
        path = parts_.options.plugins_dir + "/" + target;
        if (!path.ends_with(".so") && !look_at(path).exists) path += ".so";
    }
    if (look_at(path).exists) return path;
    if (is_path) return make_error(Errc::not_found, "there is no file " + target);
    return make_error(Errc::not_found, "there is no file " + file_name(path) + " in the plugins directory");
}

Result<std::string> Control::load(const std::string& target) {
    const auto path = file_of(target);
    if (!path) return path.error();
    return install(*path, Trigger::command);
}

Result<std::string> Control::reload(const std::string& target) {
    const auto slot = slot_of(target);
    if (!slot) return no_such(target);
    if (!look_at(slot->path).exists) {
        remove(slot->path);
        return make_error(Errc::not_found, "its file " + file_name(slot->path) + " is gone, so the plugin is removed");
    }
    return install(slot->path, Trigger::command);
}

Result<std::string> Control::reload_all() {
    std::set<std::string> paths;
    for (const auto& path : plugin_files(parts_.options.plugins_dir)) paths.insert(path);
    std::vector<std::string> gone;
    for (const auto& slot : parts_.catalog.slots()) {
        const auto state = state_of(slot);
        if (!look_at(slot.path).exists) gone.push_back(slot.path);
        if (state == State::disabled || state == State::quarantined || !look_at(slot.path).exists)
            paths.erase(slot.path);
        else
            paths.insert(slot.path);
    }
    std::string loaded, failed;
    for (const auto& path : paths) {
        const auto result = install(path, Trigger::command);
        auto& list = result ? loaded : failed;
        list += (list.empty() ? "" : "; ") + (result ? *result : result.error().message);
    }
    for (const auto& path : gone) remove(path);
    if (!failed.empty())
        return make_error(Errc::invalid, "failed: " + failed + (loaded.empty() ? "" : ". Done: " + loaded));
    return loaded.empty() ? "nothing to reload" : loaded;
}

Result<std::string> Control::unload(const std::string& target) {
    auto slot = slot_of(target);
    if (!slot) return no_such(target);
    if (!slot->serving) return make_error(Errc::conflict, slot->manifest.id + " is not loaded");
    auto old = std::exchange(slot->serving, nullptr);
    slot->unloaded = true;
    slot->error = "unloaded by an admin: load it to have it back";
    const std::string id = slot->manifest.id;
    retries_.forget(slot->path);
    parts_.catalog.put(std::move(*slot));
    retire(std::move(old));
    return id + " unloaded";
}

Result<std::string> Control::disable(const std::string& target) {
    auto slot = slot_of(target);
    if (!slot) return no_such(target);
    const std::string id = slot->manifest.id;
    parts_.services.set_disabled(id, true);
    disabled_.insert(id);
    retries_.forget(slot->path);
    auto old = std::exchange(slot->serving, nullptr);
    slot->disabled = true;
    slot->error = why_disabled(id);
    parts_.catalog.put(std::move(*slot));
    if (old) retire(std::move(old));
    return id + " disabled";
}

Result<std::string> Control::enable(const std::string& target) {
    auto slot = slot_of(target);
    if (!slot) return no_such(target);
    const std::string id = slot->manifest.id;
    if (disabled_.contains(id)) parts_.services.set_disabled(id, false);
    disabled_.erase(id);
    if (parts_.journal) parts_.journal->forget(id);
    if (slot->serving) {
        const bool quarantined = slot->serving->quarantined();
        slot->serving->end_quarantine();
        return id + (quarantined ? " enabled: its quarantine is over" : " serves already");
    }
    slot->disabled = slot->unloaded = false;
    const std::string path = slot->path;
    parts_.catalog.put(std::move(*slot));
    return install(path, Trigger::command);
}

}  // namespace parley::plugins
