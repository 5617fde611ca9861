// ETag and If-Match, of what people edit. [any thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::api {

// Of the JSON that a path shows; how it does at the moment ("live") is nobody's edit.
std::string etag_of(const std::string& body);
// Does this If-Match let an edit of it through?
bool matches(std::string_view if_match, const std::string& etag);

}  // namespace parley::api
