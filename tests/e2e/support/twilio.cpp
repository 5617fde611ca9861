#include "support/twilio.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <ctime>

#include "core/crypto.hpp"

namespace parley::e2e::twilio {

namespace json = boost::json;

net::FormFields fields_of(const std::string& form) {
    const auto fields = net::form_decode(form);
    return fields ? *fields : net::FormFields{};
}

std::string field_in(const std::string& form, const std::string& name) {
    for (const auto& [key, value] : fields_of(form))
        if (key == name) return value;
    return "";
}

std::string sign(const std::string& target, const std::string& form) {
    auto fields = fields_of(form);
    std::sort(fields.begin(), fields.end());
    std::string text = public_url + target;
    for (const auto& [name, value] : fields) text += name + value;
    const auto mac = crypto::HmacSha1(Secret(token)).mac(text);
    return crypto::base64_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string text_form(const std::string& text, const std::string& from, const std::string& id) {
    return net::form_encode({{"MessageSid", "SM" + id},
                             {"AccountSid", account},
                             {"From", "whatsapp:+" + from},
                             {"To", sender},
                             {"Body", text},
                             {"NumMedia", "0"},
                             {"ProfileName", "Ann O'Neil"},
                             {"WaId", from}});
}

Answer post(const Host& host, const std::string& form, const std::string& target) {
    return http(host.port(), "POST", target, form,
                {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", sign(target, form)}});
}

std::string now_as_twilio_writes_it() {
    char text[64];
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &parts);
    return text;
}

std::string Ledger::take(const std::string& form) {
    Row row{"", field_in(form, "To"), field_in(form, "From"), field_in(form, "Body"), now_as_twilio_writes_it(), 0};
    const auto fields = fields_of(form);
    row.files = static_cast<std::size_t>(
        std::count_if(fields.begin(), fields.end(), [](const auto& field) { return field.first == "MediaUrl"; }));
    const std::lock_guard lock(mutex_);
    row.sid = "SM" + std::to_string(10000000000000000 + rows_.size()) + "000000000000000";
    rows_.push_back(row);
    return row.sid;
}

std::string Ledger::list(const std::string& query) const {
    const std::string to = field_in(query, "To");
    json::array found;
    const std::lock_guard lock(mutex_);
    for (auto row = rows_.rbegin(); row != rows_.rend(); ++row) {  // the latest first
        if (row->to != to) continue;
        found.push_back(json::object{{"sid", row->sid},
                                     {"direction", "outbound-api"},
                                     {"to", row->to},
                                     {"from", row->from},
                                     {"body", row->body},
                                     {"status", "sent"},
                                     {"num_media", std::to_string(row->files)},
                                     {"date_created", row->date}});
    }
    return json::serialize(json::object{{"messages", std::move(found)}, {"next_page_uri", nullptr}});
}

TwilioStage::TwilioStage(const std::string& url)
    : api({{"POST", messages}, {"GET", messages}}, [this](const net::Request& request) { return usual(request); }),
      host(HostOptions{"",
                       sample_plugins(),
                       {{"TWILIO_ACCOUNT_SID", account},
                        {"TWILIO_AUTH_TOKEN", token},
                        {"TWILIO_WHATSAPP_NUMBER", sender},
                        {"PUBLIC_URL", url},
                        {"TWILIO_API_URL", api.url()}}}) {
    host.start();
}

std::optional<net::Response> TwilioStage::usual(const net::Request& request) {
    if (request.method == "GET") return net::Response::json(200, ledger.list(request.query));
    return net::Response::json(201,
                               R"({"sid":")" + ledger.take(request.body) + R"(","status":"queued","error_code":null})");
}

std::vector<net::Request> TwilioStage::sent_to(const std::string& person) const {
    std::vector<net::Request> found;
    for (const auto& request : api.requests_to(messages))
        if (request.method == "POST" && field(request, "To") == "whatsapp:+" + person) found.push_back(request);
    return found;
}

}  // namespace parley::e2e::twilio
