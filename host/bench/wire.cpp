#include "bench/wire.hpp"

#include <charconv>

namespace parley::bench {
namespace {

constexpr std::size_t most_bytes = 1u << 20;

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool same_word(std::string_view a, std::string_view lower_case) {
    if (a.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower_case[i]) return false;
    return true;
}

template <class Number>
bool parse_number(std::string_view text, Number& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

bool parse_start_line(std::string_view line, HttpMessage& out) {
    const auto first = line.find(' ');
    if (first == std::string_view::npos) return false;
    const auto second = line.find(' ', first + 1);
    const auto middle = line.substr(first + 1, second == std::string_view::npos ? second : second - first - 1);
    if (line.substr(0, 5) == "HTTP/") return parse_number(middle, out.status);
    out.method = line.substr(0, first);
    out.target = middle;
    return second != std::string_view::npos;
}

struct Framing {
    std::size_t length = 0;
    bool has_length = false;
    bool chunked = false;
};

bool parse_field(std::string_view line, HttpMessage& out, Framing& framing) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return false;
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    while (!value.empty() && value.front() == ' ') value.remove_prefix(1);
    if (same_word(name, "content-length")) {
        framing.has_length = true;
        return parse_number(value, framing.length) && framing.length <= most_bytes;
    }
    if (same_word(name, "transfer-encoding")) framing.chunked = same_word(value, "chunked");
    if (same_word(name, "x-hub-signature-256")) out.signature = value;
    if (same_word(name, "content-type")) out.content_type = value;
    if (same_word(name, "connection")) out.close = same_word(value, "close");
    return true;
}

int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    const char l = lower(c);
    return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string form_decode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size() && hex_digit(text[i + 1]) >= 0 && hex_digit(text[i + 2]) >= 0) {
            out += static_cast<char>(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
            i += 2;
        } else {
            out += text[i] == '+' ? ' ' : text[i];
        }
    }
    return out;
}

}  // namespace

Parse parse_http(std::string_view buffer, bool ended, HttpMessage& out) {
    out = {};
    const auto head = buffer.find("\r\n\r\n");
    if (head == std::string_view::npos) return buffer.size() > 64 * 1024 ? Parse::malformed : Parse::incomplete;
    Framing framing;
    std::size_t at = buffer.find("\r\n");
    if (!parse_start_line(buffer.substr(0, at), out)) return Parse::malformed;
    while (at < head) {
        const auto begin = at + 2;
        at = buffer.find("\r\n", begin);
        if (!parse_field(buffer.substr(begin, at - begin), out, framing)) return Parse::malformed;
    }
    const std::size_t body = head + 4;
    if (framing.chunked) {
        // What other servers answer is not looked into: it is enough to find its end.
        const auto last = buffer.find("0\r\n\r\n", body);
        if (last == std::string_view::npos) return Parse::incomplete;
        out.bytes = last + 5;
    } else if (framing.has_length || out.status == 0 || out.status == 204) {
        if (buffer.size() - body < framing.length) return Parse::incomplete;
        out.bytes = body + framing.length;
    } else {
        if (!ended) return buffer.size() > most_bytes ? Parse::malformed : Parse::incomplete;
        out.bytes = buffer.size();
    }
    out.body = buffer.substr(body, out.bytes - body);
    return Parse::complete;
}

std::string form_field(std::string_view form, std::string_view name) {
    while (!form.empty()) {
        const auto pair = form.substr(0, form.find('&'));
        form.remove_prefix(pair.size() == form.size() ? form.size() : pair.size() + 1);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            return form_decode(pair.substr(equals + 1));
    }
    return {};
}

}  // namespace parley::bench
