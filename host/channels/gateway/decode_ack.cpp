// Receipts: what became of messages that went out. v7 and later, one shape.
#include <algorithm>

#include "channels/gateway/decode_parts.hpp"
#include "channels/timestamp.hpp"

namespace parley::channels::gateway {

namespace {

std::optional<DeliveryStatus> status_of(std::string_view receipt) {
    if (receipt == "delivered" || receipt.empty())
        return DeliveryStatus::delivered;  // WhatsApp's own word for it is ""
    if (receipt == "read") return DeliveryStatus::read;
    if (receipt == "played") return DeliveryStatus::played;
    return std::nullopt;
}

// Between the devices of one account: they tell nothing about a recipient.
bool is_internal(std::string_view receipt) {
    constexpr std::string_view kInternal[] = {"sender",   "retry",    "read-self", "played-self",
                                              "inactive", "peer_msg", "hist_sync"};
    return std::find(std::begin(kInternal), std::end(kInternal), receipt) != std::end(kInternal);
}

}  // namespace

Decoded decode_ack(const Webhook& hook) {
    const JsonReader payload = hook.root["payload"];
    const std::string_view receipt = payload["receipt_type"].view_or("");
    const bool is_status = is_status_broadcast(parse_jid(payload["chat_id"].view_or("")));
    if (is_status || is_internal(receipt)) return {};

    Decoded decoded;
    StatusUpdate update;
    for (std::size_t i = 0; i < payload["ids"].size(); ++i) {
        std::string id = payload["ids"][i].string_or("");
        if (!id.empty()) update.provider_ids.push_back(std::move(id));
    }
    const std::optional<DeliveryStatus> status = status_of(receipt);
    if (!status || update.provider_ids.empty()) {
        decoded.messages.push_back(whole_event(hook, "message.ack", payload));
        return decoded;
    }
    update.account = hook.account;
    update.status = *status;
    std::optional<UnixMillis> time = read_timestamp(hook.root["timestamp"]);
    if (!time) time = read_timestamp(payload["timestamp"]);
    update.timestamp = time.value_or(hook.now);
    decoded.statuses.push_back(std::move(update));
    return decoded;
}

}  // namespace parley::channels::gateway
