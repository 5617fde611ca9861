#include "gpt/reply.hpp"

#include "core/json_reader.hpp"
#include "core/text.hpp"

namespace parley::gpt {

void ReplyReader::event(std::string_view type, std::string_view data) {
    if (reply.over) return;
    data = text::trim(data);
    if (data == "[DONE]") {
        reply.over = true;
        return;
    }
    const auto parsed = parse_json(data);
    if (!parsed || !parsed->is_object()) return;
    const auto* error = parsed->as_object().if_contains("error");
    if (error && !error->is_null() && !reply.error) {
        reply.error = error_from(0, *parsed);
        return;
    }
    on_event(type, *parsed);
}

const Dialect& dialect_of(const Profile& profile) {
    return profile.responses ? responses() : chat_completions();
}

std::string schema_in_words(const ChatRequest& request) {
    return "Answer with one JSON value and nothing else: no words around it, no code fence. It must fit this JSON "
           "Schema:\n" +
           request.schema;
}

}  // namespace parley::gpt
