#include "channels/gateway/probe.hpp"

#include "channels/gateway/classify.hpp"
#include "core/json_reader.hpp"

namespace parley::channels {

namespace {

// {"code", "message", "results": {"is_connected", "is_logged_in", "device_id", "jid"}}
ProbeLine read_session(const JsonReader& results) {
    if (!results["is_logged_in"].bool_or(false))
        return {false, "the gateway is not logged in to WhatsApp",
                "open the gateway in a browser and scan its QR code with the phone"};
    if (!results["is_connected"].bool_or(true))
        return {false, "the gateway has lost its connection to WhatsApp",
                "call its /app/reconnect, or start it again; messages wait meanwhile"};
    const std::string who = results["jid"].string_or("");
    return {true, "the gateway is logged in to WhatsApp" + (who.empty() ? std::string() : " as " + who), {}};
}

ProbeLine read_answer(const net::ClientResult& answer) {
    if (!answer)
        return {false, "the gateway does not answer: " + answer.error().error.message,
                "check its address (WHATSAPP_CLIENT_URL, or the account's base_url) and that it runs"};
    if (answer->status < 200 || answer->status >= 300) {
        const SendError refused = classify_gateway_answer(answer, 0).error();
        if (answer->status == 404 && refused.kind == SendError::Class::permanent)
            return {true, "the gateway answers; one of its version does not tell whether it is logged in", {}};
        return {false, "the gateway refuses: " + refused.reason,
                "mend that at the gateway or in the account, then test again"};
    }
    if (const Result<boost::json::value> document = parse_json(answer->body)) {
        JsonProblem problem;
        const JsonReader results = JsonReader(*document, problem)["results"];
        if (results.object()) return read_session(results);
    }
    return {false, "what answers there is no gateway", "check the address: WHATSAPP_CLIENT_URL, or base_url"};
}

ProbeLine look_at_secret(const GatewayConfig& config) {
    if (!config.webhook_secret.empty()) return {true, "webhooks are taken when signed with the configured secret", {}};
    if (config.allow_unsigned) return {true, "webhooks are taken without a signature, as configured", {}};
    return {false, "no webhook secret is configured: every webhook is refused",
            "give the gateway's secret (its --webhook-secret) as GATEWAY_WEBHOOK_SECRET or webhook_secret"};
}

}  // namespace

std::vector<ProbeLine> read_gateway_status(const GatewayConfig& config, const net::ClientResult& answer) {
    return {read_answer(answer), look_at_secret(config)};
}

}  // namespace parley::channels
