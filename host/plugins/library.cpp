#include "plugins/library.hpp"

#include <dlfcn.h>

#include <fstream>
#include <utility>

namespace parley::plugins {
namespace {

std::string load_name(const SealedFile& file) {
    return "/proc/self/fd/" + std::to_string(file.fd());
}

// "/proc/self/fd/12: undefined symbol: x" -> "undefined symbol: x": the number means nothing to an admin.
std::string loader_error(const SealedFile& file) {
    const char* text = ::dlerror();
    std::string words = text ? text : "unknown error";
    const std::string prefix = load_name(file) + ": ";
    if (words.rfind(prefix, 0) == 0) words.erase(0, prefix.size());
    return words;
}

}  // namespace

Result<void> Library::open(const SealedFile& file) {
    handle_ = ::dlopen(load_name(file).c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle_) return make_error(Errc::invalid, "cannot be loaded: " + loader_error(file));
    return {};
}

Result<const parley_descriptor*> Library::descriptor() const {
    void* symbol = ::dlsym(handle_, PARLEY_ENTRY_SYMBOL);
    if (!symbol) return make_error(Errc::invalid, "it has no function " PARLEY_ENTRY_SYMBOL);
    const auto entry = reinterpret_cast<parley_entry_function>(symbol);
    try {
        return entry();
    } catch (...) {
        return make_error(Errc::invalid, PARLEY_ENTRY_SYMBOL "() let an exception out");
    }
}

void Library::close() {
    if (handle_) ::dlclose(std::exchange(handle_, nullptr));
}

bool is_mapped(const std::string& memory_name) {
    std::ifstream maps("/proc/self/maps");
    const std::string wanted = "/memfd:" + memory_name;
    for (std::string line; std::getline(maps, line);)
        if (line.find(wanted) != std::string::npos) return true;
    return false;
}

}  // namespace parley::plugins
