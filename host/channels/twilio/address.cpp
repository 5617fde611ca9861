#include "channels/twilio/address.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMinPhone = 5, kMaxPhone = 15;  // digits; E.164 has no more
constexpr std::size_t kMaxUserId = 128;

bool is_upper(char c) {
    return c >= 'A' && c <= 'Z';
}

// "US.13491208655302741918": country, dot, letters and digits (Meta, business-scoped user ids).
bool is_user_id(std::string_view text) {
    return text.size() >= 4 && text.size() <= kMaxUserId && is_upper(text[0]) && is_upper(text[1]) && text[2] == '.' &&
           std::all_of(text.begin() + 3, text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || is_upper(c) || c == '.' || c == '_' ||
                      c == '-';
           });
}

// The digits of a number as people write it; empty when there is anything else in it.
std::string phone_digits(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9')
            digits.push_back(c);
        else if (std::string_view("- ().").find(c) == std::string_view::npos)
            return {};
    }
    const bool sane = digits.size() >= kMinPhone && digits.size() <= kMaxPhone && digits.front() != '0';
    return sane ? digits : std::string();
}

}  // namespace

TwilioAddress parse_twilio_address(std::string_view text) {
    constexpr std::string_view kPrefix = "whatsapp:", kJid = "@s.whatsapp.net";
    text = text::trim(text);
    if (text::starts_with_ignoring_case(text, kPrefix)) text = text::trim(text.substr(kPrefix.size()));
    if (text.ends_with(kJid)) text.remove_suffix(kJid.size());
    if (is_user_id(text)) return {.phone = {}, .user_id = std::string(text)};
    return {.phone = phone_digits(text), .user_id = {}};
}

}  // namespace parley::channels
