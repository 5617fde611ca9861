// `parley campaign create`: a draft, filled from a file of recipients.
#pragma once

#include <CLI/CLI.hpp>

#include "config/config.hpp"

namespace parley::app {

// Gives the verb its options. `config` and `result` outlive it.
void add_campaign_create(CLI::App& verb, const config::Config& config, int& result);

}  // namespace parley::app
