#include "api/etag.hpp"

#include <boost/json.hpp>

#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::api {

namespace json = boost::json;

std::string etag_of(const std::string& body) {
    json::error_code error;
    auto value = json::parse(body, error);
    if (error || !value.is_object() || !value.get_object().erase("live"))
        return '"' + crypto::sha256_hex(body).substr(0, 32) + '"';
    return '"' + crypto::sha256_hex(json::serialize(value)).substr(0, 32) + '"';
}

bool matches(std::string_view if_match, const std::string& etag) {
    if (text::trim(if_match) == "*") return true;
    while (!if_match.empty()) {
        const auto comma = if_match.find(',');
        if (text::trim(if_match.substr(0, comma)) == etag) return true;
        if_match = comma == std::string_view::npos ? std::string_view() : if_match.substr(comma + 1);
    }
    return false;
}

}  // namespace parley::api
