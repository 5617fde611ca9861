#include "channels/twilio/decode.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <charconv>

#include "channels/provider_id.hpp"
#include "channels/twilio/address.hpp"
#include "channels/twilio/encode.hpp"
#include "channels/twilio/errors.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace json = boost::json;

namespace {

constexpr std::size_t kMaxBody = 1u << 20;
constexpr std::size_t kMaxFields = 1'000;
constexpr std::size_t kMaxShown = 64;

Result<TwilioForm> read_form(const std::string& body) {
    if (body.size() > kMaxBody) return make_error(Errc::too_large, "the webhook is larger than 1 MiB");
    Result<net::FormFields> fields = net::form_decode(body);
    if (!fields) return fields.error();
    if (fields->size() > kMaxFields) return make_error(Errc::invalid, "the webhook has too many parameters");
    for (const auto& [name, value] : *fields) {
        if (text::is_storable(name) && text::is_storable(value)) continue;
        const std::string shown = text::is_storable(name) ? name : "a parameter";
        return make_error(Errc::invalid, shown + ": is no text (bad UTF-8 or a zero byte)");
    }
    return TwilioForm(std::move(*fields));
}

std::optional<int> number_of(std::string_view text) {
    int number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// The status that a callback tells; messages say "received".
std::string_view status_of(const TwilioForm& form) {
    const std::string_view status = form.get("MessageStatus");
    if (!status.empty()) return status;
    const std::string_view old = form.get("SmsStatus");
    return old == "received" || old == "receiving" ? std::string_view() : old;
}

std::optional<DeliveryStatus> delivery_of(std::string_view status) {
    if (status == "sent") return DeliveryStatus::sent;
    if (status == "delivered") return DeliveryStatus::delivered;
    if (status == "read") return DeliveryStatus::read;
    if (status == "played") return DeliveryStatus::played;
    if (status == "failed" || status == "undelivered" || status == "canceled") return DeliveryStatus::failed;
    return std::nullopt;
}

// On the way to Twilio's own queue and out of it: nothing that we do not know.
bool says_nothing_new(std::string_view status) {
    constexpr std::string_view kEarly[] = {"accepted", "scheduled", "queued", "sending"};
    return std::find(std::begin(kEarly), std::end(kEarly), status) != std::end(kEarly);
}

// Twilio's code; else WhatsApp's own at the start of or inside the words: "Error 470: ...".
int error_code_of(const TwilioForm& form) {
    if (const std::optional<int> code = number_of(form.get("ErrorCode"))) return twilio_code_of_whatsapp(*code);
    const std::string_view words = form.get("ChannelStatusMessage");
    for (std::size_t at = words.find_first_of("0123456789"); at != std::string_view::npos;) {
        const std::size_t end = std::min(words.find_first_not_of("0123456789", at), words.size());
        const std::optional<int> number = number_of(words.substr(at, end - at));
        const int code = number ? twilio_code_of_whatsapp(*number) : 0;
        if (code != 0 && find_twilio_error(code)) return code;
        at = words.find_first_of("0123456789", end);
    }
    return 0;
}

json::object rest_of(const TwilioForm& form) {
    json::object rest;
    for (const auto& [name, value] : form.all()) {
        if (!value.empty()) rest.emplace(name, value);
    }
    return rest;
}

// A status that has no place among ours is kept.
Inbound unheard_of(const TwilioForm& form, std::string_view sid, std::string_view status) {
    Inbound event;
    event.kind = EventKind::other;
    event.type = "status";
    event.provider_id = bounded_id(std::string(status).append(":").append(sid));
    const TwilioAddress to = parse_twilio_address(form.get("To"));
    event.chat = to.text();
    event.sender = to.who();
    event.payload = json::serialize(rest_of(form));
    return event;
}

// Why it failed, for people in `reason` and for programs in `details`.
void add_failure(const TwilioForm& form, std::string_view status, StatusUpdate& update, json::object& details) {
    const int code = error_code_of(form);
    const std::string_view words = form.get(form.get("ErrorMessage").empty() ? "ChannelStatusMessage" : "ErrorMessage");
    update.reason = twilio_reason(code, words);
    if (update.reason.empty()) update.reason = "Twilio says " + std::string(status) + " and not why";
    const TwilioErrorRow* row = find_twilio_error(code);
    details["class"] = to_string(row ? row->kind : SendError::Class::permanent);
    update.alarm = row && row->alarm;
    // What an alarm is about does not pass within minutes, and what was cancelled shall not be sent.
    update.passing = row && is_passing(row->kind) && !update.alarm && status != "canceled";
    const TwilioAddress to = parse_twilio_address(form.get("To"));
    if (row && row->opted_out && !to.empty())
        update.opted_out.push_back({to.phone.empty() ? IdentityKind::user_id : IdentityKind::phone, to.who()});
}

Result<Decoded> read_status(const TwilioForm& form, const net::Request& request, AccountId account, UnixMillis now) {
    const std::string_view sid = form.get(form.get("MessageSid").empty() ? "SmsSid" : "MessageSid");
    if (sid.empty()) return make_error(Errc::invalid, "MessageSid: is missing");
    const std::string_view status = status_of(form);
    Decoded decoded;
    if (says_nothing_new(status)) return decoded;
    const std::optional<DeliveryStatus> delivery = delivery_of(status);
    if (!delivery) {
        Inbound event = unheard_of(form, sid, status);
        event.account = account;
        event.timestamp = now;
        decoded.messages.push_back(std::move(event));
        return decoded;
    }
    StatusUpdate update;
    update.account = account;
    update.provider_ids.push_back(bounded_id(std::string(sid)));
    update.status = *delivery;
    update.timestamp = now;
    if (const auto id = request.query_value(kTwilioMessageParameter); id && text::is_digits(*id))
        std::from_chars(id->data(), id->data() + id->size(), update.message);
    json::object details = rest_of(form);
    if (*delivery == DeliveryStatus::failed) add_failure(form, status, update, details);
    update.details = json::serialize(details);
    decoded.statuses.push_back(std::move(update));
    return decoded;
}

AccountEvent account_event(AccountId account, std::string type, std::string payload, UnixMillis now) {
    AccountEvent event;
    event.account = account;
    event.type = std::move(type);
    event.payload = std::move(payload);
    event.timestamp = now;
    return event;
}

// A webhook with a JSON body: none that messages come in, so it is kept whole.
Result<Decoded> read_json(const net::Request& request, AccountId account, UnixMillis now) {
    const Result<json::value> document = parse_json(request.body);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    const std::string type = root["type"].string_or(root["EventType"].view_or("webhook"));
    Decoded decoded;
    decoded.events.push_back(account_event(account, std::string(text::truncate_utf8(type, 200)), request.body, now));
    return decoded;
}

// Its URL says so; a dead letter has none any more, and a form begins with a name.
bool is_json(const net::Request& request) {
    const std::string_view body = text::trim(request.body);
    return request.query_value("bodySHA256") || body.starts_with('{') || body.starts_with('[');
}

Decoded unclaimed(const net::Request& request, std::string reason) {
    Decoded decoded;
    decoded.unclaimed.push_back({std::move(reason), request.body});
    return decoded;
}

}  // namespace

Result<Decoded> decode_twilio(const net::Request& request, const TwilioConfig& config, AccountId account,
                              UnixMillis now) {
    if (is_json(request)) return read_json(request, account, now);
    const Result<TwilioForm> form = read_form(request.body);
    if (!form) return form.error();
    const std::string_view owner = form->get("AccountSid");
    if (owner.empty()) return make_error(Errc::invalid, "AccountSid: is missing");
    if (!config.account_sid.empty() && owner != config.account_sid) {
        return unclaimed(request, "the webhook is for the Twilio account " +
                                      std::string(text::truncate_utf8(owner, kMaxShown)) + ", not for " +
                                      config.account_sid);
    }
    if (!status_of(*form).empty()) return read_status(*form, request, account, now);
    if (form->get("MessageSid").empty() && !form->get("Level").empty()) {
        Decoded decoded;
        decoded.events.push_back(account_event(account, "debugger", json::serialize(rest_of(*form)), now));
        return decoded;
    }
    const TwilioAddress ours = parse_twilio_address(config.from), to = parse_twilio_address(form->get("To"));
    if (!ours.empty() && !to.empty() && to != ours) {
        return unclaimed(request, "the message is for " + to.text() + ", this account's number is " + ours.text());
    }
    Result<std::vector<Inbound>> messages = read_twilio_message(*form, account, now);
    if (!messages) return messages.error();
    Decoded decoded;
    decoded.messages = std::move(*messages);
    return decoded;
}

}  // namespace parley::channels
