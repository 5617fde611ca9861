#include "gpt/answer_sink.hpp"

#include "core/json_reader.hpp"

namespace parley::gpt {

void AnswerSink::write(std::string bytes, UniqueFunction<void(Result<void>)> written) {
    const auto taken = take(bytes);
    written(taken);
    if (progressed_) progressed_();
}

AnswerSink::Form AnswerSink::form_of(std::string_view begin) {
    if (begin.starts_with("\xEF\xBB\xBF")) begin.remove_prefix(3);
    const auto first = begin.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return Form::unknown;
    if (begin[first] == '{') return Form::json;
    return begin[first] == '<' ? Form::other : Form::events;
}

Result<void> AnswerSink::take(std::string_view bytes) {
    if (form_ == Form::unknown) form_ = form_of(bytes);
    if (form_ == Form::unknown) return {};  // white space
    if (form_ == Form::events)
        return events_.feed(bytes,
                            [this](std::string_view type, std::string_view data) { reader_->event(type, data); });
    if (form_ == Form::other) {
        raw_.append(bytes.substr(0, most_other - std::min(most_other, raw_.size())));
        return {};
    }
    raw_.append(bytes);
    if (raw_.size() > most_bytes) return make_error(Errc::too_large, "the answer is too large");
    return {};
}

bool AnswerSink::finish() {
    if (form_ == Form::events) {
        (void)events_.finish([this](std::string_view type, std::string_view data) { reader_->event(type, data); });
        return true;
    }
    if (form_ != Form::json) return form_ == Form::unknown;  // nothing at all: an empty answer
    JsonLimits limits;
    limits.max_bytes = most_bytes;
    const auto body = parse_json(raw_, limits);
    if (!body || !body->is_object()) return false;
    const auto* error = body->as_object().if_contains("error");
    const auto* object = body->as_object().if_contains("object");
    const bool failed = (error && !error->is_null()) || (object && *object == "error");
    if (failed) {
        reader_->reply.error = error_from(0, *body);
    } else {
        reader_->whole(*body);
    }
    return true;
}

}  // namespace parley::gpt
