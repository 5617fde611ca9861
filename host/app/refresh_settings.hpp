// What others changed in table settings, taken into memory.
#pragma once

#include "config/settings.hpp"
#include "core/executor.hpp"
#include "core/unique_function.hpp"
#include "db/pool.hpp"

namespace parley::app {

// [I/O thread] All outlive `done`, which comes once, on the executor; when the database cannot be read things stay as
// they are.
void refresh_settings(db::Pool& pool, Executor& executor, config::Settings& settings, UniqueFunction<void()> done);

}  // namespace parley::app
