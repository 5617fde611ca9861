// A directory of a test's own.
#pragma once

#include <filesystem>
#include <string>

namespace parley::test {

// What the name of every such directory begins with; then come the process id, a hyphen and six letters.
inline constexpr const char* temp_prefix = "parley-test-";

// Every user can pass through it, for the embedded PostgreSQL of root runs as another. Removed with all that is in it.
class TempDirectory {
public:
    TempDirectory();
    ~TempDirectory();
    TempDirectory(const TempDirectory&) = delete;
    TempDirectory& operator=(const TempDirectory&) = delete;

    const std::string& path() const { return path_; }
    std::filesystem::path operator/(const std::string& name) const { return std::filesystem::path(path_) / name; }
    // Writes a file there; its path.
    std::string write(const std::string& name, const std::string& content) const;

private:
    std::string path_;
};

}  // namespace parley::test
