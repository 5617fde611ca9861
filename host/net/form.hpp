// Percent-encoding and application/x-www-form-urlencoded. Decoding is strict: a '%' without two hex digits is an error.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"

namespace parley::net {

using FormFields = std::vector<std::pair<std::string, std::string>>;

// All but letters, digits and "-._~" as %XX: safe in a path segment and in a query.
std::string percent_encode(std::string_view text);
std::optional<std::string> percent_decode(std::string_view text);

// "a=1&b=x+y", with ' ' as '+'.
std::string form_encode(const FormFields& fields);
Result<FormFields> form_decode(std::string_view text);
// The first field of that name, decoded; none if it is not there or broken.
std::optional<std::string> form_value(std::string_view text, std::string_view name);

}  // namespace parley::net
