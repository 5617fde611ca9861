// How the settings come up with the host.
#pragma once

#include "config/config.hpp"
#include "config/settings.hpp"
#include "core/log.hpp"
#include "db/pool.hpp"

namespace parley::app {

// [blocks; not on the I/O thread] Fills `settings` from the database, and first the database with what the environment
// names and it has no value for. Warns in the log of variables that do not count because the database has another
// value, and of a debug mode that leaves people without an answer. Errors say what to mend.
Result<void> load_settings(config::Settings& settings, const config::Environment& environment, db::Pool& pool,
                           const Logger& log);

}  // namespace parley::app
