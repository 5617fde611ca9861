#include "channels/recipient.hpp"

#include "channels/web/web_channel.hpp"
#include "core/text.hpp"

namespace parley::channels {
namespace {

constexpr std::size_t longest_chat = 256;

// Digits of a phone number however people group them; empty when it is something else.
std::string phone_digits(std::string_view to) {
    if (to.starts_with("whatsapp:")) to.remove_prefix(9);
    if (to.starts_with("+")) to.remove_prefix(1);
    std::string digits;
    for (const char c : to) {
        if (c >= '0' && c <= '9') {
            digits.push_back(c);
        } else if (c != ' ' && c != '-' && c != '(' && c != ')' && c != '.') {
            return "";
        }
    }
    return digits;
}

// "US.13491208655302741918": Meta's id of a person who shows no number.
bool is_user_id(std::string_view to) {
    return to.size() > 3 && to[2] == '.' && to[0] >= 'A' && to[0] <= 'Z' && to[1] >= 'A' && to[1] <= 'Z';
}

}  // namespace

Result<std::string> chat_id(std::string_view channel, std::string_view to) {
    if (to.empty() || to.size() > longest_chat || !text::is_storable(to))
        return make_error(Errc::invalid, "the recipient is empty, too long or not text");
    if (channel == "support" || channel == "terminal") return std::string(to);
    if (channel == "web") {
        const auto room = room_of_chat(text::is_digits(to) ? "room:" + std::string(to) : std::string(to));
        if (room) return room_chat(*room);
        return make_error(Errc::invalid, "\"" + std::string(to) + "\" is no room: write room:7, or 7");
    }
    const bool numbers_only = channel == "cloud" || channel == "twilio";
    const std::string_view prefix = channel == "twilio" ? "whatsapp:" : "";
    if (numbers_only && to.starts_with("whatsapp:") && is_user_id(to.substr(9))) to.remove_prefix(9);
    if (is_user_id(to)) return std::string(prefix) + std::string(to);
    if (const auto at = to.find('@'); at != std::string_view::npos) {
        // Another channel's way to write a number.
        if (!numbers_only || to.substr(at) != "@s.whatsapp.net") return std::string(to);
        to = to.substr(0, at);
    }
    const std::string digits = phone_digits(to);
    if (digits.empty() || digits.front() == '0')
        return make_error(Errc::invalid, "\"" + std::string(to) +
                                             "\" is no recipient: write a number with country code (no leading 0), or "
                                             "a chat id");
    if (channel == "cloud") return digits;
    if (channel == "twilio") return "whatsapp:+" + digits;
    // The gateway's own rule: what is longer than a phone number is a group.
    return digits + (digits.size() > 15 ? "@g.us" : "@s.whatsapp.net");
}

}  // namespace parley::channels
