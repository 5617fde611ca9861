#include "gpt/sse_parser.hpp"

namespace parley::gpt {

Result<void> SseParser::take(std::string_view bytes, const void* self, Emit emit) {
    total_ += bytes.size();
    if (total_ > limits_.total) return make_error(Errc::too_large, "the streamed answer is too large");
    while (!bytes.empty()) {
        if (after_cr_ && bytes.front() == '\n') {
            after_cr_ = false;
            bytes.remove_prefix(1);
            continue;
        }
        after_cr_ = false;
        const auto end = bytes.find_first_of("\r\n");
        const bool whole = end != std::string_view::npos;
        const bool fits = grow(bytes.substr(0, end));
        if (whole) after_cr_ = bytes[end] == '\r';
        if (!fits || (whole && !end_line(self, emit)))
            return make_error(Errc::too_large, "an event of the streamed answer is too large");
        bytes.remove_prefix(whole ? end + 1 : bytes.size());
    }
    return {};
}

// A line may be one byte order mark, a field's name and a space longer than what it brings to an event.
bool SseParser::grow(std::string_view bytes) {
    line_.append(bytes);
    return line_.size() <= limits_.event + 16;
}

bool SseParser::end_line(const void* self, Emit emit) {
    std::string_view line(line_);
    if (!begun_ && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);
    begun_ = true;
    if (line.empty()) {
        if (has_data_) emit(self, type_.empty() ? "message" : std::string_view(type_), data_);
        type_.clear();
        data_.clear();
        has_data_ = false;
    } else if (line.front() != ':') {
        const auto colon = line.find(':');
        const auto name = line.substr(0, colon);
        auto value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
        if (value.starts_with(' ')) value.remove_prefix(1);
        if (name == "data") {
            if (has_data_) data_ += '\n';
            data_.append(value);
            has_data_ = true;
        } else if (name == "event") {
            type_.assign(value);
        }
    }
    line_.clear();
    return data_.size() <= limits_.event;
}

}  // namespace parley::gpt
