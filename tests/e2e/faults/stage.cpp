#include "faults/stage.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <ctime>

#include "support/cloud.hpp"

namespace parley::e2e::faults {
namespace {

namespace json = boost::json;

const std::string people = "92300666";  // and four digits

int number_of(const std::string& person) {
    return std::stoi(person.substr(people.size()));
}

json::object fields_of(const Line& line) {
    const std::string url = line.proxy.url();
    // Few at once, for a mock is slow; and a timeout that only silence reaches.
    json::object fields{{"base_url", url}, {"concurrency", "24"}, {"timeout_ms", "8000"}};
    const auto add = [&](const std::vector<std::pair<const char*, std::string>>& more) {
        for (const auto& [name, value] : more) fields[name] = value;
    };
    if (line.channel == "cloud")
        add({{"phone_number_id", cloud::number_id},
             {"waba_id", cloud::business_id},
             {"access_token", "EAAG-token"},
             {"app_secret", cloud::app_secret},
             {"verify_token", "words"},
             {"read_receipts", "true"},
             {"rate", "1000"}});
    if (line.channel == "twilio")
        add({{"account_sid", twilio::account},
             {"auth_token", twilio::token},
             {"from", twilio::sender},
             {"messaging_url", url},
             {"rate", "1000"}});
    if (line.channel == "gateway")
        add({{"user", "user"}, {"password", "password"}, {"device_id", "628123456789@s.whatsapp.net"}});
    return fields;
}

}  // namespace

std::string person(int number) {
    std::string digits = std::to_string(number);
    return people + std::string(4 - digits.size(), '0') + digits;
}

std::string person_in(const Passage& request) {
    for (const std::string* text : {&request.target, &request.body})
        if (const auto at = text->find(people); at != std::string::npos) return text->substr(at, people.size() + 4);
    return "";
}

Trouble trouble_of(const std::string& person) {
    return static_cast<Trouble>(static_cast<std::size_t>(number_of(person)) % troubles);
}

const char* name_of(Trouble trouble) {
    constexpr const char* names[troubles] = {"no trouble", "late", "reset", "429", "500", "500 of a proxy", "timeout"};
    return names[static_cast<std::size_t>(trouble)];
}

bool is_send(const Passage& request) {
    return request.method == "POST" && !request.target.ends_with("/media") && !person_in(request).empty();
}

std::vector<std::string> descriptions() {
    return {test::description_path("meta-cloud-api.prism.json"), test::description_path("twilio-whatsapp.prism.json"),
            test::description_path("gowa-v9.prism.json")};
}

Line::Line(std::string of_channel, const std::string& description)
    : channel(std::move(of_channel)),
      account("strict-" + channel),  // a host has one of the name gateway
      earlier(channel == "cloud"    ? "wamid.HBgLMTY1MDM4Nzk0MzkVAgASGBQz"
              : channel == "twilio" ? "SM00000000000000000000000a11ce0001"
                                    : "3EB0B430B6F8F1D0E053"),
      prism(description),
      words_of_429_(channel == "cloud"
                        ? R"({"error":{"message":"Rate limit hit","type":"OAuthException","code":130429}})"
                        : R"({"code":20429,"message":"Too Many Requests","status":429})"),
      words_of_500_(channel == "cloud"
                        ? R"({"error":{"message":"Something went wrong","type":"OAuthException","code":131000}})"
                    : channel == "twilio" ? R"({"code":20500,"message":"Internal Server Error","status":500})"
                                          : R"({"code":"INTERNAL_SERVER_ERROR","message":"try again"})"),
      proxy(prism.port(), [this](const Passage& request) { return decide(request); }) {}

Fate Line::decide(const Passage& request) {
    const std::string who = person_in(request);
    if (who.empty()) return usual(request);
    {
        const std::lock_guard lock(mutex_);
        const auto place = request.method + request.target.substr(0, request.target.find('?'));
        if (!met_.insert(place + " " + who).second) return usual(request);
    }
    switch (trouble_of(who)) {
        case Trouble::none:
            return usual(request);
        case Trouble::late: {
            Fate late = usual(request);
            late.latency = 300ms;
            return late;
        }
        case Trouble::reset:
            return Fate::reset();
        case Trouble::throttled:
            return Fate::refused(429, words_of_429_, "Retry-After: 1\r\n");
        case Trouble::broken:
            return Fate::refused(500, words_of_500_);
        case Trouble::page:
            return Fate::refused(500, "<html><body>Internal Server Error</body></html>");
        case Trouble::timeout:
            return is_send(request) ? Fate::timeout() : Fate::lost();
    }
    return usual(request);
}

// The mock's list of messages is a fixed example: Twilio's has what it took.
Fate Line::usual(const Passage& request) const {
    const bool lists = channel == "twilio" && request.method == "GET" && request.target.starts_with(twilio::messages);
    if (!lists) return Fate::none();
    twilio::Ledger ledger;
    for (const auto& taken : proxy.accepted())
        if (is_send(taken)) ledger.take(taken.body);
    return Fate::instead(200, ledger.list(request.target.substr(request.target.find('?') + 1)));
}

Stage::Stage()
    : host({"",
            {},
            {{"API_TOKEN", "s3cret"},
             {"API_RATE", "0"},
             {"PUBLIC_URL", twilio::public_url},
             {"WHITELISTED_USERS", admin_number}}}) {
    const std::vector<std::string> channels{"cloud", "twilio", "gateway"};
    for (std::size_t i = 0; i < channels.size(); ++i)
        lines.push_back(std::make_unique<Line>(channels[i], descriptions()[i]));
    host.start();
    for (const auto& line : lines) {
        const auto made = api().post(
            "/accounts", json::serialize(json::object{
                             {"channel", line->channel}, {"name", line->account}, {"fields", fields_of(*line)}}));
        CAPTURE(made.body);
        REQUIRE(made.status == 201);
    }
}

void Stage::post_meta(const std::string& value) const {
    const auto body = cloud::webhook("messages", cloud::value_of(value));
    REQUIRE(http(host.port(), "POST", "/webhooks/cloud/strict-cloud", body,
                 {{"Content-Type", "application/json"}, {"X-Hub-Signature-256", "sha256=" + cloud::sign(body)}})
                .status == 200);
}

void Stage::hear_from(std::size_t count) const {
    json::array texts;
    const auto hear = [&](const std::string& who) {
        texts.push_back(json::object{{"from", who},
                                     {"id", "wamid.in" + std::to_string(texts.size())},
                                     {"timestamp", std::to_string(std::time(nullptr))},
                                     {"type", "text"},
                                     {"text", {{"body", "hello"}}}});
        REQUIRE(twilio::post(host, twilio::text_form("hello", who), "/webhooks/twilio/strict-twilio").status < 300);
    };
    hear(admin_number);  // the only one who is answered, and shown that it was read
    for (std::size_t i = 0; i < count; ++i) hear(person(static_cast<int>(i)));
    post_meta(",\"messages\":" + json::serialize(texts));
}

void Stage::report_timeouts() const {
    json::array statuses;
    for (const auto& taken : lines[0]->proxy.accepted()) {
        if (!is_send(taken) || trouble_of(person_in(taken)) != Trouble::timeout) continue;
        statuses.push_back(
            json::object{{"id", "wamid.taken" + std::to_string(statuses.size())},
                         {"status", "delivered"},
                         {"timestamp", std::to_string(std::time(nullptr))},
                         {"recipient_id", person_in(taken)},
                         {"biz_opaque_callback_data", text_of(json::parse(taken.body), "biz_opaque_callback_data")}});
    }
    post_meta(",\"statuses\":" + json::serialize(statuses));
}

void Stage::show_presence() const {
    for (const auto& line : lines) {
        const json::object typing{
            {"account", line->account}, {"state", "typing"}, {"to", admin_number}, {"message", line->earlier}};
        REQUIRE(api().post("/presence", json::serialize(typing)).status == 204);
        if (line->channel == "gateway")
            REQUIRE(api().post("/presence", R"({"account":"strict-gateway","state":"available"})").status == 204);
        const auto accepted = [&](const std::string& sign) {
            const auto all = line->proxy.accepted();
            return std::any_of(all.begin(), all.end(), [&](const Passage& request) {
                return request.target.find(sign) != std::string::npos || request.body.find(sign) != std::string::npos;
            });
        };
        CAPTURE(line->channel);
        CHECK(eventually([&] {
            if (line->channel == "gateway") return accepted("/send/chat-presence") && accepted("/send/presence");
            if (line->channel == "twilio") return accepted("/Indicators/Typing");
            return accepted("typing_indicator") && accepted(R"("status":"read","message_id":"wamid.in0"})");
        }));
    }
}

}  // namespace parley::e2e::faults
