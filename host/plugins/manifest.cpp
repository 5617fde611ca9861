#include "plugins/manifest.hpp"

#include <algorithm>
#include <charconv>
#include <map>

namespace parley::plugins {
namespace {

constexpr std::size_t max_manifest_bytes = 16 * 1024;
constexpr std::size_t max_list_words = 256;

Error bad(std::string text) {
    return make_error(Errc::invalid, "manifest: " + std::move(text));
}

// `value` came from a file: keep error texts printable.
std::string quoted(std::string_view value) {
    std::string text = "'";
    for (const char c : value.substr(0, 64)) text += c >= 0x20 && c < 0x7f ? c : '?';
    return text + "'";
}

bool is_capability(std::string_view text) {
    if (text.empty() || text.size() > 64) return false;
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
}

bool is_version(std::string_view text) {
    return !text.empty() && text.size() <= 64 &&
           std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        if (end > 0) found.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return found;
}

bool read_number(std::string_view text, int& out) {
    const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), out);
    return ec == std::errc() && end == text.data() + text.size() && out >= 0 && out <= 0xffff;
}

Result<void> read_abi(std::string_view text, Manifest& manifest) {
    const auto dot = text.find('.');
    if (dot == std::string_view::npos || !read_number(text.substr(0, dot), manifest.abi_major) ||
        !read_number(text.substr(dot + 1), manifest.abi_minor))
        return bad("abi=" + quoted(text) + " is not of the form 1.0");
    return {};
}

Result<std::map<std::string, std::string, std::less<>>> read_lines(std::string_view text) {
    std::map<std::string, std::string, std::less<>> values;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.empty()) continue;
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) return bad("the line " + quoted(line) + " is not key=value");
        if (!values.emplace(line.substr(0, equals), line.substr(equals + 1)).second)
            return bad(quoted(line.substr(0, equals)) + " stands there twice");
    }
    return values;
}

Result<void> check_words(const Manifest& manifest) {
    if (manifest.commands.size() > max_list_words || manifest.capabilities.size() > max_list_words)
        return bad("more than 256 commands or capabilities");
    for (const auto& name : manifest.commands)
        if (!is_name(name)) return bad("command " + quoted(name) + " is not of the form [a-z0-9_-]{1,32}");
    for (const auto& name : manifest.capabilities)
        if (!is_capability(name)) return bad("capability " + quoted(name) + " is malformed");
    auto sorted = manifest.commands;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
        return bad("command " + quoted(*twice) + " stands there twice");
    return {};
}

}  // namespace

bool is_name(std::string_view text) {
    if (text.empty() || text.size() > 32) return false;
    return std::all_of(text.begin(), text.end(),
                       [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-'; });
}

Result<Manifest> parse_manifest(std::string_view text) {
    if (text.size() > max_manifest_bytes) return bad("larger than 16 KiB");
    text = text.substr(0, text.find('\0'));
    const auto lines = read_lines(text);
    if (!lines) return lines.error();
    for (const char* key : {"abi", "id", "version", "commands", "capabilities"})
        if (!lines->contains(key)) return bad("the line " + std::string(key) + "= is missing");

    Manifest manifest;
    if (const auto abi = read_abi(lines->at("abi"), manifest); !abi) return abi.error();
    manifest.id = lines->at("id");
    manifest.version = lines->at("version");
    manifest.commands = words(lines->at("commands"));
    manifest.capabilities = words(lines->at("capabilities"));
    if (!is_name(manifest.id)) return bad("id " + quoted(manifest.id) + " is not of the form [a-z0-9_-]{1,32}");
    if (!is_version(manifest.version)) return bad("version " + quoted(manifest.version) + " is malformed");
    if (const auto checked = check_words(manifest); !checked) return checked.error();
    return manifest;
}

Result<Manifest> manifest_of(const ElfFacts& facts) {
    const ElfNote* found = nullptr;
    for (const auto& note : facts.notes) {
        if (note.name != PARLEY_NOTE_NAME || note.type != PARLEY_NOTE_MANIFEST) continue;
        if (found) return bad("there are two of them in one file");
        found = &note;
    }
    if (!found)
        return make_error(Errc::invalid, "no plugin manifest: the ELF note " PARLEY_NOTE_SECTION
                                         " is missing (use PARLEY_PLUGIN or "
                                         "PARLEY_MANIFEST)");
    return parse_manifest(found->description);
}

Result<void> check_abi(int major, int minor) {
    if (major == PARLEY_ABI_MAJOR) return {};
    const std::string theirs = std::to_string(major) + "." + std::to_string(minor);
    const std::string ours = std::to_string(PARLEY_ABI_MAJOR) + "." + std::to_string(PARLEY_ABI_MINOR);
    const std::string fix = major > PARLEY_ABI_MAJOR
                                ? "update the host, or rebuild the plugin with the SDK of this host"
                                : "rebuild the plugin with the SDK of this host";
    return make_error(Errc::unsupported, "built for plugin ABI " + theirs + ", this host has " + ours + ": " + fix);
}

}  // namespace parley::plugins
