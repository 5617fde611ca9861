// JSON Schema, as far as the API's document uses it: is this value what the document says? What is asked of us is
// checked with it before a handler sees it, and our answers in the tests.
//
// The keywords: $ref (into the same document), type, enum, const, properties, required, additionalProperties, items,
// minItems, maxItems, maxProperties, minLength, maxLength, minimum, maximum, exclusiveMinimum, oneOf, anyOf, allOf.
// `format` and
// `pattern` are words for readers and checked where the value is used: std::regex goes as deep as a text is long.
// Debian's one library for this (libvalijson-dev) would bring Qt and five JSON libraries with it. [any thread]
#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <string>

namespace parley::api {

// What is wrong with `value` first: "body.to: must be a text". None: nothing. `document` is where references lead;
// `where` names the value.
std::optional<std::string> violation(const boost::json::object& document, const boost::json::value& schema,
                                     const boost::json::value& value, const std::string& where);

// The schema itself: a reference is followed. Throws std::logic_error when it leads nowhere.
const boost::json::object& resolved(const boost::json::object& document, const boost::json::value& schema);

// A keyword that violation() does not know, with where it stands; none: all is well. For tests.
std::optional<std::string> unknown_keyword(const boost::json::value& schema, const std::string& where);

}  // namespace parley::api
