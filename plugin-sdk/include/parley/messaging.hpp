// Saying something. What is sent joins the effects of the handling: it goes out, in this order, once the handling has
// ended well.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "abi/services/messaging.h"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

struct Outgoing {
    enum class Kind {
        text = PARLEY_OUT_TEXT,
        media = PARLEY_OUT_MEDIA,
        link = PARLEY_OUT_LINK,
        reaction = PARLEY_OUT_REACTION,
        location = PARLEY_OUT_LOCATION,
        contacts = PARLEY_OUT_CONTACTS,
        interactive = PARLEY_OUT_INTERACTIVE,
        template_message = PARLEY_OUT_TEMPLATE,
        poll = PARLEY_OUT_POLL,
        edit = PARLEY_OUT_EDIT,
        revoke = PARLEY_OUT_REVOKE
    };

    Kind kind = Kind::text;
    std::string to;          // empty: the chat of the message being handled; else digits or a full chat id
    std::string text;        // also the caption, or the emoji of a reaction
    std::string link;        // http(s) URL
    std::string reply_to;    // id of the message to quote, to react to, to edit or to revoke
    std::string media;       // the bytes, or
    std::string media_ref;   // a reference from media()
    std::string media_mime;  // empty: detected
    std::string media_name;  // file name to show
    std::string payload;     // JSON of the kinds from location on: see abi/services/messaging.h
    bool as_file = false;    // media as a plain file, whatever its type
    bool voice = false;      // audio as a voice note
};

// What a message quotes.
struct Quoted {
    std::string text;    // or caption
    std::string sender;  // digits; empty: the bot
    bool from_bot = false;
    std::string media_kind;  // "image", ..., or empty
    std::string media_mime;
    std::string media_name;  // to show, not to trust
    std::string media;       // a reference as Media gives them; empty: there is no file, or it is not here (yet)
};

class Messaging {
public:
    Messaging(detail::Link link, const parley_messaging* table) : link_(link), table_(table) {}

    void send(const Outgoing& message) const {
        parley_outgoing raw{};
        raw.size = sizeof(raw);
        raw.kind = static_cast<std::uint32_t>(message.kind);
        if (message.as_file) raw.flags |= PARLEY_OUT_AS_FILE;
        if (message.voice) raw.flags |= PARLEY_OUT_VOICE;
        raw.to = detail::str(message.to);
        raw.text = detail::str(message.text);
        raw.link = detail::str(message.link);
        raw.reply_to = detail::str(message.reply_to);
        raw.media = detail::str(message.media);
        raw.media_ref = detail::str(message.media_ref);
        raw.media_mime = detail::str(message.media_mime);
        raw.media_name = detail::str(message.media_name);
        raw.payload = detail::str(message.payload);
        detail::check(link_, table_->send(link_.call, &raw), "messaging.send");
    }

    // Text to the chat of the message being handled.
    void reply(std::string_view text) const { send_text({}, text); }

    void send_text(std::string_view to, std::string_view text) const {
        parley_outgoing raw{};
        raw.size = sizeof(raw);
        raw.kind = PARLEY_OUT_TEXT;
        raw.to = detail::str(to);
        raw.text = detail::str(text);
        detail::check(link_, table_->send(link_.call, &raw), "messaging.send");
    }

    // A structured message to the chat of the message being handled: buttons, a list, a location, ...
    void send_structured(Outgoing::Kind kind, std::string_view payload) const {
        parley_outgoing raw{};
        raw.size = sizeof(raw);
        raw.kind = static_cast<std::uint32_t>(kind);
        raw.payload = detail::str(payload);
        detail::check(link_, table_->send(link_.call, &raw), "messaging.send");
    }

    // An empty emoji takes the reaction back.
    void react(std::string_view message_id, std::string_view emoji) const {
        send_about(PARLEY_OUT_REACTION, message_id, emoji);
    }

    // A message of the bot's own says something else from now on, or is gone. Status::unsupported where the channel
    // cannot do that.
    void edit(std::string_view message_id, std::string_view text) const {
        send_about(PARLEY_OUT_EDIT, message_id, text);
    }
    void revoke(std::string_view message_id) const { send_about(PARLEY_OUT_REVOKE, message_id, {}); }

    // "typing..." in a chat (empty: this one), at once and without any promise.
    void typing(bool on, std::string_view to = {}) const {
        detail::check(link_, table_->typing(link_.call, detail::str(to), on ? 1 : 0), "messaging.typing");
    }

    // Shows the account as being there, or as away, without any promise. Status::unsupported where the channel cannot.
    void presence(bool available) const {
        const auto show = detail::offered(table_, &parley_messaging::presence, "messaging.presence");
        detail::check(link_, show(link_.call, available ? 1 : 0), "messaging.presence");
    }

    // The message of this chat that the present one quotes. Empty: it quotes none, or one that is not known here.
    std::optional<Quoted> quoted() const {
        const auto ask = detail::offered(table_, &parley_messaging::quoted, "messaging.quoted");
        detail::Collector answer;
        if (!detail::found(link_, ask(link_.call, answer.sink()), "messaging.quoted")) return std::nullopt;
        const auto json = Json::parse(answer.text());
        return Quoted{json["text"].as_string(),       json["sender"].as_string(),     json["from_bot"].as_bool(),
                      json["media_kind"].as_string(), json["media_mime"].as_string(), json["media_name"].as_string(),
                      json["media"].as_string()};
    }

private:
    void send_about(std::uint32_t kind, std::string_view message_id, std::string_view text) const {
        parley_outgoing raw{};
        raw.size = sizeof(raw);
        raw.kind = kind;
        raw.text = detail::str(text);
        raw.reply_to = detail::str(message_id);
        detail::check(link_, table_->send(link_.call, &raw), "messaging.send");
    }

    detail::Link link_;
    const parley_messaging* table_;
};

}  // namespace parley
