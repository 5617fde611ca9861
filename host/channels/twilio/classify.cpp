#include "channels/twilio/classify.hpp"

#include "channels/no_answer.hpp"
#include "channels/provider_id.hpp"
#include "channels/timestamp.hpp"
#include "channels/twilio/errors.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

// A refusal {"code","message","more_info","status"}, or a message {"sid","status","error_code","error_message"}. A
// proxy's page of HTML leaves all of it empty.
struct Answer {
    int code = 0;
    std::string words, sid, status;
};

Answer read_answer(const std::string& body) {
    Answer answer;
    const Result<boost::json::value> document = parse_json(body);
    if (!document) return answer;
    JsonProblem problem;
    const JsonReader root(*document, problem);
    const auto code = root["code"] ? root["code"].int_or(0) : root["error_code"].int_or(0);
    if (code > 0 && code < 1'000'000) answer.code = static_cast<int>(code);
    answer.words = root["message"].string_or(root["error_message"].view_or(""));
    answer.sid = bounded_id(root["sid"].string_or(""));
    answer.status = root["status"].string_or("");
    return answer;
}

// Where the code is in no table, or there is none.
SendError::Class class_of_status(int status) {
    switch (status) {
        case 401:
        case 403:
            return SendError::Class::halted;
        case 408:
        case 409:
        case 425:
        case 503:
            return SendError::Class::transient;
        case 429:
            return SendError::Class::throttled;
        default:
            break;
    }
    if (status >= 300 && status < 400) return SendError::Class::halted;  // something else answers under that URL
    // 500, 502, 504: on this way or that it may have got through.
    return status < 500 ? SendError::Class::permanent : SendError::Class::in_doubt;
}

// "HTTP 400 63016: more than 24 hours ...: Failed to send freeform message ..."
std::string reason_of(int status, const Answer& answer) {
    std::string reason = "HTTP " + std::to_string(status);
    const std::string words = twilio_reason(answer.code, answer.words);
    if (!words.empty()) reason.append(answer.code != 0 ? " " : ": ").append(words);
    return reason;
}

}  // namespace

SendResult classify_twilio_answer(const net::ClientResult& answer, UnixMillis now) {
    if (!answer) return no_answer(answer.error(), "Twilio");
    const net::ClientResponse& response = *answer;
    const Answer body = read_answer(response.body);
    const bool refused_at_once = body.status == "failed" || body.status == "undelivered";
    const bool good = response.status >= 200 && response.status < 300;
    if (good && !refused_at_once && !body.sid.empty()) return Sent{body.sid};

    SendError error;
    if (good && body.sid.empty()) {
        // What Twilio takes it names. Its list of messages knows; where something else answers, that is no list either.
        error.kind = SendError::Class::in_doubt;
        error.reason = "HTTP " + std::to_string(response.status) +
                       " without a message id: check whether it is Twilio that answers under TWILIO_API_URL";
        return error;
    }
    const TwilioErrorRow* row = find_twilio_error(body.code);
    error.kind = row                       ? row->kind
                 : refused_at_once && good ? SendError::Class::permanent
                                           : class_of_status(response.status);
    error.alarm = row && row->alarm;
    error.opted_out = row && row->opted_out;
    error.code = body.code;
    error.reason = reason_of(response.status, body);
    error.retry_after_ms = retry_after_ms(response.headers.get("Retry-After"), now);
    return error;
}

Error twilio_error(const net::ClientResult& answer) {
    if (!answer) {
        return make_error(answer.error().error.code, "no answer from Twilio: " + answer.error().error.message);
    }
    const std::string reason = "Twilio refuses: " + reason_of(answer->status, read_answer(answer->body));
    switch (answer->status) {
        case 401:
        case 403:
            return make_error(Errc::unauthorized, reason);
        case 404:
        case 410:
            return make_error(Errc::not_found, reason);
        default:
            return make_error(Errc::unavailable, reason);
    }
}

}  // namespace parley::channels
