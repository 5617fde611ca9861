#include "plugins/control.hpp"

#include <chrono>
#include <filesystem>

#include "plugins/settle.hpp"

namespace parley::plugins {
namespace {

std::int64_t unix_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
}

}  // namespace

std::string file_name(const std::string& path) {
    return std::filesystem::path(path).filename().string();
}

Control::Control(Parts parts, std::function<void(const std::string& path)> look_again)
    : parts_(std::move(parts)), look_again_(std::move(look_again)), retries_(parts_.options.retry) {}

void Control::read_disabled() {
    const auto ids = parts_.services.disabled_plugins();
    disabled_ = std::set<std::string>(ids.begin(), ids.end());
}

void Control::install_changed(const std::vector<std::string>& paths) {
    std::vector<std::string> gone;
    for (const auto& path : paths) {
        // Files that exist first: one of them may be a file that is gone, under a new name.
        if (!look_at(path).exists)
            gone.push_back(path);
        else
            static_cast<void>(install(path, Trigger::event));  // its error is logged and shown in the list
    }
    for (const auto& path : gone) remove(path);
}

Result<std::string> Control::install(const std::string& path, Trigger trigger) {
    auto installed = try_install(path, trigger);
    if (!installed && installed.error().code == Errc::unavailable) {
        retries_.failed(path, Retries::Time::clock::now());
        installed = make_error(Errc::unavailable, installed.error().message + "; it is tried again in a while");
    } else {
        retries_.forget(path);
    }
    return installed;
}

Result<std::string> Control::try_install(const std::string& path, Trigger trigger) {
    Error error;
    try {
        auto candidate = parts_.loader.examine(path);
        if (candidate) return take_in(std::move(*candidate), trigger);
        error = candidate.error();
    } catch (const std::exception& e) {
        error = make_error(Errc::unavailable, std::string("the host could not load it: ") + e.what());
    }
    return refuse(path, nullptr, std::move(error), false);
}

void Control::retry(Retries::Time now) {
    retrying_ = true;
    for (const auto& path : retries_.due(now)) static_cast<void>(install(path, Trigger::event));  // shown in the list
    retrying_ = false;
}

Result<std::string> Control::take_in(Candidate candidate, Trigger trigger) {
    const std::string path = candidate.path;
    const Manifest manifest = candidate.inspection.manifest;
    if (const auto clear = check_rivals(path, manifest); !clear) return refuse(path, &manifest, clear.error(), true);

    auto slot = parts_.catalog.at(path).value_or(Slot{});
    slot.path = path;
    std::shared_ptr<Generation> displaced;
    // The plugin moved to another file: go on with its slot under the new name.
    if (auto moved = parts_.catalog.owner_of_id(manifest.id); moved && moved->path != path) {
        displaced = std::exchange(slot.serving, nullptr);
        parts_.catalog.erase(moved->path);
        slot = std::move(*moved);
        slot.path = path;
        parts_.catalog.put(slot);
    }
    if (!why_disabled(manifest.id).empty()) return keep_disabled(std::move(slot), candidate, std::move(displaced));

    const bool same = slot.serving && slot.serving->hash() == candidate.file.hash();
    if (same && trigger == Trigger::event) {
        slot.error.clear();
        slot.hash = candidate.file.hash();
        parts_.catalog.put(std::move(slot));
        if (displaced) retire(std::move(displaced));
        return manifest.id + " " + manifest.version + " serves already";
    }
    if (same && slot.serving->quarantined())
        return make_error(Errc::conflict, manifest.id +
                                              " is quarantined after too many failures: enable it to try "
                                              "again, or install a new file");
    return put_into_service(std::move(slot), std::move(candidate), std::move(displaced));
}

Result<std::string> Control::put_into_service(Slot slot, Candidate candidate, std::shared_ptr<Generation> displaced) {
    const std::string path = candidate.path;
    const std::string hash = candidate.file.hash();
    const Manifest manifest = candidate.inspection.manifest;
    const auto stats = parts_.catalog.stats(manifest.id);
    Result<std::shared_ptr<Generation>> fresh =
        stats->pinned >= Retirement::pinned_budget
            ? make_error(Errc::overloaded, "too many older copies of it could not be unloaded (" +
                                               std::to_string(stats->pinned) +
                                               "): build it with parley_add_plugin(), and restart the host")
            : parts_.loader.bring_up(std::move(candidate), stats);
    if (!fresh) {
        const auto error = refuse(path, &manifest, fresh.error(), false);
        if (displaced) retire(std::move(displaced));
        return error;
    }

    auto old = std::exchange(slot.serving, *fresh);
    slot.manifest = manifest;
    slot.hash = hash;
    slot.error.clear();
    slot.loaded_at_ms = unix_ms();
    slot.owner = true;
    slot.disabled = slot.unloaded = slot.conflict = false;
    (*fresh)->advance(Event::publish);
    parts_.catalog.put(std::move(slot));
    parts_.registry.publish(parts_.catalog.serving());
    const bool other_plugin = old && old->id() != manifest.id;
    if (old) parts_.retirement.add(std::move(old));
    if (displaced) parts_.retirement.add(std::move(displaced));
    if (other_plugin) retry_conflicts();
    parts_.log.info("plugin.serving", {{"plugin", manifest.id},
                                       {"version", manifest.version},
                                       {"generation", (*fresh)->number()},
                                       {"file", path},
                                       {"sha256", hash}});
    return manifest.id + " " + manifest.version + " loaded, generation " + std::to_string((*fresh)->number());
}

Result<std::string> Control::keep_disabled(Slot slot, const Candidate& candidate,
                                           std::shared_ptr<Generation> displaced) {
    const auto& manifest = candidate.inspection.manifest;
    auto old = std::exchange(slot.serving, nullptr);
    slot.manifest = manifest;
    slot.hash = candidate.file.hash();
    slot.error = why_disabled(manifest.id);
    slot.owner = slot.disabled = true;
    slot.unloaded = slot.conflict = false;
    parts_.catalog.put(slot);
    if (old) retire(std::move(old));
    if (displaced) retire(std::move(displaced));
    return make_error(Errc::conflict, manifest.id + ": " + slot.error);
}

// Nobody else may have its id or one of its commands. A rival whose file is gone is none.
Result<void> Control::check_rivals(const std::string& path, const Manifest& manifest) {
    const auto is_rival = [&path](const std::optional<Slot>& slot) {
        return slot && slot->path != path && look_at(slot->path).exists;
    };
    if (const auto owner = parts_.catalog.owner_of_id(manifest.id); is_rival(owner))
        return make_error(Errc::conflict, file_name(path) + " and " + file_name(owner->path) +
                                              " are both the plugin '" + manifest.id + "': remove one of them");
    for (const auto& command : manifest.commands) {
        const auto owner = parts_.catalog.owner_of_command(command);
        if (!owner || owner->manifest.id == manifest.id || owner->path == path) continue;
        if (!is_rival(owner)) {
            remove(owner->path);
            continue;
        }
        return make_error(Errc::conflict, file_name(path) + " (" + manifest.id + ") and " + file_name(owner->path) +
                                              " (" + owner->manifest.id + ") both have the command '" + command +
                                              "': remove one of them");
    }
    return {};
}

std::string Control::why_disabled(const std::string& id) const {
    if (disabled_.contains(id)) return "disabled by an admin: enable it to load it";
    const unsigned crashes = parts_.journal ? parts_.journal->crashes(id, parts_.options.crash_window) : 0;
    if (parts_.options.crashes_to_disable == 0 || crashes < parts_.options.crashes_to_disable) return {};
    return "disabled: the host has crashed " + std::to_string(crashes) +
           " times inside this plugin; enable it to try again";
}

Error Control::refuse(const std::string& path, const Manifest* manifest, Error error, bool conflict) {
    auto slot = parts_.catalog.at(path).value_or(Slot{});
    slot.path = path;
    if (!retrying_ || slot.error != error.message)  // that it fails as before is no news
        parts_.log.error("plugin.refused",
                         {{"file", path}, {"error", error.message}, {"serves_on", slot.serving != nullptr}});
    slot.error = error.message;
    slot.conflict = conflict;
    if (!slot.owner) {
        slot.manifest = manifest ? *manifest : Manifest{};
        if (!manifest) slot.manifest.id = std::filesystem::path(path).stem().string();
    }
    parts_.catalog.put(std::move(slot));
    error.message = file_name(path) + ": " + error.message;
    return error;
}

void Control::remove(const std::string& path) {
    retries_.forget(path);
    auto slot = parts_.catalog.at(path);
    if (!slot) return;
    parts_.catalog.erase(path);
    parts_.log.info("plugin.removed", {{"plugin", slot->manifest.id}, {"file", path}});
    if (slot->serving) retire(std::move(slot->serving));
    if (slot->owner) retry_conflicts();
}

// The catalog does not show it any more.
void Control::retire(std::shared_ptr<Generation> generation) {
    parts_.registry.publish(parts_.catalog.serving());
    parts_.retirement.add(std::move(generation));
}

void Control::retry_conflicts() {
    for (const auto& slot : parts_.catalog.slots())
        if (slot.conflict) look_again_(slot.path);
}

void Control::retire_all() {
    retries_.clear();
    const auto slots = parts_.catalog.slots();
    for (auto slot : slots) {
        slot.serving = nullptr;
        slot.unloaded = true;
        parts_.catalog.put(std::move(slot));
    }
    parts_.registry.publish({});
    for (const auto& slot : slots)
        if (slot.serving) parts_.retirement.add(slot.serving);
}

}  // namespace parley::plugins
