// Logging: an event name and fields, written as one line of JSON or for human eyes. Control characters are escaped,
// what looks like a phone number in a text is masked, secrets belong into Secret (which has no way in here). spdlog
// does the writing.
#pragma once

#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

namespace parley {

enum class LogLevel { debug, info, warn, error };
const char* to_string(LogLevel level);  // "debug", ...
enum class LogFormat { human, json };

struct LogField {
    std::string_view name;
    std::variant<std::int64_t, double, bool, std::string> value;

    LogField(std::string_view n, std::string v) : name(n), value(std::move(v)) {}
    LogField(std::string_view n, std::string_view v) : name(n), value(std::string(v)) {}
    LogField(std::string_view n, const char* v) : name(n), value(std::string(v)) {}
    LogField(std::string_view n, bool v) : name(n), value(v) {}
    LogField(std::string_view n, double v) : name(n), value(v) {}
    template <class Int>
    requires(std::is_integral_v<Int> && !std::is_same_v<Int, bool>) LogField(std::string_view n, Int v)
        : name(n), value(static_cast<std::int64_t>(v)) {}
};

// [any thread] Cheap to copy. Never throws; when the disk is full lines are dropped.
class Logger {
public:
    Logger();  // writes nowhere
    // `stream` must outlive it and its copies: stderr, say.
    static Logger to(std::FILE* stream, LogFormat format, LogLevel level);

    bool enabled(LogLevel level) const;
    void log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const;

    void debug(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        if (enabled(LogLevel::debug)) log(LogLevel::debug, event, fields);
    }
    void info(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        if (enabled(LogLevel::info)) log(LogLevel::info, event, fields);
    }
    void warn(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        if (enabled(LogLevel::warn)) log(LogLevel::warn, event, fields);
    }
    void error(std::string_view event, std::initializer_list<LogField> fields = {}) const {
        if (enabled(LogLevel::error)) log(LogLevel::error, event, fields);
    }

private:
    struct Sink;
    std::shared_ptr<Sink> sink_;
};

// "923001234567" -> "92*******567": enough to follow one person through a log, not enough to call them.
std::string mask_phone(std::string_view number);
// Every number of 9 to 15 digits that stands alone in a text may be somebody's: providers and plugins repeat them in
// what they have to say.
std::string mask_phones(std::string_view text);

}  // namespace parley
