// Whatever the bytes, the reader of packages comes to an end, and what it gives is within its bounds and valid text.
// What is no archive is packed into a document and a workbook first: an archive that was changed by chance mostly fails
// its checksums.
#include <sys/mman.h>
#include <unistd.h>

#include "core/text.hpp"
#include "extract/files.hpp"
#include "extract/readers.hpp"
#include "support/fuzz.hpp"

namespace {

using namespace parley;
using test::must;

void read(std::string_view archive) {
    const int file = memfd_create("package", MFD_CLOEXEC);
    must(file >= 0 && write(file, archive.data(), archive.size()) == static_cast<ssize_t>(archive.size()));
    extract::Output out(64 * 1024);
    const auto ok = extract::read_package(file, out);
    close(file);
    must(ok || !ok.error().message.empty());
    must(out.text().size() <= 64 * 1024 && text::is_valid_utf8(out.text()));
}

void run(std::string_view bytes) {
    if (bytes.starts_with("PK")) return read(bytes);
    const std::string inside(bytes);
    read(test::docx(inside));
    read(test::xlsx(inside));
}

const std::string rows =
    "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' s='1'><v>46347.5</v></c><c r='ZZZ9' "
    "s='2'><v>1e9</v></c></row>";
const std::string body =
    "<w:p><w:pPr><w:tab/></w:pPr><w:t>text</w:t></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>";

}  // namespace

const test::FuzzTarget test::fuzz_target{
    run,
    {rows, body, test::xlsx(rows), test::docx(body)},
    {"<", ">", "</", "/>", "'", "&#10;", "<w:t>", "</w:t>", "<w:p>", "<w:br/>", "<mc:Fallback>", "<row r='9'>",
     "<c r='XFD1048576' t='s'>", "<v>1e300</v>", "<v>-1</v>", "t='inlineStr'", "s='99'"},
    6'000};
