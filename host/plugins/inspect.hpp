// All that can be said about a plugin file without running it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "plugins/runtime.hpp"
#include "plugins/sealed_file.hpp"

namespace parley::plugins {

struct Inspection {
    Manifest manifest;
    std::vector<std::string> warnings;
};

Result<Inspection> inspect(const SealedFile& file);

}  // namespace parley::plugins
