#include "channels/cloud/decode.hpp"

#include <boost/json/serialize.hpp>

#include "channels/cloud/decode_parts.hpp"
#include "channels/provider_id.hpp"
#include "channels/timestamp.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxName = 256;

// Meta sends at most 3 MB; a file's text may hold anything, so the values are bounded rather than the text.
JsonLimits webhook_limits() {
    JsonLimits limits;
    limits.max_bytes = 4u << 20;
    limits.max_depth = 64;
    return limits;
}

bool is_hex4(std::string_view text) {
    return text.size() == 4 && text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}
bool is_high(std::string_view hex) {
    return (hex[0] == 'd' || hex[0] == 'D') && std::string_view("89abAB").find(hex[1]) != std::string_view::npos;
}
bool is_low(std::string_view hex) {
    return (hex[0] == 'd' || hex[0] == 'D') && std::string_view("cdefCDEF").find(hex[1]) != std::string_view::npos;
}

// The escapes that no text can hold (\u0000, half a surrogate pair) become U+FFFD, so that one person's odd message
// does not make the whole batch unreadable.
std::string mend_escapes(std::string body) {
    const auto hex_at = [&](std::size_t at) {
        const bool is_escape = at + 6 <= body.size() && body[at] == '\\' && body[at + 1] == 'u';
        const std::string_view hex = is_escape ? std::string_view(body).substr(at + 2, 4) : std::string_view();
        return is_hex4(hex) ? hex : std::string_view();
    };
    for (std::size_t at = body.find('\\'); at != std::string::npos && at + 1 < body.size(); at = body.find('\\', at)) {
        const std::string_view hex = hex_at(at);
        if (hex.empty()) {
            at += 2;
            continue;
        }
        const std::string_view next = hex_at(at + 6);
        if (is_high(hex) && !next.empty() && is_low(next)) {
            at += 12;
            continue;
        }
        if (hex == "0000" || is_high(hex) || is_low(hex)) body.replace(at + 2, 4, "fffd");
        at += 6;
    }
    return body;
}

Result<boost::json::value> parse_body(std::string_view body) {
    Result<boost::json::value> document = parse_json(body, webhook_limits());
    if (document || document.error().code == Errc::too_large) return document;
    Result<boost::json::value> mended = parse_json(mend_escapes(std::string(body)), webhook_limits());
    return mended ? std::move(mended) : std::move(document);
}

void bound_fields(Decoded& decoded) {
    for (Inbound& event : decoded.messages) {
        for (std::string* id : {&event.provider_id, &event.reply_to, &event.refers_to, &event.chat, &event.sender})
            *id = bounded_id(std::move(*id));
        event.sender_name = text::truncate_utf8(text::trim(event.sender_name), kMaxName);
    }
    for (StatusUpdate& status : decoded.statuses) {
        for (std::string& id : status.provider_ids) id = bounded_id(std::move(id));
    }
}

json::value copy_of(const JsonReader& place) {
    return place ? *place.value() : json::value();
}

std::string webhook_of(json::value entry) {
    json::array entries;
    entries.push_back(std::move(entry));
    json::object body;
    body["object"] = "whatsapp_business_account";
    body["entry"] = std::move(entries);
    return json::serialize(body);
}

// A webhook with this one change of the entry's.
void unclaim_change(const JsonReader& entry, json::value change, std::string_view reason, Decoded& out) {
    json::object alone;
    for (const char* key : {"id", "time"})
        if (const std::string known = entry[key].text_or(""); !known.empty()) alone[key] = known;
    json::array changes;
    changes.push_back(std::move(change));
    alone["changes"] = std::move(changes);
    out.unclaimed.push_back({std::string(reason), webhook_of(std::move(alone))});
}

void decode_change(const CloudResolve& resolve, const JsonReader& entry, const JsonReader& item, UnixMillis now,
                   Decoded& out) {
    const std::string waba = entry["id"].text_or("");
    const JsonReader value = item["value"];
    if (!value.object()) return unclaim_change(entry, copy_of(item), "a change without a value", out);
    const std::string number = value["metadata"]["phone_number_id"].text_or("");
    const std::optional<AccountId> account = resolve(number, waba);
    if (!account) {
        const std::string whose = number.empty() ? "WhatsApp Business account " + waba : "phone number id " + number;
        const std::string reason = "for no account of ours: " + std::string(text::truncate_utf8(whose, 200));
        return unclaim_change(entry, copy_of(item), reason, out);
    }
    const UnixMillis time = read_timestamp(entry["time"]).value_or(now);
    const cloud::Change change{entry, item["field"].view_or("messages"), value, *account, time};
    const std::size_t before = out.messages.size() + out.statuses.size() + out.unclaimed.size();
    cloud::decode_messages(change, out);
    cloud::decode_echoes(change, out);
    cloud::decode_statuses(change, out);
    cloud::decode_chat_events(change, out);
    const bool found = out.messages.size() + out.statuses.size() + out.unclaimed.size() > before;
    cloud::decode_account_event(change, found, out);
}

}  // namespace

namespace cloud {

namespace {

// Without the contacts: there may be as many of them as of items.
void unclaim_part(const Change& change, std::string_view list, json::value content, std::string_view reason,
                  Decoded& out) {
    json::object metadata, value, whole;
    metadata["phone_number_id"] = change.value["metadata"]["phone_number_id"].text_or("");
    value["messaging_product"] = "whatsapp";
    value["metadata"] = std::move(metadata);
    value[list] = std::move(content);
    whole["field"] = change.field;
    whole["value"] = std::move(value);
    unclaim_change(change.entry, std::move(whole), reason, out);
}

}  // namespace

void unclaim_item(const Change& change, std::string_view list, const JsonReader& item, std::string_view reason,
                  Decoded& out) {
    json::array alone;
    alone.push_back(copy_of(item));
    unclaim_part(change, list, std::move(alone), reason, out);
}

void unclaim_list(const Change& change, std::string_view list, Decoded& out) {
    unclaim_part(change, list, copy_of(change.value[list]), std::string(list) + " that are no list", out);
}

}  // namespace cloud

Result<Decoded> decode_cloud(std::string_view body, const CloudResolve& resolve, UnixMillis now) {
    const Result<boost::json::value> document = parse_body(body);
    if (!document) return document.error();
    JsonProblem ignored;
    const JsonReader root(*document, ignored);
    if (!root["entry"].array()) {
        return make_error(Errc::invalid, "the body is no webhook of the WhatsApp Cloud API: it has no list \"entry\"");
    }
    Decoded out;
    for (std::size_t i = 0; i < root["entry"].size(); ++i) {
        const JsonReader entry = root["entry"][i];
        const JsonReader changes = entry["changes"];
        if (!changes.array()) out.unclaimed.push_back({"an entry without changes", webhook_of(copy_of(entry))});
        for (std::size_t n = 0; n < changes.size(); ++n) decode_change(resolve, entry, changes[n], now, out);
    }
    bound_fields(out);
    return out;
}

}  // namespace parley::channels
