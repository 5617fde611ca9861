// A document that is a ZIP archive of parts: what Office and OpenOffice write. Names of parts are only ever compared,
// nothing is written anywhere, archives inside the archive are not opened, and what is unpacked in all is bounded.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "extract/xml_reader.hpp"

namespace parley::extract {

inline constexpr std::size_t most_parts = 10'000;
inline constexpr std::uint64_t most_unpacked = 128u << 20;  // bytes

class Package {
public:
    // `file` stays open as long as this lives, and has to be seekable. Errc::invalid: damaged, or locked.
    static Result<Package> open(int file);

    bool has(std::string_view part) const { return parts_.count(part) > 0; }

    // Hands on the part's bytes piece by piece until `take` answers false. Errc::invalid, too_large.
    Result<void> read(std::string_view part, const std::function<Result<bool>(std::string_view)>& take);

    // The part as XML, until `enough` answers true.
    Result<void> read_xml(std::string_view part, XmlEvents& events, const std::function<bool()>& enough = {});

    // The first bytes of a small part.
    Result<std::string> head(std::string_view part, std::size_t size);

private:
    explicit Package(int file) : file_(file) {}

    int file_;
    std::set<std::string, std::less<>> parts_;
    std::uint64_t unpacked_ = 0;
};

}  // namespace parley::extract
