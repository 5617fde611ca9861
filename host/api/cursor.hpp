// Where a page of a list ended, as a text that means nothing to others. [any thread]
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace parley::api {

// `list` is a letter that tells one list's cursors from another's.
std::string cursor_to_text(char list, std::int64_t before);
// None: not made by cursor_to_text() for this list.
std::optional<std::int64_t> cursor_from_text(char list, std::string_view text);

}  // namespace parley::api
