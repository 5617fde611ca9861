#include "channels/gateway/jid.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxPart = 64;  // of the user or the server; real ones stay under 32
constexpr std::size_t kMaxPhoneDigits = 15;

bool is_plain(std::string_view part) {
    return !part.empty() && part.size() <= kMaxPart && std::all_of(part.begin(), part.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '-' ||
               c == '_';
    });
}

// A bare user part: old groups carry a dash, new ones are longer than any phone number.
std::string_view server_of(std::string_view user) {
    const bool group = user.find('-') != std::string_view::npos || user.size() > kMaxPhoneDigits;
    return group ? "g.us" : "s.whatsapp.net";
}

}  // namespace

Jid parse_jid(std::string_view text) {
    text = text::trim(text);
    if (!text.empty() && text.front() == '+') text.remove_prefix(1);
    const std::size_t at = text.find('@');
    const std::string_view account = text.substr(0, at);
    // "user.agent:device": neither says who it is.
    const std::string_view user = account.substr(0, account.find_first_of(".:"));
    const std::string_view server = at == std::string_view::npos ? server_of(user) : text.substr(at + 1);
    if (!is_plain(user) || !is_plain(server)) return {};
    return Jid{std::string(user), std::string(server)};
}

Origin parse_origin(std::string_view text) {
    constexpr std::string_view kIn = " in ";
    const std::size_t in = text.find(kIn);
    if (in == std::string_view::npos) return Origin{parse_jid(text), {}};
    return Origin{parse_jid(text.substr(0, in)), parse_jid(text.substr(in + kIn.size()))};
}

}  // namespace parley::channels
