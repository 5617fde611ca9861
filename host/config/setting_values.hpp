// The values of settings as text: what people write, and its normal form. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.hpp"

namespace parley::config {

// "1, 2" -> "1", "2": separated by commas, white space does not count.
std::vector<std::string> split_list(std::string_view text);

// The normal form of a value that this setting can take ("Yes" -> "true"). Errc::invalid with the setting's name.
Result<std::string> normal_value(const SettingDefinition& definition, std::string_view value);

}  // namespace parley::config
