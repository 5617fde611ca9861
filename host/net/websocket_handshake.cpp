#include "net/websocket_handshake.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "net/grammar.hpp"
#include "net/websocket.hpp"

namespace parley::net {

namespace {

// The elements of a comma-separated header, over all of its fields.
std::vector<std::string_view> list_of(const Headers& headers, std::string_view name) {
    std::vector<std::string_view> out;
    for (const auto& [field, value] : headers.all()) {
        if (!grammar::same_name(field, name)) continue;
        std::string_view rest = value;
        while (!rest.empty()) {
            auto comma = rest.find(',');
            auto element = grammar::trim(rest.substr(0, comma));
            if (!element.empty()) out.push_back(element);
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    return out;
}

bool lists(const Headers& headers, std::string_view name, std::string_view wanted) {
    auto elements = list_of(headers, name);
    return std::any_of(elements.begin(), elements.end(),
                       [&](auto element) { return grammar::same_name(element, wanted); });
}

std::size_t count_of(const Headers& headers, std::string_view name) {
    return static_cast<std::size_t>(std::count_if(headers.all().begin(), headers.all().end(), [&](const auto& field) {
        return grammar::same_name(field.first, name);
    }));
}

// 16 bytes in base64: 22 characters and "==".
bool is_key(std::string_view key) {
    auto is_base64 = [](char c) {
        return grammar::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/';
    };
    return key.size() == 24 && key.ends_with("==") && std::all_of(key.begin(), key.end() - 2, is_base64);
}

// A browser writes the origin and the Host of one page alike: lower case, without the port of the scheme.
bool is_same_host(std::string_view origin, std::string_view host) {
    for (std::string_view scheme : {"http://", "https://"}) {
        if (origin.starts_with(scheme)) return text::equal_ignoring_case(origin.substr(scheme.size()), host);
    }
    return false;
}

}  // namespace

bool asks_for_websocket(const Request& request) {
    return lists(request.headers, "Upgrade", "websocket") && lists(request.headers, "Connection", "upgrade");
}

std::optional<Response> refuse_handshake(const Request& request, const std::vector<std::string>& origins,
                                         const ErrorShape& errors) {
    const auto& headers = request.headers;
    if (headers.get("Sec-WebSocket-Version") != "13" || count_of(headers, "Sec-WebSocket-Version") != 1) {
        auto response = errors(426, "upgrade_required", "this speaks version 13 of the WebSocket protocol");
        response.headers.set("Sec-WebSocket-Version", "13");
        return response;
    }
    if (count_of(headers, "Sec-WebSocket-Key") != 1 || !is_key(headers.get("Sec-WebSocket-Key"))) {
        return errors(400, "malformed", "Sec-WebSocket-Key has to be 16 bytes in base64");
    }
    for (auto protocol : list_of(headers, "Sec-WebSocket-Protocol")) {
        if (!grammar::is_token(protocol)) return errors(400, "malformed", "malformed subprotocol");
    }
    if (!headers.has("Origin")) return {};
    auto origin = headers.get("Origin");
    bool known =
        count_of(headers, "Origin") == 1 && (is_same_host(origin, headers.get("Host")) ||
                                             std::find(origins.begin(), origins.end(), origin) != origins.end());
    if (known) return {};
    return errors(403, "origin", "pages of that origin may not connect here");
}

std::vector<std::string> offered_subprotocols(const Request& request) {
    auto offered = list_of(request.headers, "Sec-WebSocket-Protocol");
    return {offered.begin(), offered.end()};
}

}  // namespace parley::net
