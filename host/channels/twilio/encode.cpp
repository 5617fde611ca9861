#include "channels/twilio/encode.hpp"

#include <algorithm>

#include "channels/split_text.hpp"
#include "channels/twilio/content.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxAnswer = 4u << 20;

std::string without_slash(std::string_view url) {
    url = text::trim(url);
    while (url.ends_with('/')) url.remove_suffix(1);
    return std::string(url);
}

// "https://api.twilio.com" and the like are reached as any public host; what an operator set may be at home.
net::Reach reach_of(std::string_view url) {
    const Result<net::Url> parsed = net::parse_url(url);
    return parsed && parsed->tls && parsed->host.ends_with(".twilio.com") ? net::Reach::public_only : net::Reach::any;
}

// Twilio shows captions with pictures and videos alone; with all else the text is lost without a word. image/webp is
// how it knows a sticker.
bool has_caption(const Media& media) {
    if (media.kind == MediaKind::sticker || media.mime == "image/webp") return false;
    if (media.mime.empty()) return media.kind == MediaKind::image || media.kind == MediaKind::video;
    return media.mime.starts_with("image/") || media.mime.starts_with("video/");
}

bool is_hex(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    });
}

// One request for each piece of the text; `first` joins the first.
std::vector<net::FormFields> with_text(net::FormFields first, std::string_view text) {
    std::vector<net::FormFields> all;
    all.push_back(std::move(first));
    bool begun = false;
    for (std::string& piece : split_text(text, kTwilioMaxText)) {
        if (begun) all.emplace_back();
        begun = true;
        if (!piece.empty()) all.back().emplace_back("Body", std::move(piece));
    }
    return all;
}

}  // namespace

std::string_view twilio_message_sid(std::string_view provider_id) {
    const std::string_view sid = provider_id.substr(0, provider_id.find(':'));
    const bool known = sid.size() == 34 && (sid.starts_with("SM") || sid.starts_with("MM")) && is_hex(sid.substr(2));
    return known ? sid : std::string_view();
}

TwilioEncoder::TwilioEncoder(const TwilioConfig& config, PublicLink public_link)
    : config_(config),
      from_(parse_twilio_address(config.from)),
      public_link_(std::move(public_link)),
      account_path_("/2010-04-01/Accounts/" + net::percent_encode(config.account_sid) + "/") {
    config_.base_url = without_slash(config.base_url);
    config_.messaging_url = without_slash(config.messaging_url);
    config_.public_url = without_slash(config.public_url.substr(0, config.public_url.find_first_of("?#")));
    const bool key = !config.api_key_sid.empty();
    const std::string who = (key ? config.api_key_sid : config.account_sid) + ":" +
                            (key ? config.api_key_secret : config.auth_token).reveal();
    headers_.set("Accept", "application/json");
    headers_.set("Authorization", "Basic " + crypto::base64_encode(who));
}

net::ClientRequest TwilioEncoder::request(std::string method, std::string url) const {
    net::ClientRequest request;
    request.method = std::move(method);
    request.reach = reach_of(url);
    request.url = std::move(url);
    request.headers = headers_;
    request.timeout_ms = config_.timeout_ms;
    request.max_response = kMaxAnswer;
    return request;
}

net::ClientRequest TwilioEncoder::get(std::string_view path) const {
    return request("GET", config_.base_url + account_path_ + std::string(path));
}

net::ClientRequest TwilioEncoder::get_messaging(std::string_view path) const {
    return request("GET", config_.messaging_url + std::string(path));
}

Result<net::ClientRequest> TwilioEncoder::next_page(std::string_view uri) const {
    const std::string expected = account_path_ + "Messages.json?";
    if (!uri.starts_with(expected)) return make_error(Errc::denied, "Twilio's next page is not of this account");
    return request("GET", config_.base_url + std::string(uri));
}

net::ClientRequest TwilioEncoder::post(const net::FormFields& fields) const {
    net::ClientRequest post = request("POST", config_.base_url + account_path_ + "Messages.json");
    post.headers.set("Content-Type", "application/x-www-form-urlencoded");
    post.body = net::form_encode(fields);
    return post;
}

std::string TwilioEncoder::status_callback(MessageId id) const {
    if (!config_.status_callback || config_.public_url.empty() || config_.webhook_path.empty()) return {};
    std::string url = config_.public_url + config_.webhook_path;
    if (id != 0) {
        url.append(config_.webhook_path.find('?') == std::string::npos ? "?" : "&");
        url.append(kTwilioMessageParameter).append("=").append(std::to_string(id));
    }
    return url;
}

Result<std::vector<net::ClientRequest>> TwilioEncoder::send(const Outbound& message) const {
    const TwilioAddress to = parse_twilio_address(message.chat);
    if (to.empty()) {
        return make_error(Errc::invalid, "the recipient is no WhatsApp number: " +
                                             std::string(text::truncate_utf8(message.chat, 100)));
    }
    if (from_.empty() && config_.messaging_service_sid.empty()) {
        return make_error(Errc::invalid, "no sender is configured: set TWILIO_WHATSAPP_NUMBER");
    }
    Result<std::vector<net::FormFields>> parts = contents(message);
    if (!parts) return parts.error();

    net::FormFields envelope{{"To", to.text()}};
    if (config_.messaging_service_sid.empty())
        envelope.emplace_back("From", from_.text());
    else
        envelope.emplace_back("MessagingServiceSid", config_.messaging_service_sid);
    std::vector<net::ClientRequest> requests;
    for (std::size_t i = 0; i < parts->size(); ++i) {
        net::FormFields fields = envelope;
        fields.insert(fields.end(), (*parts)[i].begin(), (*parts)[i].end());
        // The last piece speaks for the message: it is delivered when that is.
        const std::string callback = i + 1 == parts->size() ? status_callback(message.id) : std::string();
        if (!callback.empty()) fields.emplace_back("StatusCallback", callback);
        requests.push_back(post(fields));
    }
    return requests;
}

// What each request says beside who writes to whom.
Result<std::vector<net::FormFields>> TwilioEncoder::contents(const Outbound& message) const {
    switch (message.kind) {
        case OutboundKind::text:
            if (message.text.empty()) return make_error(Errc::invalid, "the message is empty");
            return with_text({}, message.text);
        case OutboundKind::media: {
            const Result<std::string> link = media_link(message.media);
            if (!link) return link.error();
            net::FormFields file{{"MediaUrl", *link}};
            if (has_caption(message.media) || message.text.empty()) return with_text(std::move(file), message.text);
            std::vector<net::FormFields> parts = with_text({}, message.text);
            parts.insert(parts.begin(), std::move(file));
            return parts;
        }
        case OutboundKind::location:
        case OutboundKind::template_message: {
            Result<net::FormFields> fields = message.kind == OutboundKind::location ? twilio_location(message.payload)
                                                                                    : twilio_template(message.payload);
            if (!fields) return fields.error();
            return std::vector<net::FormFields>{std::move(*fields)};
        }
        default:
            return make_error(Errc::unsupported, std::string("Twilio cannot send a message of kind ") +
                                                     to_string(message.kind) + ": it should have become text");
    }
}

Result<std::string> TwilioEncoder::media_link(const Media& media) const {
    if (media.stored.empty()) {
        if (media.source.starts_with("https://") || media.source.starts_with("http://")) return media.source;
        return make_error(Errc::invalid, "the file is no longer in the media store");
    }
    if (public_link_) return public_link_(media.stored);
    return make_error(Errc::unsupported,
                      "Twilio fetches files from here: set PUBLIC_URL to the address of this host on the internet");
}

Result<net::ClientRequest> TwilioEncoder::typing(std::string_view provider_id) const {
    const std::string_view sid = twilio_message_sid(provider_id);
    if (sid.empty()) return make_error(Errc::invalid, "no message of Twilio's to answer");
    net::ClientRequest typing = request("POST", config_.messaging_url + "/v2/Indicators/Typing.json");
    typing.headers.set("Content-Type", "application/x-www-form-urlencoded");
    typing.body = net::form_encode({{"messageId", std::string(sid)}, {"channel", "whatsapp"}});
    return typing;
}

Result<net::ClientRequest> TwilioEncoder::file(std::string_view url, std::size_t max_bytes) const {
    const Result<net::Url> wanted = net::parse_url(url), base = net::parse_url(config_.base_url);
    const bool ours = wanted && base && wanted->tls == base->tls && wanted->host == base->host &&
                      wanted->port == base->port && wanted->target.starts_with(account_path_ + "Messages/") &&
                      wanted->target.find("..") == std::string::npos && wanted->target.find('%') == std::string::npos;
    if (!ours) {
        return make_error(Errc::denied, "the webhook names a file that is not this Twilio account's: " +
                                            std::string(text::truncate_utf8(url, 200)));
    }
    net::ClientRequest get = request("GET", std::string(url));
    get.headers.set("Accept", "*/*");
    get.max_response = max_bytes;
    return get;
}

}  // namespace parley::channels
