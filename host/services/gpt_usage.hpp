// parley_gpt.usage: what was used of the language model, for a plugin.
#pragma once

#include "parley/abi/base.h"

namespace parley::services {

parley_status gpt_usage(parley_call* call, parley_str request, parley_sink answer);

}  // namespace parley::services
