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
#include "net/fuzz/entry.hpp"

namespace {

struct Nothing final : parley::extract::XmlEvents {
    void open(std::string_view, const Attributes&) override { ++depth; }
    void close(std::string_view) override { must(--depth >= 0); }
    void text(std::string_view text) override { must(parley::text::is_valid_utf8(text)); }
    int depth = 0;
};

}  // namespace

PARLEY_FUZZ_ENTRY(words) {
    using namespace parley;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);

    const int file = memfd_create("words", MFD_CLOEXEC);
    must(file >= 0 && write(file, data, size) == static_cast<ssize_t>(size) && lseek(file, 0, SEEK_SET) == 0);
    extract::Output out(4 * 1024);
    const auto read = extract::read_plain_text(file, out);
    close(file);
    must(read || !read.error().message.empty());
    must(out.text().size() <= 4 * 1024 && text::is_valid_utf8(out.text()));

    Nothing events;
    extract::XmlReader reader(events);
    bool fine = true;
    for (std::size_t at = 0; fine && at < size; at += 7) fine = reader.feed(bytes.substr(at, 7)).has_value();
    if (fine) (void)reader.finish();

    for (const bool cut : {false, true}) {
        const auto document = extract::read_reply(std::string(bytes), cut);
        must(document ? text::is_storable(document->text) && document->text.size() <= extract::most_text
                      : !document.error().message.empty());
    }
    return 0;
}
