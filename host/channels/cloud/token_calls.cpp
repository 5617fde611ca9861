// What is asked of Meta about tokens, and its answers.
#include "channels/cloud/token.hpp"
#include "core/json_reader.hpp"

namespace parley::channels {

net::ClientRequest exchange_request(const Graph& graph, const CloudConfig& config, const StoredToken& old) {
    net::FormFields query{{"grant_type", "fb_exchange_token"},
                          {"client_id", config.app_id},
                          {"client_secret", config.app_secret.reveal()},
                          {"fb_exchange_token", old.token.reveal()}};
    if (old.system_user) query.emplace_back("set_token_expires_in_60_days", "true");
    return graph.get("/oauth/access_token", query, Secret());
}

Result<StoredToken> read_exchange_answer(const net::ClientResult& answer, const StoredToken& old, UnixMillis now) {
    const Result<boost::json::value> document = read_graph_answer(answer);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader root(*document, problem);
    StoredToken fresh;
    fresh.token = Secret(root["access_token"].string_or(""));
    if (fresh.token.empty()) return make_error(Errc::unavailable, "Meta's answer to the exchange holds no token");
    fresh.obtained_at = now;
    fresh.system_user = old.system_user;
    const std::int64_t seconds = root["expires_in"].int_or(0);
    // Without an end Meta may mean "never", or leave it out: debug_token tells.
    if (seconds > 0) fresh.expires_at = now + seconds * 1000;
    return fresh;
}

net::ClientRequest debug_request(const Graph& graph, const CloudConfig& config, const Secret& token) {
    const bool has_app = !config.app_id.empty() && !config.app_secret.empty();
    const Secret asker = has_app ? Secret(config.app_id + "|" + config.app_secret.reveal()) : token;
    return graph.get("/debug_token", {{"input_token", token.reveal()}}, asker);
}

Result<StoredToken> read_debug_answer(const net::ClientResult& answer, StoredToken token) {
    const Result<boost::json::value> document = read_graph_answer(answer);
    if (!document) return document.error();
    JsonProblem problem;
    const JsonReader data = JsonReader(*document, problem)["data"];
    if (!data["is_valid"].bool_or(false)) {
        return make_error(Errc::unauthorized, "Meta says the access token is not valid: " +
                                                  data["error"]["message"].string_or("give the account a new one"));
    }
    const std::int64_t expires = data["expires_at"].int_or(-1);
    if (expires >= 0) token.expires_at = expires * 1000;
    const std::int64_t issued = data["issued_at"].int_or(0);
    if (issued > 0) token.obtained_at = issued * 1000;
    token.system_user = data["type"].view_or("") == "SYSTEM_USER";
    return token;
}

}  // namespace parley::channels
