// Media as it stands in a row: a small JSON object of our own.
#pragma once

#include <string>
#include <string_view>

#include "core/message.hpp"

namespace parley::db {

std::string media_to_json(const Media& media);
// Empty text gives a Media of kind none. Throws std::invalid_argument for what we did not write.
Media media_from_json(std::string_view text);

}  // namespace parley::db
