#include "parley/abi/services/log.h"

#include "core/ids.hpp"
#include "core/text.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

void write(parley_call* call, std::int32_t level, parley_str words) {
    if (!call) return;
    const auto line = text::truncate_utf8(view(words), 4096);
    const auto severity = level <= PARLEY_LOG_DEBUG  ? LogLevel::debug
                          : level == PARLEY_LOG_INFO ? LogLevel::info
                          : level == PARLEY_LOG_WARN ? LogLevel::warn
                                                     : LogLevel::error;
    const auto& log = call->services.with().log;
    if (!log.enabled(severity)) return;
    const std::string trace = call->state.message ? call->state.message->trace : std::string();
    log.log(severity, "plugin.log", {{"plugin", call->plugin}, {"trace", trace}, {"text", line}});
    if (std::string kept(line); text::is_storable(kept))
        call->services.recent_log().add(call->plugin, {unix_now(), severity, std::move(kept), trace});
}

constexpr parley_log table{sizeof(parley_log), write};

}  // namespace

const void* const log_table = &table;

}  // namespace parley::services
