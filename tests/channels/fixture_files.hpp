// The webhook bodies under tests/fixtures, by name. Read whole, byte for byte.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/paths.hpp"

namespace parley::test {

inline std::string read_whole_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path.string());
    return {std::istreambuf_iterator<char>(in), {}};
}

// Relative to `folder`, sorted: "v9/text.json".
inline std::vector<std::string> list_files(const std::filesystem::path& folder) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) names.push_back(entry.path().lexically_relative(folder).generic_string());
    }
    std::sort(names.begin(), names.end());
    return names;
}

inline std::filesystem::path twilio_fixtures() {
    return source_path("tests/fixtures/webhooks/twilio");
}

inline std::filesystem::path gateway_fixtures() {
    return source_path("tests/fixtures/webhooks/gateway");
}

inline std::filesystem::path cloud_fixtures() {
    return source_path("tests/fixtures/webhooks/cloud");
}

}  // namespace parley::test
