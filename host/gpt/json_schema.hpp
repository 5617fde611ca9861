// Does a value fit a JSON Schema? The part of it that is used for answers and tools: type, enum, const, properties,
// required, additionalProperties, items, anyOf, oneOf, allOf, $ref into the same schema, and limits of numbers, lengths
// and sizes. Patterns and formats are not looked at: the schema may come from a plugin, the text from a model, and
// together they could make a regular expression run for ever. Pure.
#pragma once

#include <boost/json/fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace parley::gpt {

// What is wrong, with its path: "items[2].price: is not a number". None: it fits.
std::optional<std::string> mismatch(const boost::json::value& value, const boost::json::value& schema);

// The JSON in an answer, bare or in a code fence with words around it, if it fits. Errc::invalid says what is wrong, in
// words that a model can mend it by.
Result<std::string> extract_json(std::string_view answer, std::string_view schema);

// The schema of an object that `text` is; of any object when it is none.
boost::json::value schema_object(std::string_view text);

// Can OpenAI bind a model to it strictly? Every object names all of its properties as required and allows no others.
bool is_strict(const boost::json::value& schema);

}  // namespace parley::gpt
