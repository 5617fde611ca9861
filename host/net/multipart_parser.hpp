// Reads multipart/form-data (RFC 7578) as it comes, in pieces of any size. Pure: no I/O. Strict: what two readers could
// understand differently is an error.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley::net {

struct MultipartLimits {
    unsigned max_parts = 100;
    std::size_t max_head = 8 << 10;    // bytes of the headers of one part
    std::size_t max_field = 64 << 10;  // bytes of a part that is no file
    std::uint64_t max_file = 64u << 20;
};

struct PartHead {
    std::string name;
    bool is_file = false;
    std::string filename;  // as the client gave it, never a path here; may be empty for a file
    std::string mime;      // as the client gave it; empty: it said nothing
};

// Gets the parts in order: begin, data as often as it comes, end. An error ends the reading with it.
class PartConsumer {
public:
    virtual ~PartConsumer() = default;
    virtual Result<void> begin(const PartHead& head) = 0;
    virtual Result<void> data(std::string_view bytes) = 0;
    virtual Result<void> end() = 0;
};

// The boundary that a Content-Type names; Errc::unsupported for another type, invalid for a boundary that is none.
Result<std::string> multipart_boundary(std::string_view content_type);

class MultipartParser {
public:
    // `consumer` outlives it.
    MultipartParser(std::string_view boundary, MultipartLimits limits, PartConsumer& consumer);

    // Errc::invalid, too_large, or what the consumer said. Not to be fed after an error.
    Result<void> feed(std::string_view bytes);
    // The body has ended. Errc::invalid when the last delimiter did not come.
    Result<void> finish() const;

private:
    enum class State { preamble, delimited, head, body_start, body, epilogue };

    Result<bool> step(std::string_view& rest);
    Result<bool> skip_preamble(std::string_view& rest);
    Result<bool> after_delimiter(std::string_view& rest);
    Result<bool> read_head(std::string_view& rest);
    Result<bool> begin_body(std::string_view& rest);
    Result<bool> read_body(std::string_view& rest);
    Result<void> give(std::string_view bytes);

    const std::string delimiter_;  // CRLF, two dashes, boundary
    const MultipartLimits limits_;
    PartConsumer& consumer_;
    State state_ = State::preamble;
    bool blank_line_skipped_ = false;
    std::string waiting_;  // what has come and cannot be told yet
    unsigned parts_ = 0;
    PartHead head_;
    std::uint64_t part_size_ = 0;
};

}  // namespace parley::net
