// `value.statuses`: what became of messages that we sent.
#include <boost/json/serialize.hpp>
#include <charconv>

#include "channels/cloud/classify.hpp"
#include "channels/cloud/decode_parts.hpp"
#include "channels/cloud/encode.hpp"
#include "channels/cloud/errors.hpp"
#include "channels/timestamp.hpp"

namespace parley::channels::cloud {

namespace {

std::optional<DeliveryStatus> status_from(std::string_view word) {
    for (const DeliveryStatus status : {DeliveryStatus::sent, DeliveryStatus::delivered, DeliveryStatus::read,
                                        DeliveryStatus::played, DeliveryStatus::failed}) {
        if (word == to_string(status)) return status;
    }
    return std::nullopt;
}

std::string failure_of(const JsonReader& errors) {
    std::string reason;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        if (!errors[i].object()) continue;
        if (!reason.empty()) reason.append("; ");
        reason.append(describe_cloud_failure(read_graph_error(*errors[i].value())));
    }
    return reason.empty() ? "Meta gave no reason" : reason;
}

// One error that stays is enough to fail again, and one alarm to alarm.
void judge(const Change& change, const JsonReader& item, StatusUpdate& update) {
    const JsonReader errors = item["errors"];
    update.passing = errors.size() > 0;
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const CloudErrorRow* row = find_cloud_error(static_cast<int>(errors[i]["code"].int_or(-1)));
        if (!row || !is_passing(row->kind)) update.passing = false;
        if (row && row->alarm) update.alarm = true;
        if (row && row->opted_out)
            update.opted_out = find_person(change, item["recipient_id"], item["recipient_user_id"], false).identities;
    }
}

// A word of the future ("deleted", "captured", ...): kept, in the chat it is about.
void keep_unknown(const Change& change, const JsonReader& item, Decoded& out) {
    Inbound event = whole_item(change, "status", item);
    const Person person = find_person(change, item["recipient_id"], item["recipient_user_id"], false);
    event.chat = event.sender = person.id;
    event.identities = person.identities;
    event.refers_to = item["id"].string_or("");
    event.provider_id = id_from_item("status", item);
    out.messages.push_back(std::move(event));
}

void decode_status(const Change& change, const JsonReader& item, Decoded& out) {
    const std::string id = item["id"].text_or("");
    if (id.empty()) return unclaim_item(change, "statuses", item, "a status that names no message", out);
    const std::optional<DeliveryStatus> status = status_from(item["status"].view_or(""));
    if (!status) return keep_unknown(change, item, out);

    StatusUpdate update;
    update.account = change.account;
    update.provider_ids.push_back(id);
    update.status = *status;
    if (*status == DeliveryStatus::failed) {
        update.reason = failure_of(item["errors"]);
        judge(change, item, update);
    }
    update.timestamp = read_timestamp(item["timestamp"]).value_or(change.entry_time);
    update.message = message_from_callback_data(item["biz_opaque_callback_data"].view_or(""));
    update.details = boost::json::serialize(*item.value());
    out.statuses.push_back(std::move(update));
}

}  // namespace

void decode_statuses(const Change& change, Decoded& out) {
    const JsonReader statuses = change.value["statuses"];
    if (statuses && !statuses.array()) return unclaim_list(change, "statuses", out);
    for (std::size_t i = 0; i < statuses.size(); ++i) decode_status(change, statuses[i], out);
}

}  // namespace parley::channels::cloud
