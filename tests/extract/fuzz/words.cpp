// Whatever the bytes, the readers of plain text and XML come to an end with valid text, and the host believes nothing
// of a child's reply that it could not have meant.
#include <sys/mman.h>
#include <unistd.h>

#include "core/text.hpp"
#include "extract/extractor.hpp"
#include "extract/kind.hpp"
#include "extract/readers.hpp"
#include "extract/reply.hpp"
#include "extract/xml_reader.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using test::must;

struct Nothing final : extract::XmlEvents {
    void open(std::string_view, const Attributes&) override { ++depth; }
    void close(std::string_view) override { must(--depth >= 0); }
    void text(std::string_view text) override { must(parley::text::is_valid_utf8(text)); }
    int depth = 0;
};

void run(std::string_view bytes) {
    const int file = memfd_create("words", MFD_CLOEXEC);
    must(file >= 0 && write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
         lseek(file, 0, SEEK_SET) == 0);
    extract::Output out(4 * 1024);
    const auto read = extract::read_plain_text(file, out);
    close(file);
    must(read || !read.error().message.empty());
    must(out.text().size() <= 4 * 1024 && text::is_valid_utf8(out.text()));

    Nothing events;
    extract::XmlReader reader(events);
    bool fine = true;
    for (std::size_t at = 0; fine && at < bytes.size(); at += 7) fine = reader.feed(bytes.substr(at, 7)).has_value();
    if (fine) (void)reader.finish();

    for (const bool cut : {false, true}) {
        const auto document = extract::read_reply(std::string(bytes), cut);
        must(document ? text::is_storable(document->text) && document->text.size() <= extract::most_text
                      : !document.error().message.empty());
    }
}

}  // namespace

const test::FuzzTarget test::fuzz_target{
    run,
    {"<w:p><w:t>text &amp; more</w:t></w:p>", "name,price\r\nrice,3 \xE2\x82\xAC\n",
     std::string("\xFF\xFEg\0r\0\x3D\xD8\x00\xDE", 10), "text 2 1\n[Sheet: A]\nHello\n", "pdf\nHello\fpage two\f"},
    {"<", ">", "</", "/>", "&#x0;", "&lt;", "<!DOCTYPE x [", "<![CDATA[", "\f", "\n", "\xEF\xBB\xBF", "\xFE\xFF",
     "\xED\xA0\x80"},
    2'000};
