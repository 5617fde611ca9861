#include "channels/support/decode.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "channels/timestamp.hpp"
#include "core/crypto.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxPerson = 128;
constexpr std::size_t kMaxId = 200;
constexpr std::size_t kMaxStatus = 32;

// Numbers are taken as text: clients send phone numbers either way.
std::string person(const JsonReader& field) {
    std::string text(text::trim(field.text_or("")));
    if (text.empty()) field.complain("is missing");
    if (text.size() > kMaxPerson) field.complain("is too long");
    return text;
}

SupportMessage read_common(const JsonReader& root, UnixMillis now) {
    SupportMessage message;
    message.sender = person(root["sender"]);
    message.content = root["content"].text_or("");
    if (text::trim(message.content).empty()) root["content"].complain("is missing");
    message.id = root["id"].text_or("");
    if (message.id.size() > kMaxId) root["id"].complain("is too long");
    const std::optional<UnixMillis> time = read_timestamp(root["timestamp"]);
    message.timestamp = time.value_or(now);
    message.has_timestamp = time.has_value();
    return message;
}

}  // namespace

Result<SupportMessage> decode_support_webhook(std::string_view body, UnixMillis now) {
    const Result<boost::json::value> document = parse_json(body);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    SupportMessage message = read_common(root, now);
    message.receiver = root["receiver"] ? person(root["receiver"]) : "Me";
    if (problem) return problem.error();
    return message;
}

Result<SupportMessage> decode_support_send(std::string_view body, UnixMillis now) {
    const Result<boost::json::value> document = parse_json(body);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    SupportMessage message = read_common(root, now);
    message.receiver = person(root["receiver"]);
    message.status = root["status"].string_or("sent");
    if (message.status.empty() || message.status.size() > kMaxStatus) root["status"].complain("is no status");
    if (problem) return problem.error();
    return message;
}

std::string support_person(std::string_view text) {
    text = text::trim(text);
    std::string digits;
    for (const char c : text) {
        if (c >= '0' && c <= '9')
            digits.push_back(c);
        else if (std::string_view("+-() .").find(c) == std::string_view::npos)
            return std::string(text);
    }
    return digits.empty() ? std::string(text) : digits;
}

Outbound to_outbound(const SupportMessage& message, AccountId account) {
    Outbound out;
    out.account = account;
    out.chat = support_person(message.receiver);
    out.text = message.content;
    boost::json::object rest;
    rest["sender"] = message.sender;
    rest["status"] = message.status;
    out.payload = boost::json::serialize(rest);
    return out;
}

Inbound to_inbound(const SupportMessage& message, std::string_view body, AccountId account) {
    Inbound event;
    event.account = account;
    event.sender = event.chat = support_person(message.sender);
    event.text = text::replace_nbsp(message.content);
    event.timestamp = message.timestamp;
    // Without an id and a time of its own an equal body may well be the same words said again.
    event.provider_id = !message.id.empty()     ? message.id
                        : message.has_timestamp ? "sha256:" + crypto::sha256_hex(body)
                                                : std::string();
    boost::json::object rest;
    rest["receiver"] = message.receiver;
    event.payload = boost::json::serialize(rest);
    return event;
}

}  // namespace parley::channels
