#include "channels/gateway/decode.hpp"

#include "channels/gateway/decode_parts.hpp"
#include "channels/provider_id.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxBody = 4u << 20;
constexpr std::size_t kMaxName = 256;

void bound_fields(Decoded& decoded) {
    for (Inbound& event : decoded.messages) {
        event.provider_id = bounded_id(std::move(event.provider_id));
        event.reply_to = bounded_id(std::move(event.reply_to));
        event.refers_to = bounded_id(std::move(event.refers_to));
        event.sender_name = text::truncate_utf8(text::trim(event.sender_name), kMaxName);
        event.text = text::replace_nbsp(event.text);
    }
    for (StatusUpdate& status : decoded.statuses) {
        for (std::string& id : status.provider_ids) id = bounded_id(std::move(id));
    }
}

// "device_id" is the JID of the number since v8, "session_id" the name under which it was registered since v8.8, where
// the gateway knows one (its docs/webhook-payload.md). A setting may be either, as in the header X-Device-Id.
bool is_of(const JsonReader& event, std::string_view device) {
    const std::string_view session = event["session_id"].view_or("");
    if (device.empty() || session == device) return true;
    const Jid number = parse_jid(event["device_id"].view_or(""));
    if (number.empty()) return session.empty();
    // Without a session a setting that is the name of one has nothing to be compared with.
    if (session.empty() && device.find('@') == std::string_view::npos) return true;
    return parse_jid(device).user == number.user;
}

}  // namespace

Result<Decoded> decode_gateway(std::string_view body, AccountId account, UnixMillis now, std::string_view device) {
    JsonLimits limits;
    limits.max_bytes = kMaxBody;
    const Result<boost::json::value> document = parse_json(body, limits);
    if (!document) return document.error();
    if (!document->is_object()) return make_error(Errc::invalid, "the webhook is no JSON object");

    JsonProblem problem;
    const gateway::Webhook hook{JsonReader(*document, problem), body, account, now};
    const std::string_view event = hook.root["event"].view_or("");
    if (!event.empty() && !is_of(hook.root, text::trim(device))) return Decoded{};
    Decoded decoded = event.empty()            ? gateway::decode_flat(hook)
                      : event == "message.ack" ? gateway::decode_ack(hook)
                                               : gateway::decode_event(hook);
    if (problem) return problem.error();
    bound_fields(decoded);
    return decoded;
}

}  // namespace parley::channels
