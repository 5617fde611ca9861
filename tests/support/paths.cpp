#include "support/paths.hpp"

namespace parley::test {

std::string source_path(const std::string& relative) {
    return std::string(PARLEY_SOURCE_DIR "/") + relative;
}

std::string binary_path(const std::string& relative) {
    return std::string(PARLEY_BINARY_DIR "/") + relative;
}

}  // namespace parley::test
