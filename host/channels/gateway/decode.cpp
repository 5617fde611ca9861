#include "channels/gateway/decode.hpp"

#include "channels/gateway/decode_parts.hpp"
#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxBody = 4u << 20;
constexpr std::size_t kMaxId = 200;  // real ones have 20 to 40 characters; an index takes no more than 2,700
constexpr std::size_t kMaxName = 256;

// An id of any length as one that an index can hold; equal ids stay equal.
void bound_id(std::string& id) {
    if (id.size() > kMaxId) id = gateway::event_id("sha256", crypto::sha256_hex(id));
}

void bound_fields(Decoded& decoded) {
    for (Inbound& event : decoded.messages) {
        bound_id(event.provider_id);
        bound_id(event.reply_to);
        bound_id(event.refers_to);
        event.sender_name = text::truncate_utf8(text::trim(event.sender_name), kMaxName);
        event.text = text::replace_nbsp(event.text);
    }
    for (StatusUpdate& status : decoded.statuses) {
        for (std::string& id : status.provider_ids) bound_id(id);
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
