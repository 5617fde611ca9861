#include "extract/reply.hpp"

#include <charconv>

#include "core/text.hpp"

namespace parley::extract {
namespace {

constexpr std::size_t longest_words = 300;

std::size_t whole_character(std::string_view text, std::size_t at) {
    for (std::size_t size = 1; size <= 4 && at + size <= text.size(); ++size)
        if (text::is_valid_utf8(text.substr(at, size))) return size;
    return 0;
}

// Valid UTF-8, no control characters but tabs and ends of lines.
std::string tidy(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        const std::size_t size = whole_character(text, at);
        if (size == 0) {
            if (!clean.ends_with("\xEF\xBF\xBD")) clean += "\xEF\xBF\xBD";
        } else if (c == '\n' || c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)) {
            clean.append(text.substr(at, size));
        } else if (c == '\r' && text.substr(at + 1, 1) != "\n") {
            clean += '\n';
        }
        at += std::max<std::size_t>(size, 1);
    }
    return clean;
}

std::string_view trim_end(std::string_view text) {
    const auto last = text.find_last_not_of(" \t\r\n");
    return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

Document finish(std::string text, std::uint32_t pages, bool truncated) {
    Document document;
    document.truncated = truncated || text.size() > most_text;
    document.text = std::string(trim_end(text::truncate_utf8(text, most_text)));
    document.pages = pages;
    return document;
}

// pdftotext ends each page with a form feed.
Result<Document> read_pages(std::string_view printed, bool cut) {
    std::string text;
    std::uint32_t pages = 0;
    bool any = false;
    while (!printed.empty() && pages < most_pages) {
        const auto end = std::min(printed.find('\f'), printed.size());
        const auto page = tidy(trim_end(printed.substr(0, end)));
        printed.remove_prefix(std::min(end + 1, printed.size()));
        any = any || !text::trim(page).empty();
        text += (text.empty() ? "[Page " : "\n\n[Page ") + std::to_string(++pages) + "]\n" + page;
    }
    if (!any)
        return make_error(Errc::unsupported,
                          "there is no text in it: its pages are pictures, as those of a scan. Send the pages as "
                          "photos instead");
    return finish(std::move(text), pages, cut || !printed.empty());
}

Result<Document> read_text(std::string_view head, std::string_view text, bool cut) {
    std::uint32_t sections = 0;
    const auto [end, error] = std::from_chars(head.data(), head.data() + head.size(), sections);
    if (error != std::errc{})
        return make_error(Errc::internal, "the reader of documents said nothing that makes sense");
    const bool more = std::string_view(end, static_cast<std::size_t>(head.data() + head.size() - end)) == " 1";
    return finish(tidy(text), sections, cut || more);
}

Error read_error(std::string_view words) {
    const auto space = words.find(' ');
    const auto code = words.substr(0, space);
    std::string message =
        space == std::string_view::npos ? "" : tidy(text::truncate_utf8(words.substr(space + 1), longest_words));
    for (const Errc known : {Errc::invalid, Errc::unsupported, Errc::too_large, Errc::unavailable})
        if (code == to_string(known) && !message.empty()) return make_error(known, std::move(message));
    return make_error(Errc::invalid, "the file is damaged and cannot be read");
}

}  // namespace

Result<Document> read_reply(std::string_view printed, bool cut) {
    const auto end = printed.find('\n');
    const auto head = printed.substr(0, end);
    const auto rest = end == std::string_view::npos ? std::string_view{} : printed.substr(end + 1);
    if (head == "pdf") return read_pages(rest, cut);
    if (head.starts_with("text ")) return read_text(head.substr(5), rest, cut);
    if (head.starts_with("error ")) return read_error(head.substr(6));
    return make_error(Errc::internal, "the reader of documents said nothing that makes sense");
}

Error explain_failure(const Error& failure) {
    const auto says = [&](std::string_view words) { return failure.message.find(words) != std::string::npos; };
    if (failure.code == Errc::timeout) return make_error(Errc::timeout, "the file takes too long to read");
    if (failure.code != Errc::invalid) return failure;
    if (says("Incorrect password"))
        return make_error(Errc::invalid, "the file is locked with a password: send it without one");
    if (says("Copying of text")) return make_error(Errc::invalid, "its author does not let its text be copied");
    if (says("Out of memory") || says("bad_alloc"))
        return make_error(Errc::too_large, "the file needs too much memory to be read here");
    return make_error(Errc::invalid, "the file is damaged and cannot be read");
}

}  // namespace parley::extract
