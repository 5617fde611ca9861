// Internal to check_payload(): questions to a JSON value whose answer is noted when it is wrong.
#pragma once

#include <initializer_list>
#include <string_view>

#include "core/json_reader.hpp"

namespace parley::channels::payload {

// Required, not empty, at most `most` characters.
void require_text(const JsonReader& field, std::size_t most);
// Optional, but text of at most `most` characters when it is there.
void allow_text(const JsonReader& field, std::size_t most);
// Required, between `least` and `most` items of a list.
bool require_items(const JsonReader& field, std::size_t least, std::size_t most);
// Required, one of these words.
bool require_one_of(const JsonReader& field, std::initializer_list<std::string_view> words);
// Required, an object with at least one member.
bool require_object(const JsonReader& field);
// Required, an http or https address.
void require_url(const JsonReader& field);

void check_interactive(const JsonReader& root);  // payload_interactive.cpp
void check_template(const JsonReader& root);     // payload_template.cpp

}  // namespace parley::channels::payload
