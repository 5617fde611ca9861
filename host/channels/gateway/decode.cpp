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

}  // namespace

Result<Decoded> decode_gateway(std::string_view body, AccountId account, UnixMillis now) {
    JsonLimits limits;
    limits.max_bytes = kMaxBody;
    const Result<boost::json::value> document = parse_json(body, limits);
    if (!document) return document.error();
    if (!document->is_object()) return make_error(Errc::invalid, "the webhook is no JSON object");

    JsonProblem problem;
    const gateway::Webhook hook{JsonReader(*document, problem), body, account, now};
    const std::string_view event = hook.root["event"].view_or("");
    Decoded decoded = event.empty()            ? gateway::decode_flat(hook)
                      : event == "message.ack" ? gateway::decode_ack(hook)
                                               : gateway::decode_event(hook);
    if (problem) return problem.error();
    bound_fields(decoded);
    return decoded;
}

}  // namespace parley::channels
