// Files that cannot be read, and files that are made to do harm: each ends with words for its sender, and with no more
// than a child's life lost.
#include <sys/resource.h>

#include <catch2/catch.hpp>
#include <chrono>

#include "extract/files.hpp"
#include "extract/package.hpp"
#include "extract/reading.hpp"

using namespace parley;
using namespace parley::test;

namespace {

void check_refused(const Result<extract::Document>& document, Errc code, const std::string& words) {
    REQUIRE_FALSE(document.has_value());
    INFO(document.error().message);
    CHECK(document.error().code == code);
    CHECK(document.error().message.find(words) != std::string::npos);
}

long resident_kib() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("What has no text says so") {
    Reading reading;
    using namespace std::string_literals;
    check_refused(reading.read(pdf({"", ""})), Errc::unsupported, "scan");
    check_refused(reading.read("\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s), Errc::unsupported, "no text can be read");
    check_refused(reading.read(docx("<w:p/>")), Errc::unsupported, "no text");
    check_refused(reading.read(zip({{"a.docx", docx("<w:p><w:t>inner</w:t></w:p>")}})), Errc::unsupported, "archive");
    check_refused(reading.read("{\\rtf1 hello}"), Errc::unsupported, "rich text");
    check_refused(reading.read("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 old"), Errc::unsupported, "password");
    check_refused(reading.read(" \n"), Errc::unsupported, "no text");
    check_refused(
        reading.extractor().read_now(std::string(64, 'a'), std::chrono::steady_clock::now() + std::chrono::seconds(5)),
        Errc::not_found, "");
}

TEST_CASE("A locked file says that it is locked") {
    Reading reading;
    check_refused(reading.read(locked_pdf()), Errc::invalid, "password");
    const auto odt = zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                          {"META-INF/manifest.xml", "<m><manifest:encryption-data/></m>"},
                          {"content.xml", "\x01\x02"}});
    check_refused(reading.read(odt), Errc::invalid, "password");
}

TEST_CASE("A damaged file says that it is damaged") {
    Reading reading;
    const auto pdf_file = pdf({"Hello"});
    check_refused(reading.read(pdf_file.substr(0, 120)), Errc::invalid, "damaged");
    const auto word = docx("<w:p><w:t>Hello</w:t></w:p>");
    check_refused(reading.read(word.substr(0, word.size() / 2)), Errc::invalid, "damaged");
    check_refused(reading.read(docx("<w:p><w:t>never closed")), Errc::invalid, "damaged");
    check_refused(reading.read(docx("<w:p><w:t>\xFF\xFE</w:t></w:p>")), Errc::invalid, "damaged");
    for (std::size_t cut = 8; cut < word.size(); cut += 97) CHECK_FALSE(reading.read(word.substr(0, cut)).has_value());
}

TEST_CASE("A file that unpacks to too much is refused, and the host does not grow") {
    Reading reading;
    const auto bomb = reading.keep(docx("<w:p>" + std::string(extract::most_unpacked, ' ') + "<w:t>boom</w:t></w:p>"));
    const long before = resident_kib();
    const auto began = std::chrono::steady_clock::now();
    check_refused(reading.extractor().read_now(bomb, began + std::chrono::seconds(30)), Errc::too_large, "unpacks");
    CHECK(resident_kib() - before < 20 * 1024);
    CHECK(reading.text("next") == "next");
}

TEST_CASE("Text that multiplies ends at what is taken") {
    Reading reading;
    const auto document = reading.read(docx("<w:p><w:t>" + std::string(100u << 20, 'a') + "</w:t></w:p>")).value();
    CHECK(document.truncated);
    CHECK(document.text.size() == extract::most_text);
}

TEST_CASE("A huge sheet ends at what is taken, and one of nothing at what is unpacked") {
    Reading reading;
    // Two million cells that all stand for one text.
    std::string row = "<row>";
    for (int i = 0; i < 1'000; ++i) row += "<c t='s'><v>0</v></c>";
    row += "</row>";
    std::string rows;
    for (int i = 0; i < 2'000; ++i) rows += row;
    const auto document = reading.read(xlsx(rows)).value();
    CHECK(document.truncated);
    CHECK(document.text.size() <= extract::most_text);
    CHECK(document.text.starts_with("[Sheet: Budget]\nItem\tItem\t"));

    // The last cell of the last row: what is empty before it takes no room.
    const auto corner = reading.text(xlsx("<row r='1048576'><c r='XFD1048576'><v>7</v></c></row>"));
    CHECK(corner.size() < 200);
    CHECK(corner.ends_with("7"));

    std::string nothing(extract::most_unpacked + (1u << 20), ' ');
    for (std::size_t at = 0; at + 4 < nothing.size(); at += 64) nothing.replace(at, 4, "<c/>");
    const auto began = std::chrono::steady_clock::now();
    const auto refused = reading.read(xlsx("<row>" + nothing + "</row>"));
    REQUIRE_FALSE(refused.has_value());
    INFO(refused.error().message);
    CHECK((refused.error().code == Errc::too_large || refused.error().code == Errc::timeout));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(30));
    CHECK(reading.text("next") == "next");
}

TEST_CASE("An archive of very many parts, and a file that is too large, are refused") {
    Reading reading;
    Parts parts{{"[Content_Types].xml", "<T/>"}};
    for (std::size_t i = 0; i < extract::most_parts; ++i) parts.emplace_back("word/" + std::to_string(i), "");
    check_refused(reading.read(zip(parts)), Errc::too_large, "too many parts");
    check_refused(reading.read(std::string(extract::largest_document + 1, 'x')), Errc::too_large, "100 MB at most");
}

TEST_CASE("Definitions and entities are not taken") {
    Reading reading;
    std::string laughs = "<!DOCTYPE w:document [<!ENTITY a0 \"ha\">";
    for (int i = 1; i < 30; ++i) {
        const auto before = "&a" + std::to_string(i - 1) + ";";
        laughs += "<!ENTITY a" + std::to_string(i) + " \"" + before + before + "\">";
    }
    const auto word = [](const std::string& document) {
        return zip({{"[Content_Types].xml", "<T/>"},
                    {"_rels/.rels", "<R><Relationship Id='x' Type='/officeDocument' Target='word/document.xml'/></R>"},
                    {"word/document.xml", document}});
    };
    check_refused(reading.read(word(laughs + "]><w:document><w:t>&a29;</w:t></w:document>")), Errc::invalid,
                  "definitions");
    check_refused(reading.read(word("<!DOCTYPE d SYSTEM \"file:///etc/passwd\"><d><t>x</t></d>")), Errc::invalid,
                  "definitions");
    check_refused(reading.read(word("<d><t>&unknown;</t></d>")), Errc::invalid, "damaged");
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    check_refused(reading.read(word(deep)), Errc::invalid, "deep");
}

TEST_CASE("Names and links in an archive lead nowhere") {
    Reading reading;
    const auto word = [](const Parts& more) {
        Parts parts{{"[Content_Types].xml", "<T/>"},
                    {"_rels/.rels", "<R><Relationship Id='x' Type='/officeDocument' Target='word/document.xml'/></R>"}};
        parts.insert(parts.end(), more.begin(), more.end());
        return zip(parts);
    };
    check_refused(reading.read(word({{"word/document.xml", "-> /etc/passwd"}})), Errc::invalid, "missing");
    check_refused(reading.read(word({{"../word/document.xml", "<d><t>x</t></d>"}})), Errc::invalid, "missing");
    CHECK(reading.text(word(
              {{"/etc/passwd", "bad"}, {"../../../../tmp/bad", "bad"}, {"word/document.xml", "<d><t>good</t></d>"}})) ==
          "good");
}

TEST_CASE("A PDF that goes on for ever ends") {
    Reading reading;
    // A tree of pages that contains itself, and a stream that unpacks to a gigabyte.
    auto loop = pdf({"x"});
    const auto kids = loop.find("/Kids [4 0 R ]");
    REQUIRE(kids != std::string::npos);
    loop.replace(kids, 14, "/Kids [2 0 R ]");
    CHECK_FALSE(reading.read(loop).has_value());
    check_refused(reading.read(pdf_of_one_page("again", 1'000'000)), Errc::invalid, "damaged");
    const auto stored = reading.keep(pdf_bomb(200u << 20));
    const auto began = std::chrono::steady_clock::now();
    const auto bomb = reading.extractor().read_now(stored, began + std::chrono::seconds(40));
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(25));
    if (!bomb) CHECK(bomb.error().code != Errc::internal);
    CHECK(reading.text("next") == "next");
}

TEST_CASE("What comes when time is over is not read") {
    Reading reading;
    const auto stored = reading.keep("x");
    check_refused(reading.extractor().read_now(stored, std::chrono::steady_clock::now()), Errc::timeout, "in time");
}
