#include "net/cross_origin.hpp"

#include <algorithm>

#include "net/grammar.hpp"

namespace parley::net {

namespace {
constexpr const char* request_headers =
    "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range";
constexpr const char* answer_headers =
    "Content-Range, ETag, Idempotency-Replayed, Location, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, "
    "Retry-After, WWW-Authenticate";
constexpr const char* preflight_lives = "600";  // seconds
}  // namespace

std::string listed_origin(const Request& request, const std::vector<std::string>& origins) {
    const auto& fields = request.headers.all();
    const auto is_origin = [](const auto& field) { return grammar::same_name(field.first, "Origin"); };
    if (std::count_if(fields.begin(), fields.end(), is_origin) != 1) return {};
    const auto found = std::find(origins.begin(), origins.end(), request.headers.get("Origin"));
    return found == origins.end() ? std::string() : *found;
}

std::optional<Response> answer_preflight(const Request& request, std::string_view methods) {
    if (request.method != "OPTIONS" || !request.headers.has("Access-Control-Request-Method")) return std::nullopt;
    Response response;
    response.status = 204;
    response.headers.set("Access-Control-Allow-Methods", std::string(methods));
    response.headers.set("Access-Control-Allow-Headers", request_headers);
    response.headers.set("Access-Control-Max-Age", preflight_lives);
    return response;
}

void let_read(Response& response, const std::string& origin) {
    response.headers.add("Vary", "Origin");  // without one as well: a cache must not give that to the other
    if (origin.empty()) return;
    response.headers.set("Access-Control-Allow-Origin", origin);
    response.headers.set("Access-Control-Expose-Headers", answer_headers);
}

}  // namespace parley::net
