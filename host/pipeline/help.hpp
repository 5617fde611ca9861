// The help texts, made from what plugins tell about their commands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugins/runtime.hpp"

namespace parley::pipeline {

// All commands that this kind of user may see. `prefix` is "/", "./", "/admin " or "./admin ". `converses`: plain words
// are answered, so /reset is of use.
std::string help_overview(const std::vector<plugins::CommandInfo>& commands, bool admin, std::string_view prefix,
                          bool converses = false);

// The overview for everybody, and then each of its commands in full: what a language model is told.
std::string help_in_full(const std::vector<plugins::CommandInfo>& commands, std::string_view prefix);

// One command in full. `typed` is how it is typed here: "/echo", "./admin setting".
std::string help_for(const plugins::CommandInfo& command, std::string_view typed);

}  // namespace parley::pipeline
