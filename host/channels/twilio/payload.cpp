#include "channels/twilio/payload.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

namespace parley::channels {

namespace json = boost::json;

namespace {

// What is read into a place of its own, or says nothing about the message.
bool is_read(std::string_view name) {
    constexpr std::string_view kNames[] = {
        "AccountSid",
        "Address",
        "ApiVersion",
        "Body",
        "ButtonPayload",
        "ButtonText",
        "ChannelMetadata",
        "ExternalUserId",
        "Forwarded",
        "FrequentlyForwarded",
        "From",
        "InteractiveData",
        "Label",
        "Latitude",
        "ListDescription",
        "ListId",
        "ListTitle",
        "Longitude",
        "MessageSid",
        "MessageType",
        "NumMedia",
        "NumSegments",
        "ProfileName",
        "SmsMessageSid",
        "SmsSid",
        "SmsStatus",
        "To",
        "WaId",
        "ParentExternalUserId",
        "OriginalRepliedMessageSid",
    };
    for (const std::string_view prefix : {"MediaUrl", "MediaContentType", "Referral"}) {
        if (name.starts_with(prefix)) return true;
    }
    return std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

// "-122.1" as a number; anything else stays the text it is.
json::value number_or_text(std::string_view text) {
    double number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem == std::errc() && end == text.data() + text.size() && number > -1000 && number < 1000) return number;
    return json::string(text.data(), text.size());
}

void put(json::object& object, std::string_view key, std::string_view value) {
    if (!value.empty()) object[key] = json::string(value.data(), value.size());
}

void add_location(const TwilioForm& form, json::object& payload) {
    if (form.get("Latitude").empty()) return;
    json::object location;
    location["latitude"] = number_or_text(form.get("Latitude"));
    location["longitude"] = number_or_text(form.get("Longitude"));
    put(location, "name", form.get("Label"));
    put(location, "address", form.get("Address"));
    payload["location"] = std::move(location);
}

// What a person chose: a button of a template, of a message, a row of a list, or a form (flow) that was filled in.
void add_choice(const TwilioForm& form, json::object& payload) {
    json::object choice;
    std::string_view kind;
    if (!form.get("ButtonText").empty() || !form.get("ButtonPayload").empty()) {
        if (form.get("MessageType") != "interactive") {
            put(choice, "text", form.get("ButtonText"));
            put(choice, "payload", form.get("ButtonPayload"));
            payload["button"] = std::move(choice);
            return;
        }
        kind = "button_reply";
        put(choice, "id", form.get("ButtonPayload"));
        put(choice, "title", form.get("ButtonText"));
    } else if (!form.get("ListId").empty() || !form.get("ListTitle").empty()) {
        kind = "list_reply";
        put(choice, "id", form.get("ListId"));
        put(choice, "title", form.get("ListTitle"));
        put(choice, "description", form.get("ListDescription"));
    } else if (!form.get("InteractiveData").empty()) {
        kind = "nfm_reply";
        put(choice, "name", "flow");
        put(choice, "body", form.get("Body"));
        put(choice, "response_json", form.get("InteractiveData"));
    } else {
        return;
    }
    json::object interactive;
    interactive["type"] = json::string(kind.data(), kind.size());
    interactive[kind] = std::move(choice);
    payload["interactive"] = std::move(interactive);
}

// The advertisement or post that led here.
void add_referral(const TwilioForm& form, json::object& payload) {
    static constexpr struct {
        std::string_view from, to;
    } kNames[] = {
        {"ReferralBody", "body"},
        {"ReferralHeadline", "headline"},
        {"ReferralSourceId", "source_id"},
        {"ReferralSourceType", "source_type"},
        {"ReferralSourceUrl", "source_url"},
        {"ReferralCtwaClid", "ctwa_clid"},
        {"ReferralNumMedia", ""},
    };
    json::object referral;
    for (const auto& [name, value] : form.all()) {
        if (!name.starts_with("Referral") || value.empty()) continue;
        const std::string_view key = name;
        const auto row =
            std::find_if(std::begin(kNames), std::end(kNames), [key](const auto& r) { return r.from == key; });
        if (row == std::end(kNames))
            put(referral, name, value);
        else if (!row->to.empty())
            put(referral, row->to, value);
    }
    if (!referral.empty()) payload["referral"] = std::move(referral);
}

// {"type":"whatsapp","data":{"context":{"ProfileName":...}}}: kept when it tells more than the parameters do.
void add_metadata(const TwilioForm& form, const json::value& metadata, json::object& payload) {
    const json::object* top = metadata.if_object();
    const json::value* data = top ? top->if_contains("data") : nullptr;
    const json::value* context = data && data->is_object() ? data->get_object().if_contains("context") : nullptr;
    bool more = !context || !context->is_object() || data->get_object().size() > 1;
    for (const auto& member : !more ? context->get_object() : json::object()) {
        const std::string_view key(member.key().data(), member.key().size());
        const json::string* value = member.value().if_string();
        more = more || !value || std::string_view(value->data(), value->size()) != form.get(key);
    }
    if (more && !metadata.is_null()) payload["ChannelMetadata"] = metadata;
}

}  // namespace

std::string twilio_payload(const TwilioForm& form, const json::value& metadata) {
    json::object payload;
    add_location(form, payload);
    add_choice(form, payload);
    add_referral(form, payload);
    add_metadata(form, metadata, payload);
    json::object context;
    if (form.get("Forwarded") == "true") context["forwarded"] = true;
    if (form.get("FrequentlyForwarded") == "true") context["frequently_forwarded"] = true;
    if (!context.empty()) payload["context"] = std::move(context);
    for (const auto& [name, value] : form.all()) {
        if (!is_read(name)) put(payload, name, value);
    }
    return payload.empty() ? std::string() : json::serialize(payload);
}

}  // namespace parley::channels
