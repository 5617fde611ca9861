// A built plugin, loaded the way the host does it: the manifest is read from the file's ELF note, then the library is
// opened with RTLD_NOW | RTLD_LOCAL. unload() tells whether it is really gone.
#pragma once

#include <dlfcn.h>
#include <elf.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "parley/abi/entry.h"

namespace parley::testing {

struct Manifest {
    std::string abi, id, version;
    std::vector<std::string> commands, capabilities;
};

// Throws std::runtime_error when the file is no plugin.
inline Manifest read_manifest(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    const std::string file = bytes.str();
    const auto read = [&]<class T>(std::size_t at, T& into) {
        if (at > file.size() || sizeof(T) > file.size() - at) throw std::runtime_error(path + ": not an ELF file");
        std::memcpy(&into, file.data() + at, sizeof(T));
    };
    Elf64_Ehdr header;
    read(0, header);
    if (std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) throw std::runtime_error(path + ": not an ELF file");

    std::string text;
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        Elf64_Shdr section;
        read(header.e_shoff + i * sizeof(section), section);
        if (section.sh_type != SHT_NOTE) continue;
        for (std::size_t at = section.sh_offset; at + sizeof(Elf64_Nhdr) <= section.sh_offset + section.sh_size;) {
            Elf64_Nhdr note;
            read(at, note);
            const auto name_at = at + sizeof(note);
            const auto text_at = name_at + (note.n_namesz + 3) / 4 * 4;
            if (note.n_type == PARLEY_NOTE_MANIFEST &&
                file.substr(name_at, note.n_namesz) == std::string(PARLEY_NOTE_NAME, sizeof(PARLEY_NOTE_NAME))) {
                text = file.substr(text_at, note.n_descsz);
            }
            at = text_at + (note.n_descsz + 3) / 4 * 4;
        }
    }
    if (text.empty()) throw std::runtime_error(path + ": no manifest, is PARLEY_PLUGIN missing?");
    text.resize(std::strlen(text.c_str()));

    Manifest manifest;
    const auto words = [](const std::string& value) {
        std::istringstream in(value);
        return std::vector<std::string>{std::istream_iterator<std::string>(in), {}};
    };
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto equals = std::min(line.find('='), line.size());
        const auto key = line.substr(0, equals), value = line.substr(std::min(equals + 1, line.size()));
        if (key == "abi") manifest.abi = value;
        if (key == "id") manifest.id = value;
        if (key == "version") manifest.version = value;
        if (key == "commands") manifest.commands = words(value);
        if (key == "capabilities") manifest.capabilities = words(value);
    }
    return manifest;
}

class PluginFile {
public:
    explicit PluginFile(std::string path) : path_(std::move(path)), manifest_(read_manifest(path_)) {
        handle_ = dlopen(path_.c_str(), RTLD_NOW | RTLD_LOCAL);
        if (handle_ == nullptr) throw std::runtime_error(dlerror());
        entry_ = reinterpret_cast<parley_entry_function>(dlsym(handle_, PARLEY_ENTRY_SYMBOL));
        if (entry_ != nullptr) return;
        dlclose(handle_);
        throw std::runtime_error(path_ + " does not export " PARLEY_ENTRY_SYMBOL);
    }
    PluginFile(const PluginFile&) = delete;
    PluginFile& operator=(const PluginFile&) = delete;
    ~PluginFile() {
        if (handle_ != nullptr) dlclose(handle_);
    }

    const Manifest& manifest() const { return manifest_; }
    parley_entry_function entry() const { return entry_; }

    // Closes the library; no FakeHost may be using it any more. False: it is still in memory, a reload would run on its
    // statics.
    bool unload() {
        if (handle_ != nullptr) dlclose(handle_);
        handle_ = nullptr;
        return !mapped();
    }

    bool mapped() const {
        std::ifstream maps("/proc/self/maps");
        for (std::string line; std::getline(maps, line);) {
            if (line.size() > path_.size() && line.compare(line.size() - path_.size(), path_.size(), path_) == 0) {
                return true;
            }
        }
        return false;
    }

private:
    std::string path_;
    Manifest manifest_;
    void* handle_ = nullptr;
    parley_entry_function entry_ = nullptr;
};

}  // namespace parley::testing
