#include "channels/cloud/encode.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "channels/cloud/file_kind.hpp"
#include "channels/payload.hpp"
#include "channels/payload_rules.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxText = 4096, kMaxCaption = 1024, kMaxFileName = 240;
constexpr std::string_view kOurs = "parley:";

// "US.1349...", "US.ENT.1181...".
bool is_user_id(std::string_view text) {
    if (text.size() < 4 || text[2] != '.') return false;
    const auto is_capital = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (!is_capital(text[0]) || !is_capital(text[1])) return false;
    text.remove_prefix(3);
    if (text.starts_with("ENT.")) text.remove_prefix(4);
    return !text.empty() && text.size() <= 128 && std::all_of(text.begin(), text.end(), [&](char c) {
        return is_capital(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    });
}

bool is_group_id(std::string_view text) {
    return text.size() >= 5 && text.size() <= 128 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '=' ||
                      c == '_' || c == '-' || c == '+' || c == '/';
           });
}

Result<json::object> start(std::string_view chat) {
    json::object body{{"messaging_product", "whatsapp"}, {"recipient_type", "individual"}};
    bool is_group = false;
    if (const std::size_t at = chat.find('@'); at != std::string_view::npos) {
        const std::string_view server = chat.substr(at);
        is_group = server == "@g.us";
        if (!is_group && server != "@s.whatsapp.net" && server != "@c.us") {
            return make_error(Errc::invalid, "the Cloud API cannot reach " +
                                                 std::string(text::truncate_utf8(chat, 200)) +
                                                 ": it knows phone numbers, user ids and its own groups");
        }
        chat = chat.substr(0, at);
    }
    if (is_user_id(chat) && !is_group) {
        body["recipient"] = chat;
        return body;
    }
    const std::string_view digits = chat.starts_with('+') ? chat.substr(1) : chat;
    if (!is_group && text::is_digits(digits) && digits.size() >= 5 && digits.size() <= 15) {
        body["to"] = "+" + std::string(digits);
        return body;
    }
    if (chat.empty()) return make_error(Errc::invalid, "the message has no recipient");
    if (!is_group_id(chat)) {
        return make_error(Errc::invalid, "\"" + std::string(text::truncate_utf8(chat, 200)) +
                                             "\" is no phone number, user id or group of the Cloud API");
    }
    body["recipient_type"] = "group";
    body["to"] = chat;
    return body;
}

Result<void> check_length(std::string_view what, std::string_view text, std::size_t most) {
    const std::size_t length = text::characters(text);
    if (length <= most) return {};
    return make_error(Errc::invalid, std::string(what) + " has " + std::to_string(length) +
                                         " characters, WhatsApp takes at most " + std::to_string(most));
}

bool has_address(std::string_view text) {
    return text.find("https://") != std::string_view::npos || text.find("http://") != std::string_view::npos;
}

Result<void> add_text(const Outbound& message, json::object& body) {
    std::string words = message.text;
    if (message.kind == OutboundKind::link && words.find(message.link) == std::string::npos)
        words.append(words.empty() ? "" : "\n").append(message.link);
    if (text::trim(words).empty()) return make_error(Errc::invalid, "the message has no text");
    if (const Result<void> fits = check_length("the text", words, kMaxText); !fits) return fits.error();
    body["type"] = "text";
    json::object content{{"body", words}};
    if (has_address(words) && !message.no_preview) content["preview_url"] = true;
    body["text"] = std::move(content);
    return {};
}

Result<void> add_reaction(const Outbound& message, json::object& body) {
    if (message.reply_to.empty()) return make_error(Errc::invalid, "the reaction names no message");
    body["type"] = "reaction";
    body["reaction"] = json::object{{"message_id", message.reply_to}, {"emoji", message.text}};
    return {};
}

Result<void> add_media(const Outbound& message, std::string_view media_id, json::object& body) {
    const Result<CloudFile> file = choose_cloud_file(message);
    if (!file) return file.error();
    json::object content;
    const std::string& source = message.media.source;
    if (!media_id.empty()) {
        content["id"] = media_id;
    } else if (source.starts_with("https://") || source.starts_with("http://")) {
        content["link"] = source;
    } else {
        return make_error(Errc::invalid, "the file was not uploaded to Meta");
    }
    if (file->takes_caption && !message.text.empty()) {
        if (const Result<void> fits = check_length("the caption", message.text, kMaxCaption); !fits)
            return fits.error();
        content["caption"] = message.text;
    }
    if (file->type == "document") {
        const std::string_view name = message.media.name.empty() ? "file" : std::string_view(message.media.name);
        content["filename"] = text::truncate_utf8(name, kMaxFileName);
    }
    if (file->is_voice) content["voice"] = true;
    body["type"] = file->type;
    body[file->type] = std::move(content);
    return {};
}

Result<void> add_payload(const Outbound& message, json::object& body) {
    const Result<std::string> checked = check_payload(message.kind, message.payload);
    if (!checked) {
        return make_error(Errc::invalid,
                          std::string("the ").append(to_string(message.kind)).append(": ") + checked.error().message);
    }
    const char* type = to_string(message.kind);
    body["type"] = type;
    body[type] = json::parse(*checked);
    return {};
}

Result<void> add_content(const Outbound& message, std::string_view media_id, json::object& body) {
    switch (message.kind) {
        case OutboundKind::text:
        case OutboundKind::link:
            return add_text(message, body);
        case OutboundKind::media:
            return add_media(message, media_id, body);
        case OutboundKind::reaction:
            return add_reaction(message, body);
        case OutboundKind::location:
        case OutboundKind::contacts:
        case OutboundKind::interactive:
        case OutboundKind::template_message:
            return add_payload(message, body);
        case OutboundKind::poll:
            return make_error(Errc::unsupported, "the Cloud API has no polls");
        case OutboundKind::edit:
        case OutboundKind::revoke:
            return make_error(Errc::unsupported, "the Cloud API cannot change what was sent");
    }
    return make_error(Errc::internal, "a message of an unknown kind");
}

json::object read_receipt(std::string_view provider_id) {
    return {{"messaging_product", "whatsapp"}, {"status", "read"}, {"message_id", provider_id}};
}

}  // namespace

Result<std::string> encode_cloud_message(const Outbound& message, std::string_view media_id) {
    Result<json::object> body = start(message.chat);
    if (!body) return body.error();
    if (const Result<void> added = add_content(message, media_id, *body); !added) return added.error();
    if (!message.reply_to.empty() && message.kind != OutboundKind::reaction)
        (*body)["context"] = json::object{{"message_id", message.reply_to}};
    if (message.id != 0) (*body)["biz_opaque_callback_data"] = callback_data(message.id);
    return json::serialize(*body);
}

std::string encode_cloud_read(std::string_view provider_id) {
    return json::serialize(read_receipt(provider_id));
}

std::string encode_cloud_typing(std::string_view provider_id) {
    json::object body = read_receipt(provider_id);
    body["typing_indicator"] = json::object{{"type", "text"}};
    return json::serialize(body);
}

std::string callback_data(MessageId id) {
    return std::string(kOurs).append(std::to_string(id));
}

MessageId message_from_callback_data(std::string_view data) {
    if (!data.starts_with(kOurs)) return 0;
    data.remove_prefix(kOurs.size());
    MessageId id = 0;
    const auto [end, error] = std::from_chars(data.data(), data.data() + data.size(), id);
    return error == std::errc() && end == data.data() + data.size() && id > 0 ? id : 0;
}

}  // namespace parley::channels
