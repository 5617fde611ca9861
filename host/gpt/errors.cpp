#include "gpt/errors.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <charconv>
#include <ctime>

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::gpt {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t longest_message = 300;

std::string plain(std::string_view words) {
    std::string out;
    for (const char c : text::trim(words)) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    if (!text::is_storable(out)) {
        for (char& c : out)
            if (c == '\0' || static_cast<unsigned char>(c) >= 0x80) c = '?';
    }
    return std::string(text::truncate_utf8(out, longest_message));
}

// Of a page meant for eyes its title says most.
std::string of_a_page(std::string_view body) {
    const auto lower = text::to_lower_ascii(body.substr(0, 4096));
    const auto open = lower.find("<title>");
    const auto close = lower.find("</title>");
    std::string title;
    if (open != std::string::npos && close != std::string::npos && close > open)
        title = ": " + plain(body.substr(open + 7, close - open - 7));
    return "a web page instead of an answer" + title;
}

bool has(const std::string& words, std::initializer_list<std::string_view> any) {
    for (const auto word : any)
        if (words.find(word) != std::string::npos) return true;
    return false;
}

// A code inside a stream that began with 200, or a number where OpenAI has words.
int status_of(const ProviderError& error) {
    int number = 0;
    const auto& code = error.code;
    const auto [end, bad] = std::from_chars(code.data(), code.data() + code.size(), number);
    const bool is_status = bad == std::errc() && end == code.data() + code.size() && number >= 400 && number <= 599;
    if (is_status) return number;
    const auto words = error.words();
    if (has(words, {"rate_limit"})) return 429;
    if (has(words, {"server_error", "internal", "overloaded", "unavailable"})) return 503;
    // The question was taken, so it is the server that failed, unless it says otherwise.
    return has(words, {"invalid", "unsupported", "bad request", "badrequest", "not found"}) ? 400 : 500;
}

bool is_overflow(const std::string& words) {
    return has(words,
               {"context_length_exceeded", "exceed_context_size", "maximum context length", "context length exceeded",
                "context size", "context window", "exceeds the available context", "prompt is too long",
                "too many tokens", "string_above_max_length", "longer than the maximum", "n_ctx"});
}

Failure failure(Fault fault, const ProviderError& error, std::string advice, bool retry = false) {
    std::string message = error.message.empty() ? "no reason given" : error.message;
    if (error.status != 0) message += " (" + std::to_string(error.status) + ")";
    if (!advice.empty()) message += "; " + advice;
    return {{fault, std::move(message), {}}, retry, {}};
}

Failure by_status(const ProviderError& error, const std::string& words) {
    switch (error.status) {
        case 401:
        case 403:
            return failure(Fault::quota, error, "check openai_api_key");
        case 402:
            return failure(Fault::quota, error, "the account has no credit");
        case 404:
            return failure(Fault::invalid, error, "check openai_base_url and the model's name");
        case 408:
        case 409:
            return failure(Fault::away, error, "", true);
        case 413:
            return failure(Fault::too_long, error, "");
        case 429:
        case 529:  // overloaded, as some proxies say
            return failure(Fault::busy, error, "", true);
        default:
            break;
    }
    if (error.status >= 500) {
        const bool loading = error.status == 503 || has(words, {"loading", "overloaded"});
        return failure(loading ? Fault::busy : Fault::away, error, "", true);
    }
    return failure(Fault::invalid, error, "");
}

}  // namespace

bool is_web_page(std::string_view body) {
    return text::trim(body).starts_with('<');
}

std::string ProviderError::words() const {
    return text::to_lower_ascii(message + ' ' + type + ' ' + param + ' ' + code);
}

ProviderError error_from(int status, const boost::json::value& value) {
    JsonProblem problem;
    const JsonReader root(value, problem);
    const auto inside = root["error"];
    const auto read = inside.object() ? inside : root;
    ProviderError error;
    error.status = status;
    error.message = inside.is_string() ? inside.string_or("") : read["message"].string_or("");
    if (error.message.empty()) error.message = root["detail"].string_or("");
    if (error.message.empty() && root["detail"].present())
        error.message = boost::json::serialize(*root["detail"].value());
    error.message = plain(error.message);
    error.type = plain(read["type"].text_or(""));
    error.param = plain(read["param"].text_or(""));
    error.code = plain(read["code"].text_or(""));
    if (error.status == 0 || error.status == 200) error.status = status_of(error);
    return error;
}

ProviderError read_error(int status, std::string_view body) {
    const auto trimmed = text::trim(body);
    if (const auto parsed = parse_json(trimmed); parsed && parsed->is_object()) return error_from(status, *parsed);
    ProviderError error;
    error.status = status;
    if (is_web_page(trimmed)) {
        error.message = of_a_page(trimmed);
    } else {
        error.message = plain(trimmed);
    }
    return error;
}

std::optional<milliseconds> retry_wish(const net::Headers& headers, UnixMillis now) {
    const auto number = [](std::string_view text) -> std::optional<double> {
        text = text::trim(text);
        double value = 0;
        const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (bad != std::errc() || end != text.data() + text.size() || !(value >= 0)) return std::nullopt;
        return std::min(value, 1e9);
    };
    if (const auto ms = number(headers.get("Retry-After-Ms"))) return milliseconds(static_cast<std::int64_t>(*ms));
    const auto field = text::trim(headers.get("Retry-After"));
    if (const auto seconds = number(field)) return milliseconds(static_cast<std::int64_t>(*seconds * 1000));
    std::tm date{};
    const std::string text(field);  // strptime's answer points into it
    const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
    if (field.empty() || !end || *end != '\0') return std::nullopt;
    return milliseconds(std::max<std::int64_t>(static_cast<std::int64_t>(timegm(&date)) * 1000 - now, 0));
}

Failure classify(const ProviderError& error, const net::Headers& headers, UnixMillis now) {
    const auto words = error.words();
    Failure result;
    if (is_overflow(words)) {
        result = failure(Fault::too_long, error, "");
    } else if (has(words, {"insufficient_quota", "exceeded your current quota", "billing_hard_limit", "credit",
                           "billing_not_active", "payment required"})) {
        result = failure(Fault::quota, error, "look at the account's billing");
    } else if (has(words, {"content_filter", "content_policy", "moderation_blocked", "safety system",
                           "content management policy"})) {
        result = failure(Fault::refused, error, "");
    } else if (has(words, {"invalid_api_key", "incorrect api key"})) {
        result = failure(Fault::quota, error, "check openai_api_key");
    } else {
        result = by_status(error, words);
    }
    // Said by what stands between, which handed the question on and waited in vain. A 502 says mostly that nobody was
    // there to be asked.
    result.error.in_doubt = error.status == 504 || error.status == 524;
    const auto says = text::to_lower_ascii(headers.get("X-Should-Retry"));
    const bool transient = result.error.fault == Fault::busy || result.error.fault == Fault::away;
    if (says == "false") result.retry = false;
    if (says == "true" && (transient || result.error.fault == Fault::invalid)) result.retry = true;
    result.wait = retry_wish(headers, now);
    return result;
}

Failure classify(const net::ClientError& error) {
    const auto code = error.error.code;
    Failure result{{Fault::away, error.error.message, {}}, true, {}};
    if (code == Errc::timeout) result.error.fault = Fault::timeout;
    if (code == Errc::overloaded) result.error.fault = Fault::busy;
    if (code == Errc::denied || code == Errc::invalid || code == Errc::too_large) {
        result.error.fault = Fault::invalid;
        result.retry = false;
    }
    if (code == Errc::gone) result.retry = false;
    // A redirect that is not followed, or to where nobody may go, is no model's answer.
    result.error.in_doubt = error.progress == net::Progress::in_doubt && code != Errc::denied && code != Errc::invalid;
    return result;
}

std::optional<milliseconds> next_attempt(const Failure& failure, int attempts, milliseconds left, double chance,
                                         const RetryRules& rules) {
    if (!failure.retry || attempts >= rules.attempts) return std::nullopt;
    if (failure.wait && *failure.wait > rules.longest_wish) return std::nullopt;
    const auto most = std::min(rules.longest, rules.base * (1 << std::min(attempts - 1, 10)));
    auto wait = milliseconds(static_cast<std::int64_t>(static_cast<double>(most.count()) * chance));
    // Everybody was told the same time: spread who comes back after it.
    if (failure.wait) wait = *failure.wait + wait / 4;
    if (wait + milliseconds(100) >= left) return std::nullopt;
    return wait;
}

}  // namespace parley::gpt
