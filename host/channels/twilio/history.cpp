#include "channels/twilio/history.hpp"

#include <algorithm>
#include <charconv>

#include "channels/provider_id.hpp"
#include "channels/timestamp.hpp"
#include "channels/twilio/classify.hpp"
#include "core/ids.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxPage = 8u << 20;
constexpr std::string_view kPageSize = "100";
// Of what a busy number gets in minutes. Twilio gives 1000, and kMaxPage must hold them.
constexpr std::string_view kLargePageSize = "500";

int count_of(const JsonReader& field) {
    const std::string text = field.text_or("0");
    int number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return std::clamp(number, 0, 100);
}

TwilioRow read_row(const JsonReader& json) {
    TwilioRow row;
    row.sid = bounded_id(json["sid"].string_or(""));
    row.from = json["from"].string_or("");
    row.to = json["to"].string_or("");
    row.body = json["body"].string_or("");
    row.direction = json["direction"].string_or("");
    row.service = json["messaging_service_sid"].string_or("");
    row.media_path = json["subresource_uris"]["media"].string_or("");
    row.files = count_of(json["num_media"]);
    row.created = parse_http_date(json["date_created"].view_or("")).value_or(0);
    row.sent = parse_http_date(json["date_sent"].view_or("")).value_or(0);
    return row;
}

Result<boost::json::value> read_json(const net::ClientResult& answer) {
    if (!answer || answer->status != 200) return twilio_error(answer);
    JsonLimits limits;
    limits.max_bytes = kMaxPage;
    Result<boost::json::value> document = parse_json(answer->body, limits);
    if (!document) return make_error(Errc::unavailable, "Twilio's answer cannot be read: " + document.error().message);
    return document;
}

// Spaces at the ends do not survive the way.
bool same_text(std::string_view a, std::string_view b) {
    return text::trim(a) == text::trim(b);
}

}  // namespace

Result<TwilioPage> read_twilio_page(const net::ClientResult& answer, UnixMillis now) {
    const Result<boost::json::value> document = read_json(answer);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    if (!root["messages"].array()) return make_error(Errc::unavailable, "Twilio's answer is no list of messages");
    TwilioPage page;
    for (std::size_t i = 0; i < root["messages"].size(); ++i) page.rows.push_back(read_row(root["messages"][i]));
    page.next = root["next_page_uri"].string_or("");
    if (const auto theirs = parse_http_date(answer->headers.get("Date"))) page.clock_ahead = *theirs - now;
    return page;
}

net::ClientRequest list_sent_to(const TwilioEncoder& encoder, const TwilioAddress& to) {
    // No limit by DateSent: a message that waits in Twilio's queue has none yet, and it is the one that is looked for.
    std::string path = "Messages.json?To=" + net::percent_encode(to.text());
    const bool by_service = !encoder.config().messaging_service_sid.empty();
    if (!by_service) path.append("&From=").append(net::percent_encode(encoder.from().text()));
    net::ClientRequest list = encoder.get(path.append("&PageSize=").append(kPageSize));
    list.max_response = kMaxPage;
    return list;
}

net::ClientRequest list_received(const TwilioEncoder& encoder, UnixMillis since) {
    std::string path = "Messages.json?";
    if (!encoder.from().empty()) path.append("To=").append(net::percent_encode(encoder.from().text())).append("&");
    path.append("DateSent%3E=").append(net::percent_encode(to_iso8601(since)));
    net::ClientRequest list = encoder.get(path.append("&PageSize=").append(kLargePageSize));
    list.max_response = kMaxPage;
    return list;
}

std::optional<bool> is_twilio_row_of(const TwilioRow& row, const net::ClientRequest& request) {
    const Result<net::FormFields> fields = net::form_decode(request.body);
    if (!fields) return std::nullopt;
    const TwilioForm form(*fields);
    if (!form.get("ContentSid").empty()) return std::nullopt;
    const bool with_file = !form.get("MediaUrl").empty();
    const std::string_view service = form.get("MessagingServiceSid");
    return row.direction.starts_with("outbound") && row.to == form.get("To") &&
           (service.empty() || row.service == service) && with_file == (row.files > 0) &&
           same_text(row.body, form.get("Body"));
}

net::FormFields webhook_of(const TwilioRow& row, const TwilioConfig& config) {
    return {{"MessageSid", row.sid}, {"AccountSid", config.account_sid},     {"From", row.from}, {"To", row.to},
            {"Body", row.body},      {"NumMedia", std::to_string(row.files)}};
}

Result<net::FormFields> read_twilio_files(const net::ClientResult& answer, const TwilioConfig& config) {
    const Result<boost::json::value> document = read_json(answer);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader list = JsonReader(*document, problem)["media_list"];
    net::FormFields fields;
    for (std::size_t i = 0; i < list.size(); ++i) {
        std::string_view uri = list[i]["uri"].view_or("");
        if (uri.ends_with(".json")) uri.remove_suffix(5);
        if (!uri.starts_with('/')) continue;
        const std::string number = std::to_string(fields.size() / 2);
        fields.emplace_back("MediaUrl" + number, config.base_url + std::string(uri));
        fields.emplace_back("MediaContentType" + number, list[i]["content_type"].string_or(""));
    }
    return fields;
}

}  // namespace parley::channels
