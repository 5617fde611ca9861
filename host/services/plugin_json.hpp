// A plugin as JSON: for the plugins service, the control API and the CLI alike.
#pragma once

#include <string>

#include "plugins/runtime.hpp"

namespace parley::services {

std::string to_json(const plugins::PluginInfo& info);

}  // namespace parley::services
