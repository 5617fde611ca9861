// SQL for a time as the API writes it.
#pragma once

#include <string>

namespace parley::db {

// "2025-01-25T10:00:00Z"; '' for null. `column` is ours, never input. Connections are in UTC.
inline std::string iso_time(const std::string& column) {
    return "coalesce(to_char(" + column + ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), '')";
}

}  // namespace parley::db
