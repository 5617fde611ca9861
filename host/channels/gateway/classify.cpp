#include "channels/gateway/classify.hpp"

#include <algorithm>

#include "channels/gateway/error_table.hpp"
#include "channels/no_answer.hpp"
#include "channels/provider_id.hpp"
#include "channels/timestamp.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

constexpr std::size_t kMaxWords = 300;

// {"code","message","results":{"message_id"}}; a proxy's page of HTML leaves all of it empty.
struct Answer {
    bool is_object = false;
    std::string code, words, message_id;
};

Answer read_answer(const std::string& body) {
    Answer answer;
    const Result<boost::json::value> document = parse_json(body);
    if (!document || !document->is_object()) return answer;
    answer.is_object = true;
    JsonProblem problem;
    const JsonReader root(*document, problem);
    answer.code = root["code"].text_or("");
    answer.words = root["message"].string_or("");
    answer.message_id = bounded_id(root["results"]["message_id"].string_or(""));
    return answer;
}

const GatewayErrorRow* find_row(int status, std::string_view code) {
    const auto row = std::find_if(std::begin(kGatewayErrors), std::end(kGatewayErrors), [&](const GatewayErrorRow& r) {
        return status >= r.first && status <= r.last && (r.code.empty() || r.code == code);
    });
    return row == std::end(kGatewayErrors) ? nullptr : row;
}

// "HTTP 400 VALIDATION_ERROR: phone: cannot be blank."
std::string reason_of(int status, const Answer& answer, std::string_view advice) {
    std::string reason = "HTTP " + std::to_string(status);
    if (!answer.code.empty()) reason.append(" ").append(text::truncate_utf8(answer.code, kMaxWords));
    if (!advice.empty()) reason.append(": ").append(advice);
    if (!answer.words.empty()) reason.append(": ").append(text::truncate_utf8(answer.words, kMaxWords));
    return reason;
}

// A page to sign in, a default page: every version of the gateway says in JSON that it took a message. An answer
// without any words is believed: whoever stands between may have dropped them.
bool is_somebody_else(const net::ClientResponse& response, const Answer& answer) {
    return !answer.is_object && !text::trim(response.body).empty();
}

Error file_error(const net::ClientResponse& response) {
    const std::string reason =
        "the gateway did not hand over the file: " + reason_of(response.status, read_answer(response.body), "");
    const bool leads_elsewhere =
        response.status >= 300 && response.status < 400;  // never followed: its files are its own
    return make_error(response.status == 404 ? Errc::not_found
                      : leads_elsewhere      ? Errc::denied
                                             : Errc::unavailable,
                      reason);
}

}  // namespace

SendResult classify_gateway_answer(const net::ClientResult& answer, UnixMillis now) {
    if (!answer) return no_answer(answer.error(), "the gateway");
    const net::ClientResponse& response = *answer;
    const Answer body = read_answer(response.body);
    SendError error;
    if (response.status >= 200 && response.status < 300) {
        if (!is_somebody_else(response, body)) return Sent{body.message_id};
        error.kind = SendError::Class::halted;
        error.reason =
            reason_of(response.status, body,
                      "what answers there is no gateway, for its answer is no JSON object; check the "
                      "gateway's URL (WHATSAPP_CLIENT_URL), and whether a proxy or a page to sign in stands before it");
        return error;
    }
    const GatewayErrorRow* row = find_row(response.status, body.code);
    error.kind = row ? row->kind : SendError::Class::in_doubt;
    error.reason = reason_of(response.status, body, row ? row->advice : "");
    error.retry_after_ms = retry_after_ms(response.headers.get("Retry-After"), now);
    return error;
}

bool is_session_lost(const net::ClientResult& answer) {
    return answer && answer->status == 401 && read_answer(answer->body).code == "AUTHENTICATION_ERROR";
}

Result<std::string> read_download_answer(const net::ClientResult& answer) {
    if (!answer) return answer.error().error;
    if (answer->status != 200) return file_error(*answer);
    const Result<boost::json::value> document = parse_json(answer->body);
    if (!document)
        return make_error(Errc::unavailable, "the gateway's answer cannot be read: " + document.error().message);
    JsonProblem problem;
    const JsonReader results = JsonReader(*document, problem)["results"];
    const std::string_view path = results["file_path"].view_or("");
    if (path.starts_with("statics/")) return std::string(path);
    // A gateway that keeps its files elsewhere names a path of its own disk; then the URL tells. Its host is not
    // trusted.
    const std::string_view url = results["file_url"].view_or("");
    const std::size_t at = url.find("/statics/");
    if (at == std::string_view::npos) return make_error(Errc::not_found, "the gateway has no file for this message");
    return std::string(url.substr(at + 1));
}

Result<void> check_file_answer(const net::ClientResult& answer) {
    if (!answer) return answer.error().error;
    if (answer->status != 200) return file_error(*answer);
    return {};
}

}  // namespace parley::channels
