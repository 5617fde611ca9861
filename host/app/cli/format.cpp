#include "app/cli/format.hpp"

#include <boost/json.hpp>

namespace parley::app {

std::string text_of(const boost::json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    if (!value) return "";
    return value->is_string() ? std::string(value->as_string()) : boost::json::serialize(*value);
}

std::string words_of(const boost::json::object& object, const char* name) {
    std::string words;
    const auto* list = object.if_contains(name);
    if (list && list->is_array())
        for (const auto& item : list->as_array()) words += (words.empty() ? "" : " ") + std::string(item.as_string());
    return words;
}

std::int64_t number_of(const boost::json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value && value->is_int64() ? value->as_int64() : 0;
}

config::Config completed(config::Config config) {
    (void)config::complete(config);
    return config;
}

std::string printable(const std::string& text) {
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            out += c;
        } else {
            out += byte == '\n' ? "\\n" : "?";
        }
    }
    return out;
}

}  // namespace parley::app
