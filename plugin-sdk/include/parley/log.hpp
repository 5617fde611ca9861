// The host's log. Lines carry the id of the message being handled; control characters are escaped.
#pragma once

#include <string_view>

#include "abi/services/log.h"
#include "detail/bridge.hpp"

namespace parley {

class Log {
public:
    Log(detail::Link link, const parley_log* table) : link_(link), table_(table) {}

    void debug(std::string_view text) const { write(PARLEY_LOG_DEBUG, text); }
    void info(std::string_view text) const { write(PARLEY_LOG_INFO, text); }
    void warn(std::string_view text) const { write(PARLEY_LOG_WARN, text); }
    void error(std::string_view text) const { write(PARLEY_LOG_ERROR, text); }

private:
    void write(int level, std::string_view text) const { table_->write(link_.call, level, detail::str(text)); }

    detail::Link link_;
    const parley_log* table_;
};

}  // namespace parley
