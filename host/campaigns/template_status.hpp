// Keeps table `templates` in step with what Meta tells about templates. [I/O thread]
#pragma once

#include "core/executor.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"

namespace parley::campaigns {

// Is this event a template's fate ("message_template_status_update"), or its new category
// ("template_category_update")? Otherwise nothing is to be noted.
bool is_about_template(const AccountEvent& event);

// `written` is called once. An event that names no template is noted as nothing.
void note_template(Executor& executor, db::Pool& pool, const AccountEvent& event,
                   UniqueFunction<void(Result<void>)> written);

}  // namespace parley::campaigns
