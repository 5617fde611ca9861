// Questions and small changes to UTF-8 text. "Case" here is ASCII case: commands, header values, host names. [any
// thread]
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace parley::text {

// Well-formed UTF-8: no overlong forms, no surrogates, nothing above U+10FFFF. U+0000 is well formed, see has_nul().
bool is_valid_utf8(std::string_view text);

// PostgreSQL ends a text value at U+0000 without a word, so no text that contains one may get past an edge of the host.
bool has_nul(std::string_view text);

// Fit to be stored and shown: valid UTF-8 without U+0000.
bool is_storable(std::string_view text);

// Looks like what it is: valid UTF-8 without characters that cannot be seen or change how others are shown, which are
// control characters, format characters (such as those that turn the direction of writing) and ends of lines:
// categories Cc, Cf, Zl and Zp of Unicode 15.
bool shows_what_it_is(std::string_view text);

// U+00A0 becomes a plain space: phones write it where people typed a space.
std::string replace_nbsp(std::string_view text);

// Without ASCII white space at both ends.
std::string_view trim(std::string_view text);

// Characters (code points) of valid UTF-8: what providers and schemas mean by a text's length.
std::size_t characters(std::string_view text);

// At most `max_bytes` of valid UTF-8 text, never half a character.
std::string_view truncate_utf8(std::string_view text, std::size_t max_bytes);

std::string to_lower_ascii(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);
bool starts_with_ignoring_case(std::string_view text, std::string_view prefix);

// Not empty and 0 to 9 only.
bool is_digits(std::string_view text);

}  // namespace parley::text
