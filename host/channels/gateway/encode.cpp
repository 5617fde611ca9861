#include "channels/gateway/encode.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "channels/gateway/structured.hpp"
#include "channels/linked_media.hpp"
#include "channels/payload.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"
#include "net/form.hpp"
#include "net/multipart.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxAnswer = 1u << 20;
constexpr std::size_t kSlowestUpload = 512;  // bytes in a millisecond

// Where a file goes: /send/{endpoint}, in a part of the same name.
std::string_view media_endpoint(const Outbound& message) {
    if (message.as_file) return "file";
    // A sticker has no caption either.
    if (message.media.kind == MediaKind::sticker && message.text.empty()) return "sticker";
    const std::string_view whole = message.media.mime;
    const std::string mime = text::to_lower_ascii(text::trim(whole.substr(0, whole.find(';'))));
    if (mime == "image/jpeg" || mime == "image/png" || mime == "image/webp") return "image";
    if (mime == "video/mp4") return "video";
    // /send/audio has no caption: with one, both arrive only as a file.
    if (mime.starts_with("audio/") && message.text.empty()) return "audio";
    return "file";
}

// "http://user:password@host" into its parts; the client refuses URLs with a user in them.
struct BaseUrl {
    std::string url, user, password;
};
BaseUrl split_base_url(std::string_view url) {
    url = text::trim(url);
    while (url.ends_with('/')) url.remove_suffix(1);
    const std::size_t scheme = url.find("://");
    if (scheme == std::string_view::npos) return {std::string(url), {}, {}};
    const std::size_t start = scheme + 3;
    const std::string_view authority = url.substr(start, url.find_first_of("/?#", start) - start);
    const std::size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return {std::string(url), {}, {}};

    const std::string_view who = authority.substr(0, at);
    const std::size_t colon = std::min(who.find(':'), who.size());
    const auto decode = [](std::string_view part) { return net::percent_decode(part).value_or(std::string(part)); };
    return {std::string(url.substr(0, start)).append(url.substr(start + at + 1)), decode(who.substr(0, colon)),
            decode(who.substr(std::min(colon + 1, who.size())))};
}

bool is_safe_segment(std::string_view segment) {
    const std::string decoded = net::percent_decode(segment).value_or(std::string(segment));
    const bool is_step = decoded.empty() || decoded == "." || decoded == "..";
    return !is_step && std::none_of(decoded.begin(), decoded.end(),
                                    [](unsigned char c) { return c < 0x20 || c == 0x7F || c == '/' || c == '\\'; });
}

// "/statics/media/a b.pdf" -> "/statics/media/a%20b.pdf"; empty when it leads anywhere else.
std::string encode_statics_path(std::string_view path) {
    if (path.starts_with('/')) path.remove_prefix(1);
    if (!path.starts_with("statics/")) return {};
    std::string out;
    for (std::size_t at = 0; at <= path.size();) {
        const std::size_t end = std::min(path.find('/', at), path.size());
        const std::string_view segment = path.substr(at, end - at);
        if (!is_safe_segment(segment)) return {};
        out.append("/").append(net::percent_encode(segment));
        at = end + 1;
    }
    return out;
}

}  // namespace

GatewayEncoder::GatewayEncoder(const GatewayConfig& config) : timeout_ms_(config.timeout_ms) {
    BaseUrl base = split_base_url(config.base_url);
    base_url_ = std::move(base.url);
    if (!config.basic_user.empty()) {
        base.user = config.basic_user;
        base.password = config.basic_password.reveal();
    }
    headers_.set("Accept", "application/json");
    if (!base.user.empty()) {
        headers_.set("Authorization", "Basic " + crypto::base64_encode(base.user + ":" + base.password));
    }
    if (!config.device_id.empty()) headers_.set("X-Device-Id", config.device_id);
}

net::ClientRequest GatewayEncoder::request(std::string method, std::string_view path) const {
    net::ClientRequest request;
    request.method = std::move(method);
    request.url = base_url_ + std::string(path);
    request.headers = headers_;
    request.reach = net::Reach::any;  // the operator's own, often on localhost
    request.timeout_ms = timeout_ms_;
    request.max_response = kMaxAnswer;
    return request;
}

net::ClientRequest GatewayEncoder::form_request(std::string_view path, const net::FormFields& fields) const {
    net::ClientRequest post = request("POST", path);
    post.headers.set("Content-Type", "application/x-www-form-urlencoded");
    post.body = net::form_encode(fields);
    return post;
}

Result<net::ClientRequest> GatewayEncoder::send(const Outbound& message) const {
    if (message.chat.empty()) return make_error(Errc::invalid, "the message has no recipient");
    switch (message.kind) {
        case OutboundKind::text:
            return text_request(message, message.text);
        case OutboundKind::link:
            return link_request(message);
        case OutboundKind::reaction:
            if (message.reply_to.empty()) return make_error(Errc::invalid, "the reaction names no message");
            return form_request("/message/" + net::percent_encode(message.reply_to) + "/reaction",
                                {{"phone", message.chat}, {"emoji", message.text}});
        case OutboundKind::edit:
        case OutboundKind::revoke:
            return correction_request(message);
        case OutboundKind::media:
            return media_request(message);
        case OutboundKind::location:
        case OutboundKind::contacts:
        case OutboundKind::poll:
            return structured_request(message);
        case OutboundKind::interactive:
        case OutboundKind::template_message:
            return make_error(Errc::unsupported, std::string("the gateway cannot send a message of kind ") +
                                                     to_string(message.kind) + ": it should have become text");
    }
    return make_error(Errc::internal, "a message of an unknown kind");
}

Result<net::ClientRequest> GatewayEncoder::correction_request(const Outbound& message) const {
    if (message.reply_to.empty())
        return make_error(Errc::invalid, std::string("the ") + to_string(message.kind) + " names no message");
    const std::string target = "/message/" + net::percent_encode(message.reply_to);
    if (message.kind == OutboundKind::revoke) return form_request(target + "/revoke", {{"phone", message.chat}});
    if (message.text.empty()) return make_error(Errc::invalid, "the edit says nothing");
    return form_request(target + "/update", {{"phone", message.chat}, {"message", message.text}});
}

// /send/link shows a preview and knows no quotation: with one, the link goes out as text, which does.
net::ClientRequest GatewayEncoder::link_request(const Outbound& message) const {
    if (!message.reply_to.empty()) {
        const bool there = message.text.find(message.link) != std::string::npos;
        const char* between = message.text.empty() ? "" : "\n";
        return text_request(message, there ? message.text : message.text + between + message.link);
    }
    net::FormFields fields{{"phone", message.chat}, {"link", message.link}};
    if (!message.text.empty()) fields.emplace_back("caption", message.text);
    return form_request("/send/link", fields);
}

net::ClientRequest GatewayEncoder::text_request(const Outbound& message, const std::string& text) const {
    net::FormFields fields{{"phone", message.chat}, {"message", text}};
    if (!message.reply_to.empty()) fields.emplace_back("reply_message_id", message.reply_to);
    return form_request("/send/message", fields);
}

Result<net::ClientRequest> GatewayEncoder::media_request(const Outbound& message) const {
    const bool by_link = !message.media.content && is_link(message.media.source);
    if (!message.media.content && !by_link)
        return make_error(Errc::invalid, "the file is no longer in the media store");
    const std::string_view endpoint = media_endpoint(message);
    net::MultipartForm form;
    form.field("phone", message.chat);
    if (!message.text.empty()) form.field("caption", message.text);
    if (!message.reply_to.empty() && endpoint != "sticker") form.field("reply_message_id", message.reply_to);
    if (endpoint == "audio" && message.voice) form.field("ptt", "true");
    const std::string_view name = message.media.name.empty() ? endpoint : std::string_view(message.media.name);
    if (by_link)
        form.field(std::string(endpoint) + "_url", message.media.source);
    else
        form.file(endpoint, name, message.media.mime, message.media.content);

    net::ClientRequest post = request("POST", std::string("/send/").append(endpoint));
    form.move_into(post);
    if (post.file) post.timeout_ms += static_cast<int>(post.file->size() / kSlowestUpload);
    return post;
}

Result<net::ClientRequest> GatewayEncoder::structured_request(const Outbound& message) const {
    const Result<gateway::Structured> said = gateway::read_structured(message.kind, message.payload);
    if (!said) return said.error();
    if (said->endpoint.empty()) {
        const std::string text = describe(message);
        if (text.empty()) return make_error(Errc::invalid, "the contacts have no names and no numbers");
        return text_request(message, text);
    }
    boost::json::object body = said->body;
    body["phone"] = message.chat;
    net::ClientRequest post = request("POST", said->endpoint);
    post.headers.set("Content-Type", "application/json");
    post.body = boost::json::serialize(body);
    return post;
}

net::ClientRequest GatewayEncoder::typing(const std::string& chat, bool on) const {
    return form_request("/send/chat-presence", {{"phone", chat}, {"action", on ? "start" : "stop"}});
}

net::ClientRequest GatewayEncoder::presence(bool available) const {
    return form_request("/send/presence", {{"type", available ? "available" : "unavailable"}});
}

net::ClientRequest GatewayEncoder::reconnect() const {
    return request("GET", "/app/reconnect");
}

net::ClientRequest GatewayEncoder::mark_read(const std::string& chat, std::string_view message_id) const {
    return form_request("/message/" + net::percent_encode(message_id) + "/read", {{"phone", chat}});
}

Result<net::ClientRequest> GatewayEncoder::file(std::string_view path, std::size_t max_bytes) const {
    const std::string encoded = encode_statics_path(path);
    if (encoded.empty()) {
        return make_error(Errc::denied, "the gateway named a file outside of its statics folder: " +
                                            std::string(text::truncate_utf8(path, 200)));
    }
    net::ClientRequest get = request("GET", encoded);
    get.headers.set("Accept", "*/*");
    get.max_response = max_bytes;
    return get;
}

net::ClientRequest GatewayEncoder::download(std::string_view message_id, std::string_view chat) const {
    return request("GET",
                   "/message/" + net::percent_encode(message_id) + "/download?phone=" + net::percent_encode(chat));
}

net::ClientRequest GatewayEncoder::status() const {
    net::ClientRequest get = request("GET", "/app/status");
    get.timeout_ms = std::min(timeout_ms_, 10'000);  // somebody waits for it
    return get;
}

}  // namespace parley::channels
