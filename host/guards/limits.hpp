// The daily limits as admins set them.
#pragma once

#include "config/settings.hpp"
#include "guards/allowance.hpp"

namespace parley::guards {

// [any thread]
Limits limits_from(const config::Settings& settings);

}  // namespace parley::guards
