#include "support/cloud.hpp"

#include "core/crypto.hpp"

namespace parley::e2e::cloud {

namespace json = boost::json;

std::string sign(const std::string& body, const std::string& secret) {
    return crypto::HmacSha256(Secret(secret)).mac_hex(body);
}

std::string webhook(const std::string& field, const std::string& value, const std::string& business) {
    return R"({"object":"whatsapp_business_account","entry":[{"id":")" + business + R"(","changes":[{"field":")" +
           field + R"(","value":)" + value + "}]}]}";
}

std::string value_of(const std::string& rest, const std::string& number) {
    return R"({"messaging_product":"whatsapp","metadata":{"display_phone_number":"15550783881",)"
           R"("phone_number_id":")" +
           number + "\"}" + rest + "}";
}

std::string text_webhook(const std::string& text, const std::string& from, const std::string& id,
                         const std::string& number) {
    return webhook("messages", value_of(R"(,"contacts":[{"profile":{"name":"Ann"},"wa_id":")" + from +
                                            R"("}],"messages":[{"from":")" + from + R"(","id":"wamid.)" + id +
                                            R"(","timestamp":"1749416383","type":"text","text":{"body":)" +
                                            json_string(text) + "}}]",
                                        number));
}

json::object json_of(const net::Request& request) {
    return json::parse(request.body).as_object();
}

std::string text_of(const json::object& message) {
    return std::string(message.at("text").at("body").as_string());
}

CloudStage::CloudStage(Environment more)
    : graph({{"POST", "/v25.0/{id}/messages"},
             {"POST", "/v25.0/{id}/media"},
             {"GET", "/v25.0/debug_token"},
             {"GET", "/v25.0/oauth/access_token"},
             {"GET", "/v25.0/{id}"},
             {"GET", "/v25.0/{id}/{edge}"},
             {"POST", "/v25.0/{id}/message_templates"},
             {"DELETE", "/v25.0/{id}/message_templates"},
             {"GET", "/files/{name}"}},
            [this](const net::Request& request) { return usual(request); }),
      host([&] {
          Environment environment{
              {"WHATSAPP_PHONE_NUMBER_ID", number_id},       {"WHATSAPP_BUSINESS_ACCOUNT_ID", business_id},
              {"WHATSAPP_ACCESS_TOKEN", "EAAG-first-token"}, {"WHATSAPP_APP_SECRET", app_secret},
              {"WHATSAPP_VERIFY_TOKEN", "correct horse"},    {"WHATSAPP_API_URL", graph.url()}};
          for (const auto& [name, value] : more) environment[name] = value;
          return HostOptions{"", sample_plugins(), environment};
      }()) {
    host.start();
}

std::optional<net::Response> CloudStage::usual(const net::Request& request) {
    if (!request.path.ends_with("/messages"))
        return net::Response::json(200, R"({"data":{"is_valid":true,"expires_at":0}})");
    return net::Response::json(200, R"({"messaging_product":"whatsapp","contacts":[{"input":"x","wa_id":"x"}],)"
                                    R"("messages":[{"id":"wamid.out)" +
                                        std::to_string(++number) + R"("}]})");
}

Answer CloudStage::post(const std::string& body, const std::string& route) const {
    return http(host.port(), "POST", route, body,
                {{"Content-Type", "application/json"}, {"X-Hub-Signature-256", "sha256=" + sign(body)}});
}

Answer CloudStage::say(const std::string& text, const std::string& from, const std::string& id) const {
    return post(text_webhook(text, from, id));
}

Answer CloudStage::status(const std::string& provider_id, const std::string& ours, const std::string& to) const {
    return post(webhook("messages", value_of(R"(,"statuses":[{"id":")" + provider_id +
                                             R"(","status":"delivered","timestamp":"1749416390","recipient_id":")" +
                                             to + R"(","biz_opaque_callback_data":")" + ours + R"("}])")));
}

std::vector<json::object> CloudStage::sent_to(const std::string& to, const std::string& number_of) const {
    std::vector<json::object> found;
    for (const auto& request : graph.requests_to(graph_path + number_of + "/messages")) {
        auto body = json_of(request);
        const auto* recipient = body.if_contains("to");
        if (recipient && recipient->is_string() && recipient->as_string() == "+" + to && body.contains("type"))
            found.push_back(std::move(body));
    }
    return found;
}

}  // namespace parley::e2e::cloud
