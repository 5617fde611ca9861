// What a provider's refusal means: whose fault it is and whether it is worth another try. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/message.hpp"
#include "gpt/model.hpp"
#include "net/client.hpp"

namespace parley::gpt {

// What the provider said, in whichever form: {"error":{"message","type","param","code"}} with any of them null or a
// number, {"error":"..."}, {"detail":...}, {"object":"error",...}, a page of HTML, nothing.
struct ProviderError {
    int status = 0;       // of HTTP, or what the code inside a stream amounts to; 0: neither
    std::string message;  // plain words, at most 300 bytes
    std::string type, param, code;

    // All of it in lower case, to look for words in.
    std::string words() const;
};

ProviderError read_error(int status, std::string_view body);
// `value`: an object that has a member "error", or is what such a member holds.
ProviderError error_from(int status, const boost::json::value& value);

// Meant for eyes: of a proxy, or of some other server than was thought. No model has answered.
bool is_web_page(std::string_view body);

struct Failure {
    ModelError error;
    bool retry = false;
    std::optional<std::chrono::milliseconds> wait;  // as the provider wishes
};

// `now` is for a Retry-After that names a date. A wish for more than two minutes is no retry.
Failure classify(const ProviderError& error, const net::Headers& headers, UnixMillis now);
Failure classify(const net::ClientError& error);

// Retry-After-Ms, or Retry-After in seconds (perhaps with a fraction) or as a date; none when there is no usable one.
std::optional<std::chrono::milliseconds> retry_wish(const net::Headers& headers, UnixMillis now);

struct RetryRules {
    int attempts = 3;
    std::chrono::milliseconds base{500}, longest{8'000};
    std::chrono::milliseconds longest_wish{120'000};
};

// How long to wait before the next attempt after `attempts` of them, full jitter by `chance` in [0, 1); none: it is
// over, since there were enough, it is not worth it, or nothing would be left of the time.
std::optional<std::chrono::milliseconds> next_attempt(const Failure& failure, int attempts,
                                                      std::chrono::milliseconds left, double chance,
                                                      const RetryRules& rules = {});

}  // namespace parley::gpt
