#include "net/multipart_parser.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "net/grammar.hpp"

namespace parley::net {

namespace {

Error malformed(const char* what) {
    return make_error(Errc::invalid, std::string("malformed form: ") + what);
}

// `name=value` or `name="value"` from the front of `rest`, with the ';' before it. None when it is malformed.
struct Parameter {
    std::string name;
    std::string value;
};
std::optional<Parameter> take_parameter(std::string_view& rest) {
    rest = grammar::trim(rest);
    if (!rest.starts_with(';')) return {};
    rest = grammar::trim(rest.substr(1));
    auto equals = rest.find('=');
    if (equals == std::string_view::npos || !grammar::is_token(rest.substr(0, equals))) return {};
    Parameter out{text::to_lower_ascii(rest.substr(0, equals)), ""};
    rest.remove_prefix(equals + 1);
    if (!rest.starts_with('"')) {
        auto end = std::min(rest.find_first_of("; \t"), rest.size());
        if (!grammar::is_token(rest.substr(0, end))) return {};
        out.value = rest.substr(0, end);
        rest.remove_prefix(end);
        return out;
    }
    // Browsers percent-encode '"' and leave a backslash as it is; others escape by it. Only \" and \\ are escapes.
    for (std::size_t i = 1; i < rest.size(); ++i) {
        bool escape = rest[i] == '\\' && i + 1 < rest.size() && (rest[i + 1] == '"' || rest[i + 1] == '\\');
        if (rest[i] == '"') {
            rest.remove_prefix(i + 1);
            return out;
        }
        out.value += escape ? rest[++i] : rest[i];
    }
    return {};
}

Result<PartHead> parse_disposition(std::string_view value) {
    auto end = std::min(value.find_first_of("; \t"), value.size());
    if (!text::equal_ignoring_case(value.substr(0, end), "form-data")) return malformed("a part is no form-data");
    value.remove_prefix(end);
    PartHead head;
    bool named = false;
    while (!grammar::trim(value).empty()) {
        auto parameter = take_parameter(value);
        if (!parameter) return malformed("Content-Disposition");
        if (!text::is_storable(parameter->value)) return malformed("a name is no UTF-8");
        if (parameter->name == "name") {
            if (std::exchange(named, true)) return malformed("a part has two names");
            head.name = std::move(parameter->value);
        } else if (parameter->name == "filename") {
            if (std::exchange(head.is_file, true)) return malformed("a part has two file names");
            head.filename = std::move(parameter->value);
        }
    }
    if (!named) return malformed("a part has no name");
    return head;
}

// `lines` are whole header lines, each with its CRLF.
Result<PartHead> parse_part_head(std::string_view lines) {
    std::optional<PartHead> head;
    std::optional<std::string_view> type;
    while (!lines.empty()) {
        auto end = lines.find("\r\n");
        auto line = lines.substr(0, end);
        lines.remove_prefix(end + 2);
        auto colon = line.find(':');
        if (colon == std::string_view::npos || !grammar::is_token(line.substr(0, colon)) ||
            !grammar::is_field_value(line)) {
            return malformed("a header of a part");
        }
        auto name = line.substr(0, colon), value = grammar::trim(line.substr(colon + 1));
        if (grammar::same_name(name, "Content-Disposition")) {
            if (head) return malformed("two Content-Disposition in a part");
            auto parsed = parse_disposition(value);
            if (!parsed) return parsed.error();
            head = std::move(*parsed);
        } else if (grammar::same_name(name, "Content-Type")) {
            if (type) return malformed("two Content-Type in a part");
            type = value;
        } else if (grammar::same_name(name, "Content-Transfer-Encoding") &&
                   !text::equal_ignoring_case(value, "binary") && !text::equal_ignoring_case(value, "8bit") &&
                   !text::equal_ignoring_case(value, "7bit")) {
            return make_error(Errc::unsupported, "parts of a form are taken as they are, not in " + std::string(value));
        }
    }
    if (!head) return malformed("a part without Content-Disposition");
    head->mime = type.value_or("");
    return *head;
}

// How much of the end of `bytes` could be the beginning of `delimiter`.
std::size_t overlap(std::string_view bytes, std::string_view delimiter) {
    auto size = std::min(bytes.size(), delimiter.size() - 1);
    while (size > 0 && !bytes.ends_with(delimiter.substr(0, size))) --size;
    return size;
}

}  // namespace

Result<std::string> multipart_boundary(std::string_view content_type) {
    auto end = std::min(content_type.find_first_of("; \t"), content_type.size());
    if (!text::equal_ignoring_case(content_type.substr(0, end), "multipart/form-data")) {
        return make_error(Errc::unsupported, "send a form: Content-Type multipart/form-data");
    }
    content_type.remove_prefix(end);
    std::optional<std::string> boundary;
    while (!grammar::trim(content_type).empty()) {
        auto parameter = take_parameter(content_type);
        if (!parameter) return malformed("Content-Type");
        if (parameter->name != "boundary") continue;
        if (boundary) return malformed("two boundaries");
        boundary = std::move(parameter->value);
    }
    // RFC 2046, 5.1.1.
    auto allowed = [](char c) {
        return grammar::is_token({&c, 1}) || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
    };
    bool good = boundary && !boundary->empty() && boundary->size() <= 70 && boundary->back() != ' ' &&
                std::all_of(boundary->begin(), boundary->end(), allowed);
    if (!good) return malformed("the boundary");
    return *boundary;
}

MultipartParser::MultipartParser(std::string_view boundary, MultipartLimits limits, PartConsumer& consumer)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits), consumer_(consumer), waiting_("\r\n") {}

Result<void> MultipartParser::feed(std::string_view bytes) {
    if (state_ == State::epilogue) return {};
    std::string joined;
    std::string_view rest = bytes;
    if (!waiting_.empty()) {
        joined = std::exchange(waiting_, {});
        joined += bytes;
        rest = joined;
    }
    for (;;) {
        auto more = step(rest);
        if (!more) return more.error();
        if (!*more) break;
    }
    if (state_ != State::epilogue) waiting_ = rest;
    return {};
}

Result<void> MultipartParser::finish() const {
    if (state_ != State::epilogue) return malformed("it ends in the middle");
    return {};
}

// Takes what can be told from the front of `rest`. False when there has to come more.
Result<bool> MultipartParser::step(std::string_view& rest) {
    switch (state_) {
        case State::preamble:
            return skip_preamble(rest);
        case State::delimited:
            return after_delimiter(rest);
        case State::head:
            return read_head(rest);
        case State::body_start:
            return begin_body(rest);
        case State::body:
            return read_body(rest);
        case State::epilogue:
            return false;
    }
    return false;
}

// No form has more than a line break before the first delimiter; what comes there would be lost.
Result<bool> MultipartParser::skip_preamble(std::string_view& rest) {
    constexpr std::string_view blank_line = "\r\n\r\n";
    if (!blank_line_skipped_ && rest.size() < blank_line.size() && blank_line.starts_with(rest)) return false;
    if (!blank_line_skipped_ && rest.starts_with(blank_line)) {
        blank_line_skipped_ = true;
        rest.remove_prefix(2);
    }
    if (!rest.starts_with(std::string_view(delimiter_).substr(0, rest.size()))) {
        return malformed("it does not begin with its boundary");
    }
    if (rest.size() < delimiter_.size()) return false;
    rest.remove_prefix(delimiter_.size());
    state_ = State::delimited;
    return true;
}

Result<bool> MultipartParser::after_delimiter(std::string_view& rest) {
    if (rest.size() < 2) return false;
    bool last = rest.starts_with("--");
    if (!last && !rest.starts_with("\r\n")) return malformed("a boundary is not the end of its line");
    if (!last && ++parts_ > limits_.max_parts) return make_error(Errc::too_large, "the form has too many parts");
    // The line break stays: it is the end of an empty head as well.
    if (last) rest.remove_prefix(2);
    state_ = last ? State::epilogue : State::head;
    return true;
}

Result<bool> MultipartParser::read_head(std::string_view& rest) {
    constexpr std::string_view blank_line = "\r\n\r\n";
    auto end = rest.find(blank_line);
    auto size = end == std::string_view::npos ? rest.size() - overlap(rest, blank_line) : end;
    if (size > limits_.max_head) return make_error(Errc::too_large, "the head of a part is too large");
    if (end == std::string_view::npos) return false;
    auto parsed = parse_part_head(rest.substr(2, end));
    if (!parsed) return parsed.error();
    head_ = std::move(*parsed);
    auto begun = consumer_.begin(head_);
    if (!begun) return begun.error();
    part_size_ = 0;
    rest.remove_prefix(end + blank_line.size());
    state_ = State::body_start;
    return true;
}

// Some let the line break before a boundary end the head as well. Others read that boundary as content.
Result<bool> MultipartParser::begin_body(std::string_view& rest) {
    auto boundary = std::string_view(delimiter_).substr(2);
    bool may_be = rest.starts_with(boundary.substr(0, rest.size()));
    if (may_be && rest.size() < boundary.size()) return false;
    if (may_be) return malformed("a part without an empty line after its head");
    state_ = State::body;
    return true;
}

Result<bool> MultipartParser::read_body(std::string_view& rest) {
    auto at = rest.find(delimiter_);
    bool whole = at != std::string_view::npos;
    if (!whole) at = rest.size() - overlap(rest, delimiter_);
    auto given = give(rest.substr(0, at));
    if (!given) return given.error();
    rest.remove_prefix(at);
    if (!whole) return false;
    auto ended = consumer_.end();
    if (!ended) return ended.error();
    rest.remove_prefix(delimiter_.size());
    state_ = State::delimited;
    return true;
}

Result<void> MultipartParser::give(std::string_view bytes) {
    if (bytes.empty()) return {};
    part_size_ += bytes.size();
    if (part_size_ > (head_.is_file ? limits_.max_file : limits_.max_field)) {
        return make_error(Errc::too_large, (head_.is_file ? "the file \"" : "the field \"") + head_.name +
                                               "\" of the form is too large");
    }
    return consumer_.data(bytes);
}

}  // namespace parley::net
