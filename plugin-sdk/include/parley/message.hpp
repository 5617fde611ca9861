// The message a hook was called for. The texts are views: valid until the hook returns.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstring>
#include <string>
#include <string_view>

#include "abi/message.h"
#include "detail/bridge.hpp"

namespace parley {

class Message {
public:
    // Nothing at all, as in start() and migrate().
    Message() { raw_.size = sizeof(raw_); }

    // Fields that an older host does not know of stay empty.
    explicit Message(const parley_message& raw) {
        std::memcpy(&raw_, &raw, std::min<std::size_t>(raw.size, sizeof(raw_)));
        raw_.size = sizeof(raw_);
    }

    std::string_view id() const { return detail::view(raw_.id); }
    std::string_view channel() const { return detail::view(raw_.channel); }            // "gateway", "terminal", ...
    std::string_view sender() const { return detail::view(raw_.sender); }              // "923001234567"
    std::string_view sender_name() const { return detail::view(raw_.sender_name); }    // may be empty
    std::string_view group() const { return detail::view(raw_.group); }                // empty in a direct chat
    std::string_view chat() const { return detail::view(raw_.chat); }                  // where a reply goes
    std::string_view text() const { return detail::view(raw_.text); }                  // the whole text or caption
    std::string_view command() const { return detail::view(raw_.command); }            // "echo"
    std::string_view arguments() const { return detail::view(raw_.arguments); }        // what follows the command
    std::string_view usage_prefix() const { return detail::view(raw_.usage_prefix); }  // "./echo", "/admin setting"
    std::string_view reply_to() const { return detail::view(raw_.reply_to); }          // id of the quoted message
    std::string_view media_kind() const { return detail::view(raw_.media_kind); }      // "image", ..., or empty
    std::string_view media_mime() const { return detail::view(raw_.media_mime); }
    std::string_view media_name() const { return detail::view(raw_.media_name); }  // to show, not to trust
    std::string_view payload() const { return detail::view(raw_.payload); }        // on_timer(): the timer's JSON
    std::string_view timer() const { return detail::view(raw_.timer); }            // on_timer(): the timer's name

    // Names this chat among all chats of the host, for keys in storage: people and groups may talk with several
    // accounts, which know nothing of each other.
    std::string place() const { return std::string(detail::view(raw_.account)) + "/" + std::string(chat()); }

    bool in_group() const { return !group().empty(); }
    bool has_media() const { return !media_kind().empty(); }
    bool from_admin() const { return (raw_.flags & PARLEY_MESSAGE_FROM_ADMIN) != 0; }
    bool admin_command() const { return (raw_.flags & PARLEY_MESSAGE_ADMIN_COMMAND) != 0; }
    bool unconfirmed() const { return (raw_.flags & PARLEY_MESSAGE_UNCONFIRMED) != 0; }  // see Context::confirm()
    bool replayed() const { return (raw_.flags & PARLEY_MESSAGE_REPLAYED) != 0; }

    // When it was sent; in on_timer(): when it was due, which is long ago if the host was down.
    std::chrono::system_clock::time_point time() const {
        return std::chrono::system_clock::time_point(std::chrono::milliseconds(raw_.timestamp_ms));
    }

private:
    parley_message raw_{};
};

}  // namespace parley
