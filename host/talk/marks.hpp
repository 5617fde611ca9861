// Markdown, which language models write, in WhatsApp's own marks: *bold*, _italic_, ~struck~, `code`, "> quoted", "-
// item". [any thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::talk {

// Headings become bold, links "words (address)", tables lines with bars. Lines stay lines. Text without any Markdown
// stays as it is, but for white space at its ends.
std::string to_whatsapp_marks(std::string_view markdown);

}  // namespace parley::talk
