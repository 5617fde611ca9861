#include "support/temp_directory.hpp"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace parley::test {

namespace fs = std::filesystem;

TempDirectory::TempDirectory()
    : path_(
          (fs::canonical(fs::temp_directory_path()) / (temp_prefix + std::to_string(getpid()) + "-XXXXXX")).string()) {
    if (!mkdtemp(path_.data())) throw std::system_error(errno, std::generic_category(), path_);
    fs::permissions(path_, fs::perms(0755));
}

TempDirectory::~TempDirectory() {
    std::error_code ignored;  // what stays behind is found by a later run, or by the system's own cleaning
    fs::remove_all(path_, ignored);
}

std::string TempDirectory::write(const std::string& name, const std::string& content) const {
    std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary) << content;
    return file;
}

}  // namespace parley::test
