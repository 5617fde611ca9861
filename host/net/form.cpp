#include "net/form.hpp"

namespace parley::net {

namespace {

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

bool is_unreserved(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' ||
           c == '_' || c == '~';
}

void encode_to(std::string& out, std::string_view text, bool space_as_plus) {
    static constexpr char hex[] = "0123456789ABCDEF";
    for (char c : text) {
        if (is_unreserved(c)) {
            out += c;
        } else if (c == ' ' && space_as_plus) {
            out += '+';
        } else {
            auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += hex[byte >> 4];
            out += hex[byte & 15];
        }
    }
}

std::optional<std::string> decode(std::string_view text, bool plus_as_space) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        char c = text[at];
        if (c == '+' && plus_as_space) {
            out += ' ';
        } else if (c != '%') {
            out += c;
        } else {
            if (at + 2 >= text.size()) return std::nullopt;
            int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
            if (high < 0 || low < 0) return std::nullopt;
            out += static_cast<char>(high * 16 + low);
            at += 2;
        }
    }
    return out;
}

// Cuts the next "name=value" off `rest`. False at the end.
bool next_pair(std::string_view& rest, std::string_view& name, std::string_view& value) {
    while (!rest.empty()) {
        auto end = rest.find('&');
        auto pair = rest.substr(0, end);
        rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
        if (pair.empty()) continue;
        auto equals = pair.find('=');
        name = pair.substr(0, equals);
        value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        return true;
    }
    return false;
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    encode_to(out, text, false);
    return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
    return decode(text, false);
}

std::string form_encode(const FormFields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        encode_to(out, name, true);
        out += '=';
        encode_to(out, value, true);
    }
    return out;
}

Result<FormFields> form_decode(std::string_view text) {
    FormFields fields;
    std::string_view raw_name, raw_value;
    while (next_pair(text, raw_name, raw_value)) {
        auto name = decode(raw_name, true), value = decode(raw_value, true);
        if (!name || !value)
            return make_error(Errc::invalid, "a form field is not encoded properly: '%' needs two hex digits");
        fields.emplace_back(std::move(*name), std::move(*value));
    }
    return fields;
}

std::optional<std::string> form_value(std::string_view text, std::string_view name) {
    std::string_view raw_name, raw_value;
    while (next_pair(text, raw_name, raw_value)) {
        auto decoded = decode(raw_name, true);
        if (decoded && *decoded == name) return decode(raw_value, true);
    }
    return std::nullopt;
}

}  // namespace parley::net
