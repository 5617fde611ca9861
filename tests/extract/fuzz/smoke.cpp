// Runs the fuzz targets over a few documents with a small deterministic mutator: not a fuzzer, but the same checks
// under any compiler. The parts are changed before they are packed, or the archive itself is.
#include <cstdio>
#include <random>
#include <string>

#include "extract/files.hpp"

extern "C" int fuzz_package(const std::uint8_t* data, std::size_t size);
extern "C" int fuzz_words(const std::uint8_t* data, std::size_t size);

namespace {

std::string mutate(std::string text, std::mt19937& random) {
    for (auto changes = random() % 4 + 1; changes > 0 && !text.empty(); --changes) {
        const auto at = random() % text.size();
        switch (random() % 4) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, random() % 16);
                break;
            case 2:
                text.insert(at, text.substr(random() % text.size(), random() % 64));
                break;
            default:
                text.insert(at, "<");
        }
    }
    return text;
}

void run(const std::string& file) {
    fuzz_package(reinterpret_cast<const std::uint8_t*>(file.data()), file.size());
}

void run_words(const std::string& text) {
    fuzz_words(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
}

}  // namespace

int main() {
    using namespace parley::test;
    std::mt19937 random(20261121);
    const std::string rows =
        "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' s='1'><v>46347.5</v></c><c r='ZZZ9' "
        "s='2'><v>1e9</v></c></row>";
    const std::string body =
        "<w:p><w:pPr><w:tab/></w:pPr><w:t>text</w:t></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>";
    for (int round = 0; round < 3000; ++round) {
        run(mutate(docx(body), random));
        run(mutate(xlsx(rows), random));
        run(docx(mutate(body, random)));
        run(xlsx(mutate(rows, random)));
    }
    for (int round = 0; round < 300; ++round) {
        run_words(mutate(body, random));
        run_words(mutate("name,price\r\nrice,3 \xE2\x82\xAC\n", random));
        run_words(mutate("\xFF\xFEg\x01r\x01\x3D\xD8\x01\xDE", random));
        run_words(mutate("text 2 1\n[Sheet: A]\nHello\n", random));
        run_words(mutate("pdf\nHello\fpage two\f", random));
    }
    std::puts("ok");
}
