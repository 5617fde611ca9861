#include "api/access.hpp"

#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::api {
namespace {

net::Response unauthorized(const char* what_to_do) {
    auto response = net::Response::problem(401, "unauthorized", what_to_do);
    response.headers.set("WWW-Authenticate", "Bearer");
    return response;
}

}  // namespace

std::optional<net::Response> refusal(const net::Request& request, const Secret& token) {
    if (request.local) return std::nullopt;
    if (token.empty())
        return unauthorized(
            "this API is closed: set API_TOKEN in the host's environment or .env file to a long random text "
            "(`openssl rand -hex 32` makes one), start the host again, and send \"Authorization: Bearer <API_TOKEN>\"");
    constexpr std::string_view scheme = "Bearer ";
    const std::string_view given = request.headers.get("Authorization");
    if (text::starts_with_ignoring_case(given, scheme) &&
        crypto::equal_constant_time(text::trim(given.substr(scheme.size())), token.reveal()))
        return std::nullopt;
    return unauthorized("send \"Authorization: Bearer <API_TOKEN>\" with the token that this host was started with");
}

}  // namespace parley::api
