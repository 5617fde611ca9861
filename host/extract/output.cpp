#include "extract/output.hpp"

#include "core/text.hpp"

namespace parley::extract {

void Output::append(std::string_view text) {
    if (truncated_) return;
    if (text.size() > most_ - text_.size()) {
        text = text::truncate_utf8(text, most_ - text_.size());
        truncated_ = true;
    }
    text_.append(text);
}

void Output::put(std::string_view text) {
    if (text.empty()) return;
    if (!has_text_) has_text_ = !text::trim(text).empty();
    append(text);
}

void Output::line() {
    if (text_.size() == fresh_ || text_.ends_with("\n\n")) return;
    append("\n");
}

void Output::cell(unsigned distance) {
    append(std::string(distance, '\t'));
}

void Output::space() {
    if (!at_line_start() && text_.back() != ' ' && text_.back() != '\t') append(" ");
}

void Output::section(std::string_view mark) {
    if (!at_line_start()) append("\n");
    if (!text_.empty() && !text_.ends_with("\n\n")) append("\n");
    append(mark);
    append("\n");
    fresh_ = text_.size();
    if (!truncated_) ++sections_;
}

}  // namespace parley::extract
