#include "parley/abi/services/messaging.h"

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>

#include "channels/payload.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "db/store/repositories.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

// What the messenger allows, 65,536 characters, of up to four bytes each.
constexpr std::size_t longest_text = 262'144;
constexpr std::size_t largest_media = 64u << 20;
constexpr std::size_t most_messages = 100'000;
constexpr std::size_t most_text = 64u << 20;  // of all messages of a handling: they are one transaction

// Copies the fields of a struct that may be older (smaller) than ours; what it does not have is zero.
parley_outgoing read_outgoing(const parley_outgoing* given) {
    parley_outgoing out{};
    std::memcpy(&out, given, std::min<std::size_t>(given->size, sizeof out));
    return out;
}

Result<OutboundKind> kind_of(std::uint32_t kind) {
    switch (kind) {
        case PARLEY_OUT_TEXT:
            return OutboundKind::text;
        case PARLEY_OUT_MEDIA:
            return OutboundKind::media;
        case PARLEY_OUT_LINK:
            return OutboundKind::link;
        case PARLEY_OUT_REACTION:
            return OutboundKind::reaction;
        case PARLEY_OUT_LOCATION:
            return OutboundKind::location;
        case PARLEY_OUT_CONTACTS:
            return OutboundKind::contacts;
        case PARLEY_OUT_INTERACTIVE:
            return OutboundKind::interactive;
        case PARLEY_OUT_TEMPLATE:
            return OutboundKind::template_message;
        case PARLEY_OUT_POLL:
            return OutboundKind::poll;
        case PARLEY_OUT_EDIT:
            return OutboundKind::edit;
        case PARLEY_OUT_REVOKE:
            return OutboundKind::revoke;
        default:
            return make_error(Errc::unsupported, "this host knows no such kind of message");
    }
}

Result<void> check_text(std::string_view text, const char* what) {
    if (text.size() > longest_text)
        return make_error(Errc::too_large, std::string(what) + " is longer than 262,144 bytes");
    if (!text::is_storable(text)) return make_error(Errc::invalid, std::string(what) + " is not UTF-8 or holds a NUL");
    return {};
}

Result<void> fill_media(parley_call* call, const parley_outgoing& given, Outbound& message) {
    if (given.media.size > largest_media) return make_error(Errc::too_large, "a file may have at most 64 MiB");
    auto& store = call->services.with().media;
    auto media = given.media.size > 0 ? store.put(view(given.media), view(given.media_mime))
                                      : store.find(view(given.media_ref), view(given.media_mime));
    if (!media) return media.error();
    message.media = std::move(*media);
    message.media.name = std::string(view(given.media_name));
    return {};
}

Result<void> fill_content(parley_call* call, const parley_outgoing& given, Outbound& message) {
    if (auto ok = check_text(message.text, "the text"); !ok) return ok;
    if (auto ok = check_text(message.link, "the link"); !ok) return ok;
    if (auto ok = check_text(message.reply_to, "reply_to"); !ok) return ok;
    if (auto ok = check_text(view(given.media_name), "the file name"); !ok) return ok;
    if (auto ok = check_text(view(given.media_mime), "the media type"); !ok) return ok;
    switch (message.kind) {
        case OutboundKind::text:
            if (message.text.empty()) return make_error(Errc::invalid, "there is nothing to send: the text is empty");
            break;
        case OutboundKind::link:
            if (message.link.substr(0, 7) != "http://" && message.link.substr(0, 8) != "https://")
                return make_error(Errc::invalid, "a link must begin with http:// or https://");
            break;
        case OutboundKind::reaction:
            if (message.reply_to.empty())
                return make_error(Errc::invalid, "a reaction needs reply_to, the message it is for");
            break;
        case OutboundKind::edit:
        case OutboundKind::revoke:
            if (message.reply_to.empty())
                return make_error(Errc::invalid, "name the message that is meant in reply_to");
            if (message.kind == OutboundKind::edit && message.text.empty())
                return make_error(Errc::invalid, "an edited message says something: the text is empty");
            return call->services.with().can_leave(message.account, message.kind);
        case OutboundKind::media:
            return fill_media(call, given, message);
        case OutboundKind::location:
        case OutboundKind::contacts:
        case OutboundKind::interactive:
        case OutboundKind::template_message:
        case OutboundKind::poll: {
            auto payload = channels::check_payload(message.kind, view(given.payload));
            if (!payload) return payload.error();
            message.payload = std::move(*payload);
            break;
        }
    }
    return {};
}

Result<std::string> recipient(parley_call* call, parley_str to) {
    const auto* message = call->state.message;
    if (to.size == 0 && message && message->chat.rfind(hook_chat_prefix, 0) == 0)
        return make_error(Errc::invalid, "a post has no chat to reply in: name a recipient");
    if (to.size == 0 && message) return message->chat;
    if (to.size == 0) return make_error(Errc::invalid, "there is no chat to reply to here: name a recipient");
    if (auto ok = check_text(view(to), "the recipient"); !ok) return ok.error();
    return call->services.with().resolve_chat(message ? message->account : 0, view(to));
}

parley_status send(parley_call* call, const parley_outgoing* given) {
    return guarded(call, [&]() -> parley_status {
        if (!given || given->size < sizeof(std::uint32_t) * 3) return call->fail(PARLEY_INVALID, "no message given");
        if (!call->state.message)
            return call->fail(PARLEY_UNSUPPORTED, "messages are sent while handling one: in handle() or timer()");
        const auto out = read_outgoing(given);
        if (call->state.effects.replies.size() >= most_messages)
            return call->fail(PARLEY_TOO_LARGE, "a handling may send at most 100,000 messages");
        const auto kind = kind_of(out.kind);
        if (!kind) return call->fail(to_status(kind.error().code), kind.error().message);

        Outbound message;
        message.kind = *kind;
        message.account = call->state.message ? call->state.message->account : 0;
        message.text = std::string(text::trim(view(out.text)));
        message.link = std::string(view(out.link));
        message.reply_to = std::string(view(out.reply_to));
        message.as_file = (out.flags & PARLEY_OUT_AS_FILE) != 0;
        message.voice = (out.flags & PARLEY_OUT_VOICE) != 0;
        // What a language model writes must not make anybody fetch an address by itself.
        message.no_preview = call->granted("gpt");
        auto chat = recipient(call, out.to);
        if (!chat) return call->fail(to_status(chat.error().code), chat.error().message);
        message.chat = std::move(*chat);
        if (auto ok = fill_content(call, out, message); !ok)
            return call->fail(to_status(ok.error().code), ok.error().message);
        call->state.reply_bytes += message.text.size();
        if (call->state.reply_bytes > most_text)
            return call->fail(PARLEY_TOO_LARGE, "a handling may send at most 64 MiB of text");
        call->state.effects.replies.push_back(std::move(message));
        return PARLEY_OK;
    });
}

parley_status typing(parley_call* call, parley_str to, std::int32_t on) {
    return guarded(call, [&]() -> parley_status {
        auto chat = recipient(call, to);
        if (!chat) return call->fail(to_status(chat.error().code), chat.error().message);
        const auto& message = call->state.message;
        call->services.with().show_typing(message ? message->account : 0, *chat,
                                          message && message->chat == *chat ? message->provider_id : std::string(),
                                          on != 0);
        return PARLEY_OK;
    });
}

parley_status presence(parley_call* call, std::int32_t available) {
    return guarded(call, [&]() -> parley_status {
        const auto* message = call->state.message;
        if (!message)
            return call->fail(PARLEY_UNSUPPORTED, "there is no account here: call it while handling a message");
        const auto shown = call->services.with().show_presence(message->account, available != 0);
        return shown ? PARLEY_OK : call->fail(to_status(shown.error().code), shown.error().message);
    });
}

std::string to_json(const db::QuotedMessage& message) {
    const auto media = message.media.value_or(Media{});
    boost::json::object object;
    object["text"] = message.text;
    object["sender"] = message.sender;
    object["from_bot"] = message.ours;
    object["media_kind"] = to_string(media.kind);
    object["media_mime"] = media.mime;
    object["media_name"] = media.name;
    object["media"] = media.stored;
    return boost::json::serialize(object);
}

// Some providers tell the quoted words with the message.
std::optional<db::QuotedMessage> told_quote(const Inbound& message) {
    const auto extra = parse_json(message.payload);
    if (!extra) return std::nullopt;
    db::QuotedMessage quoted;
    JsonProblem ignored;
    quoted.text = JsonReader(*extra, ignored)["quoted_text"].view_or("");
    return quoted.text.empty() ? std::nullopt : std::optional(std::move(quoted));
}

parley_status quoted(parley_call* call, parley_sink json) {
    return guarded(call, [&]() -> parley_status {
        const auto* message = call->state.message;
        if (!message || message->reply_to.empty()) return call->fail(PARLEY_NOT_FOUND, "the message quotes none");
        std::optional<db::QuotedMessage> found;
        {
            plugins::HandlerPool::BlockingSection waiting;
            call->services.with().database.run([&](pqxx::work& tx) {
                found = db::read_quoted(tx, message->account, message->chat, message->reply_to);
            });
        }
        if (!found) found = told_quote(*message);
        if (!found) return call->fail(PARLEY_NOT_FOUND, "the quoted message is not known here");
        put(json, to_json(*found));
        return PARLEY_OK;
    });
}

constexpr parley_messaging table{sizeof(parley_messaging), send, typing, quoted, presence};

}  // namespace

const void* const messaging_table = &table;

}  // namespace parley::services
