#include "channels/cloud/classify.hpp"

#include <algorithm>

#include "channels/cloud/errors.hpp"
#include "channels/no_answer.hpp"
#include "channels/provider_id.hpp"
#include "channels/timestamp.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::channels {

namespace {

using Class = SendError::Class;

constexpr int kLongestPairWaitMs = 900'000;

// What a status alone tells, when a proxy answered in Meta's place or the code is new.
Class class_of_status(int status) {
    if (status == 429) return Class::throttled;
    if (status == 401 || (status >= 300 && status < 400)) return Class::halted;
    if (status == 408 || status == 425 || status == 503) return Class::transient;
    return status >= 500 || status < 300 ? Class::in_doubt : Class::permanent;
}

// Meta's rule: 4^X seconds, X from 0.
int pair_wait_ms(int attempts) {
    int wait = 1'000;
    for (int n = 1; n < attempts && wait < kLongestPairWaitMs; ++n) wait *= 4;
    return std::min(wait, kLongestPairWaitMs);
}

SendError from_graph_error(const GraphError& graph, int status, int attempts) {
    SendError error;
    error.code = graph.code;
    error.kind = class_of_status(status);
    // An answer of Meta's own is no doubt: it says that nothing was sent.
    if (error.kind == Class::in_doubt || graph.is_transient) error.kind = Class::transient;
    if (is_token_error(status, graph.code)) error.kind = Class::halted;
    error.alarm = error.kind == Class::halted;
    const CloudErrorRow* row = graph.code == 0 && status != 401 ? nullptr : find_cloud_error(graph.code);
    error.reason = to_words(graph);
    if (!row) return error;
    const bool given_up = row->most_attempts > 0 && attempts >= row->most_attempts;
    error.kind = given_up ? Class::permanent : row->kind;
    error.alarm = row->alarm;
    error.opted_out = row->opted_out;
    error.retry_after_ms = row->kind == Class::crowded ? pair_wait_ms(attempts) : row->wait_ms;
    error.reason.append(": ").append(row->advice);
    if (error.kind == Class::halted) {
        const std::string_view problem = token_problem(graph.subcode);
        if (!problem.empty()) error.reason.append(" (").append(problem).append(")");
    }
    return error;
}

}  // namespace

SendResult classify_cloud_answer(const net::ClientResult& answer, int attempts, UnixMillis now) {
    const bool is_good = answer && answer->status >= 200 && answer->status < 300;
    if (!is_good || read_graph_error(answer->body).present) return cloud_send_error(answer, attempts, now);
    const Result<boost::json::value> document = parse_json(answer->body);
    JsonProblem ignored;
    const std::string id = document ? JsonReader(*document, ignored)["messages"][0]["id"].string_or("") : "";
    if (!id.empty()) return Sent{bounded_id(id)};
    // Whoever answered did not say what became of it.
    return SendError{Class::in_doubt, "HTTP " + std::to_string(answer->status) + " without the message's id"};
}

SendError cloud_send_error(const net::ClientResult& answer, int attempts, UnixMillis now) {
    if (!answer) {
        const Error& failure = answer.error().error;
        // There is no token: nothing was asked of Meta.
        if (failure.code == Errc::unauthorized) return {Class::halted, failure.message, 0, true, 0};
        return no_answer(answer.error(), "Meta");
    }
    const GraphError graph = read_graph_error(answer->body);
    SendError error;
    if (graph.present) {
        error = from_graph_error(graph, answer->status < 300 ? 400 : answer->status, attempts);
    } else {
        error.kind = class_of_status(answer->status);
        error.reason = "HTTP " + std::to_string(answer->status) + " that is not Meta's own";
    }
    error.retry_after_ms = std::max(error.retry_after_ms, retry_after_ms(answer->headers.get("Retry-After"), now));
    return error;
}

std::string describe_cloud_failure(const GraphError& error) {
    std::string words = to_words(error);
    if (const CloudErrorRow* row = error.code != 0 ? find_cloud_error(error.code) : nullptr)
        words.append(": ").append(row->advice);
    return words;
}

}  // namespace parley::channels
