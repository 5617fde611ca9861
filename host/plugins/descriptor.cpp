#include "plugins/descriptor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "plugins/manifest.hpp"

namespace parley::plugins {
namespace {

constexpr std::size_t max_text = 64 * 1024;
constexpr std::size_t max_items = 256;

// A struct is usable when it goes at least as far as the ABI's first version did.
#define PARLEY_SIZE_UP_TO(type, field) (offsetof(type, field) + sizeof(type::field))
constexpr std::size_t descriptor_min = PARLEY_SIZE_UP_TO(parley_descriptor, create);
constexpr std::size_t plugin_min = PARLEY_SIZE_UP_TO(parley_plugin, extension);
constexpr std::size_t command_min = PARLEY_SIZE_UP_TO(parley_command, deadline_ms);
constexpr std::size_t usage_min = PARLEY_SIZE_UP_TO(parley_usage, example_count);
#undef PARLEY_SIZE_UP_TO

Error bad(std::string text) {
    return make_error(Errc::invalid, std::move(text));
}

Result<std::string> copy_text(parley_str text, const char* what) {
    if (text.size == 0) return std::string();
    if (!text.data || text.size > max_text) return bad(std::string(what) + " is not a usable string");
    return std::string(text.data, text.size);
}

// Elements may be larger than ours (a newer minor version); their first says how large.
template <class T>
Result<std::vector<T>> copy_array(const T* first, std::size_t count, std::size_t min_size, const char* what) {
    std::vector<T> items;
    if (count == 0) return items;
    if (!first || count > max_items || first->size < min_size || first->size > max_text)
        return bad(std::string("the table of ") + what + " is malformed");
    const auto* bytes = reinterpret_cast<const char*>(first);
    for (std::size_t i = 0; i < count; ++i) {
        T item{};
        std::memcpy(&item, bytes + i * first->size, std::min<std::size_t>(sizeof(T), first->size));
        items.push_back(item);
    }
    return items;
}

Result<Usage> read_usage(const parley_usage& from) {
    const auto arguments = copy_text(from.arguments, "a usage's arguments");
    if (!arguments) return arguments.error();
    const auto description = copy_text(from.description, "a usage's description");
    if (!description) return description.error();
    Usage usage{*arguments, *description, {}};
    if (from.example_count > max_items || (from.example_count > 0 && !from.examples))
        return bad("the table of examples is malformed");
    for (std::size_t i = 0; i < from.example_count; ++i) {
        const auto example = copy_text(from.examples[i], "an example");
        if (!example) return example.error();
        usage.examples.push_back(*example);
    }
    return usage;
}

Result<CommandInfo> read_command(const parley_command& from, const std::string& plugin) {
    const auto name = copy_text(from.name, "a command's name");
    if (!name) return name.error();
    const auto description = copy_text(from.description, "a command's description");
    if (!description) return description.error();
    const auto note = copy_text(from.note, "a command's note");
    if (!note) return note.error();
    const auto usages = copy_array(from.usages, from.usage_count, usage_min, "usages");
    if (!usages) return usages.error();

    CommandInfo command;
    command.name = *name;
    command.plugin = plugin;
    command.description = *description;
    command.note = *note;
    command.admin = from.flags & PARLEY_COMMAND_ADMIN;
    command.internal = from.flags & PARLEY_COMMAND_INTERNAL;
    command.serial = from.flags & PARLEY_COMMAND_SERIAL;
    command.confirm = from.flags & PARLEY_COMMAND_CONFIRM;
    command.deadline = std::chrono::milliseconds(from.deadline_ms);
    for (const auto& each : *usages) {
        auto usage = read_usage(each);
        if (!usage) return usage.error();
        command.usages.push_back(std::move(*usage));
    }
    return command;
}

std::string joined(std::vector<std::string> names) {
    std::sort(names.begin(), names.end());
    std::string text;
    for (const auto& name : names) text += (text.empty() ? "" : " ") + name;
    return text.empty() ? "none" : text;
}

}  // namespace

Result<void> check_descriptor(const parley_descriptor* descriptor, const Manifest& manifest) {
    if (!descriptor) return bad(PARLEY_ENTRY_SYMBOL "() returned no descriptor");
    if (descriptor->magic != PARLEY_ABI_MAGIC)
        return bad("its descriptor begins with the wrong magic number: not a Parley plugin, or built wrongly");
    if (const auto abi = check_abi(descriptor->abi_major, descriptor->abi_minor); !abi) return abi.error();
    if (descriptor->size < descriptor_min) return bad("its descriptor is too small: built against a broken SDK?");
    if (!descriptor->create) return bad("its descriptor has no create()");
    const auto id = copy_text(descriptor->id, "the descriptor's id");
    if (!id) return id.error();
    const auto version = copy_text(descriptor->version, "the descriptor's version");
    if (!version) return version.error();
    if (*id != manifest.id || *version != manifest.version)
        return bad("manifest and descriptor disagree: the manifest says " + manifest.id + " " + manifest.version +
                   ", the descriptor says " + id->substr(0, 64) + " " + version->substr(0, 64));
    return {};
}

Result<void> check_hooks(parley_plugin& hooks) {
    if (hooks.size < plugin_min) return bad("create() filled in a table of hooks that is too small");
    hooks.size = std::min<std::uint32_t>(hooks.size, sizeof(parley_plugin));
    return {};
}

Result<std::vector<CommandInfo>> read_commands(const parley_plugin& hooks, const Manifest& manifest) {
    const auto table = copy_array(hooks.commands, hooks.command_count, command_min, "commands");
    if (!table) return table.error();
    std::vector<CommandInfo> commands;
    std::vector<std::string> names;
    for (const auto& each : *table) {
        auto command = read_command(each, manifest.id);
        if (!command) return command.error();
        names.push_back(command->name);
        commands.push_back(std::move(*command));
    }
    if (joined(names) != joined(manifest.commands))
        return bad("manifest and plugin disagree about the commands: the manifest says " + joined(manifest.commands) +
                   "; the plugin says " + joined(names).substr(0, 512));
    if (!commands.empty() && !hooks.handle) return bad("it has commands, but no handle()");
    return commands;
}

}  // namespace parley::plugins
