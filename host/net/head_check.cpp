#include "net/head_check.hpp"

#include <algorithm>
#include <charconv>

#include "net/grammar.hpp"

namespace parley::net {

using grammar::same_name;

HeadEnd find_head_end(std::string_view bytes, std::size_t& scanned) {
    using State = HeadEnd::State;
    if (!bytes.empty() && !grammar::is_token(bytes.substr(0, 1))) return {State::malformed, 0};
    while (scanned < bytes.size()) {
        auto at = bytes.find_first_of("\r\n", scanned);
        if (at == std::string_view::npos) {
            scanned = bytes.size();
            break;
        }
        if (bytes[at] == '\n') return {State::malformed, 0};
        if (at + 1 == bytes.size()) {
            scanned = at;  // the LF may be on its way
            break;
        }
        if (bytes[at + 1] != '\n') return {State::malformed, 0};
        // An empty line: this line end follows the one before it at once.
        if (at >= 2 && bytes[at - 1] == '\n') return {State::complete, at + 2};
        scanned = at + 2;
    }
    return {State::more, 0};
}

namespace {

// What the fields say together. One of each is allowed of those that decide about framing and identity.
struct Tally {
    unsigned fields = 0;
    unsigned hosts = 0, lengths = 0, encodings = 0, expects = 0, authorizations = 0, types = 0;
    bool close = false;
};

HeadCheck refuse(int status, const char* reason) {
    HeadCheck check;
    check.status = status;
    check.reason = reason;
    check.keep_alive = false;
    return check;
}

std::string_view next_line(std::string_view& rest) {
    auto end = rest.find("\r\n");
    auto line = rest.substr(0, end);
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 2);
    return line;
}

bool is_target_char(unsigned char c) {
    return c > 0x20 && c < 0x7f && c != '#';
}

// Sets `old` for HTTP/1.0. Null when the line is good.
const char* check_request_line(std::string_view line, bool& old, int& status) {
    auto first = line.find(' ');
    auto last = line.rfind(' ');
    status = 400;
    if (first == std::string_view::npos || first == last) return "malformed request line";
    auto method = line.substr(0, first), target = line.substr(first + 1, last - first - 1),
         version = line.substr(last + 1);
    if (method.size() > 32 || !grammar::is_token(method)) return "malformed method";
    if (target.empty() || !std::all_of(target.begin(), target.end(), is_target_char)) return "malformed request target";
    bool origin_form = target.front() == '/';
    if (!origin_form && !(target == "*" && method == "OPTIONS")) return "only a path can be asked for here";
    if (version == "HTTP/1.1") return nullptr;
    if (version == "HTTP/1.0") {
        old = true;
        return nullptr;
    }
    bool well_formed = version.size() == 8 && version.starts_with("HTTP/") && grammar::is_digit(version[5]) &&
                       version[6] == '.' && grammar::is_digit(version[7]);
    if (well_formed && version[5] != '1') {
        status = 505;
        return "HTTP/1.1 is spoken here";
    }
    return "malformed HTTP version";
}

bool is_host(std::string_view host) {
    if (host.empty()) return false;
    std::string_view port;
    if (host.front() == '[') {
        auto end = host.find(']');
        if (end == std::string_view::npos || end == 1) return false;
        auto inside = host.substr(1, end - 1);
        if (inside.find_first_not_of("0123456789abcdefABCDEF:.") != std::string_view::npos) return false;
        port = host.substr(end + 1);
    } else {
        auto colon = host.find(':');
        auto name = host.substr(0, colon);
        auto bad = [](char c) {
            return !grammar::is_token(std::string_view(&c, 1)) && c != '(' && c != ')' && c != '=';
        };
        if (name.empty() || std::any_of(name.begin(), name.end(), bad)) return false;
        port = colon == std::string_view::npos ? std::string_view() : host.substr(colon);
    }
    if (port.empty()) return true;
    return port.front() == ':' && (port.size() == 1 || (port.size() <= 6 && grammar::is_digits(port.substr(1))));
}

bool lists(std::string_view value, std::string_view token) {
    while (!value.empty()) {
        auto comma = value.find(',');
        if (same_name(grammar::trim(value.substr(0, comma)), token)) return true;
        value = comma == std::string_view::npos ? std::string_view() : value.substr(comma + 1);
    }
    return false;
}

// One field's own rules. Null when it is good.
const char* check_field(std::string_view name, std::string_view value, HeadCheck& check, Tally& tally, int& status) {
    status = 400;
    if (same_name(name, "host")) {
        if (++tally.hosts > 1) return "more than one Host";
        if (!is_host(value)) return "malformed Host";
    } else if (same_name(name, "content-length")) {
        if (++tally.lengths > 1) return "more than one Content-Length";
        if (value.size() > 10 || !grammar::is_digits(value)) return "malformed Content-Length";
        std::from_chars(value.data(), value.data() + value.size(), check.length);
    } else if (same_name(name, "transfer-encoding")) {
        if (++tally.encodings > 1 || !same_name(value, "chunked"))
            return "the only Transfer-Encoding known here is chunked";
        check.chunked = true;
    } else if (same_name(name, "trailer")) {
        return "trailers are not taken here";
    } else if (same_name(name, "expect")) {
        if (++tally.expects > 1) return "more than one Expect";
        check.expects_continue = same_name(value, "100-continue");
        status = 417;
        if (!check.expects_continue) return "only 100-continue can be expected here";
    } else if (same_name(name, "connection")) {
        tally.close = tally.close || lists(value, "close");
    } else if (same_name(name, "authorization")) {
        if (++tally.authorizations > 1) return "more than one Authorization";
    } else if (same_name(name, "content-type")) {
        if (++tally.types > 1) return "more than one Content-Type";
    }
    return nullptr;
}

const char* check_line(std::string_view line, HeadCheck& check, Tally& tally, int& status) {
    status = 400;
    if (line.front() == ' ' || line.front() == '\t') return "folded header line";
    auto colon = line.find(':');
    if (colon == std::string_view::npos) return "header line without a colon";
    auto name = line.substr(0, colon);
    if (!grammar::is_token(name)) return "malformed header name";  // a space before the colon, too
    if (!grammar::is_field_value(line.substr(colon + 1))) return "control characters in a header";
    return check_field(name, grammar::trim(line.substr(colon + 1)), check, tally, status);
}

}  // namespace

HeadCheck check_head(std::string_view head, unsigned max_fields) {
    HeadCheck check;
    Tally tally;
    bool old = false;
    int status = 400;
    if (!head.ends_with("\r\n\r\n")) return refuse(400, "incomplete head");
    auto rest = head.substr(0, head.size() - 2);
    if (const char* reason = check_request_line(next_line(rest), old, status)) return refuse(status, reason);
    while (!rest.empty()) {
        auto line = next_line(rest);
        if (line.empty()) return refuse(400, "empty line inside the head");
        if (++tally.fields > max_fields) return refuse(431, "too many headers");
        if (const char* reason = check_line(line, check, tally, status)) return refuse(status, reason);
    }
    // HTTP/1.0 knows no Host; health checks of proxies leave it out.
    if (tally.hosts == 0 && !old) return refuse(400, "Host is missing");
    if (tally.encodings > 0 && tally.lengths > 0) return refuse(400, "both Content-Length and Transfer-Encoding");
    if (tally.encodings > 0 && old) return refuse(400, "HTTP/1.0 knows no Transfer-Encoding");
    if (old) check.expects_continue = false;  // as RFC 9110 10.1.1 has it
    check.keep_alive = !old && !tally.close;
    return check;
}

}  // namespace parley::net
