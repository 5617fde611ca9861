// A plugin's library in this process: opened from sealed memory, closed, and checked to be gone.
//
// Plain dlfcn, not Boost.DLL: it has to be opened by a name that is not a path, the loader's own error text is wanted
// (Boost's error_code reports a missing and a damaged file alike), and closing must be checked, which shared_library
// cannot.
#pragma once

#include <string>

#include "core/error.hpp"
#include "parley/abi/entry.h"
#include "plugins/sealed_file.hpp"

namespace parley::plugins {

class Library {
public:
    Library() = default;
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    // Maps the library and runs its static constructors. `file` must stay open while the library is mapped.
    Result<void> open(const SealedFile& file);
    // Calls the entry point.
    Result<const parley_descriptor*> descriptor() const;
    void close();
    void* handle() const { return handle_; }

private:
    void* handle_ = nullptr;
};

// Is the file of this name mapped in this process?
bool is_mapped(const std::string& memory_name);

}  // namespace parley::plugins
