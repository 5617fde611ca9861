#include "core/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cstdio>

namespace parley {

const char* to_string(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return "debug";
        case LogLevel::info:
            return "info";
        case LogLevel::warn:
            return "warn";
        case LogLevel::error:
            break;
    }
    return "error";
}

namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warn:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// Whatever text comes in, one event stays one line: control characters, quotes and U+2028/2029 are escaped.
void append_escaped(std::string& out, std::string_view text) {
    constexpr std::size_t longest = 2048;
    for (std::size_t i = 0; i < std::min(text.size(), longest); ++i) {
        const auto c = static_cast<unsigned char>(text[i]);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += static_cast<char>(c);
        } else if (c == '\n') {
            out += "\\n";
        } else if (c < 0x20 || c == 0x7f) {
            char code[8];
            std::snprintf(code, sizeof code, "\\u%04x", c);
            out += code;
        } else if (c == 0xe2 && text.substr(i, 2) == "\xe2\x80" && i + 2 < text.size() &&
                   (text[i + 2] == '\xa8' || text[i + 2] == '\xa9')) {
            out += text[i + 2] == '\xa8' ? "\\u2028" : "\\u2029";
            i += 2;
        } else {
            out += static_cast<char>(c);
        }
    }
    if (text.size() > longest) out += "...";
}

void append_value(std::string& out, const LogField& field) {
    if (const auto* text = std::get_if<std::string>(&field.value)) {
        out += '"';
        append_escaped(out, mask_phones(*text));
        out += '"';
    } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        out += std::to_string(*number);
    } else if (const auto* real = std::get_if<double>(&field.value)) {
        char digits[32];
        std::snprintf(digits, sizeof digits, "%.3f", *real);
        out += digits;
    } else {
        out += std::get<bool>(field.value) ? "true" : "false";
    }
}

std::shared_ptr<spdlog::logger> make_spdlog(spdlog::sink_ptr sink, LogFormat format, LogLevel level) {
    auto logger = std::make_shared<spdlog::logger>("parley", std::move(sink));
    logger->set_pattern(
        format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%H:%M:%S.%e %^%-5l%$ %v",
        format == LogFormat::json ? spdlog::pattern_time_type::utc : spdlog::pattern_time_type::local);
    logger->set_level(to_spdlog(level));
    logger->flush_on(spdlog::level::info);
    // A full disk must not stop the host: spdlog's own handler prints to stderr at most once a second.
    return logger;
}

}  // namespace

struct Logger::Sink {
    std::shared_ptr<spdlog::logger> logger;
    LogFormat format;
};

Logger::Logger() = default;

Logger Logger::to(std::FILE* stream, LogFormat format, LogLevel level) {
    using Sink = spdlog::sinks::stdout_sink_base<spdlog::details::console_mutex>;
    Logger result;
    result.sink_ = std::make_shared<Logger::Sink>(
        Logger::Sink{make_spdlog(std::make_shared<Sink>(stream), format, level), format});
    return result;
}

bool Logger::enabled(LogLevel level) const {
    return sink_ && sink_->logger->should_log(to_spdlog(level));
}

void Logger::log(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) const {
    if (!sink_) return;
    std::string line;
    line.reserve(160);
    const bool json = sink_->format == LogFormat::json;
    if (json) {
        line += "\"event\":\"";
        append_escaped(line, event);
        line += '"';
    } else {
        append_escaped(line, event);
    }
    for (const auto& field : fields) {
        if (json) {
            line += ",\"";
            line += field.name;
            line += "\":";
        } else {
            line += ' ';
            line += field.name;
            line += '=';
        }
        append_value(line, field);
    }
    sink_->logger->log(to_spdlog(level), "{}", line);
}

std::string mask_phone(std::string_view number) {
    if (number.size() < 6) return std::string(number.size(), '*');
    std::string masked(number);
    for (std::size_t i = 2; i + 3 < masked.size(); ++i) masked[i] = '*';
    return masked;
}

std::string mask_phones(std::string_view text) {
    constexpr std::size_t shortest = 9, longest = 15;
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    const auto is_of_word = [&](char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at);
        const auto length = static_cast<std::size_t>(std::find_if_not(begin, text.end(), is_of_word) - begin);
        const auto word = text.substr(at, std::max<std::size_t>(length, 1));
        const bool is_number =
            length >= shortest && length <= longest && std::all_of(word.begin(), word.end(), is_digit);
        out += is_number ? mask_phone(word) : std::string(word);
        at += word.size();
    }
    return out;
}

}  // namespace parley
