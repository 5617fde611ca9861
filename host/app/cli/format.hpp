// How verbs read a host's answers and show them. Plain functions.
#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <string>

#include "config/config.hpp"

namespace parley::app {

// A member as text, whatever it is; empty when it is not there. And a list of texts as words.
std::string text_of(const boost::json::object& object, const char* name);
std::string words_of(const boost::json::object& object, const char* name);
// A member that is a whole number; otherwise 0.
std::int64_t number_of(const boost::json::object& object, const char* name);

// With the directories filled in.
config::Config completed(config::Config config);

// Bytes that would command the terminal are shown, not obeyed.
std::string printable(const std::string& text);

}  // namespace parley::app
