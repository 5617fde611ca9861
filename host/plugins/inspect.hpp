// All that can be said about a plugin file without running it.
#pragma once

#include <string>
#include <vector>

#include "core/error.hpp"
#include "plugins/runtime.hpp"
#include "plugins/sealed_file.hpp"

namespace parley::plugins {

struct Inspection {
    Manifest manifest;
    std::vector<std::string> warnings;
    // Symbols whose data the dynamic loader makes once in the life of the process, for all copies of the library.
    std::vector<std::string> unique;
};

Result<Inspection> inspect(const SealedFile& file);

}  // namespace parley::plugins
