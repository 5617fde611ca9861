// What people send, read in the confined child.
#include <catch2/catch.hpp>
#include <future>

#include "extract/files.hpp"
#include "extract/reading.hpp"

using namespace parley;
using namespace parley::test;

TEST_CASE("A PDF becomes its pages") {
    Reading reading;
    const auto document = reading.read(pdf({"Hello there", "Second page"})).value();
    CHECK(document.text == "[Page 1]\nHello there\n\n[Page 2]\nSecond page");
    CHECK(document.pages == 2);
    CHECK_FALSE(document.truncated);
}

TEST_CASE("A Word file becomes paragraphs and rows, without what is said twice") {
    Reading reading;
    const std::string body =
        "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>Dear &amp; </w:t></w:r>"
        "<w:r><w:t>all</w:t><w:tab/><w:t>here</w:t></w:r></w:p>"
        "<w:p><w:del><w:delText>gone</w:delText></w:del><w:r><mc:AlternateContent><mc:Choice><w:t>new</w:t></mc:Choice>"
        "<mc:Fallback><w:t>old</w:t></mc:Fallback></mc:AlternateContent></w:r></w:p>"
        "<w:tbl><w:tr><w:tc><w:p><w:t>a</w:t></w:p><w:p><w:t>b</w:t></w:p></w:tc><w:tc><w:p><w:t>c</w:t></w:p></w:tc>"
        "</w:tr></w:tbl><w:p><w:t>\xC3\xBC\xE2\x82\xAC</w:t></w:p>";
    CHECK(reading.text(docx(body)) == "Dear & all\there\nnew\na b\tc\n\xC3\xBC\xE2\x82\xAC");
}

TEST_CASE("An Excel file becomes rows, with days as days") {
    Reading reading;
    const auto document =
        reading
            .read(
                xlsx("<row r='1'><c r='A1' t='s'><v>0</v></c><c r='C1' t='inlineStr'><is><t>in\nline</t></is></c></row>"
                     "<row r='2'><c r='A2' t='s'><v>1</v></c><c r='B2'><f>A1*2</f><v>0.30000000000000004</v></c></row>"
                     "<row r='3'/><row r='4'><c s='1'><v>46347</v></c><c s='2'><v>46347.604166666664</v></c>"
                     "<c t='b'><v>1</v></c></row>"))
            .value();
    CHECK(document.text == "[Sheet: Budget]\nItem\t\tin line\nRice\t0.3\n2026-11-21\t2026-11-21 14:30\tTRUE");
    CHECK(document.pages == 1);
}

TEST_CASE("Slides come in the order in which they are shown") {
    Reading reading;
    const auto slide = [](const std::string& text) {
        return "<p:sld xmlns:a='urn:a' xmlns:p='urn:p'><a:p><a:r><a:t>" + text + "</a:t></a:r></a:p></p:sld>";
    };
    const auto file = zip(
        {{"[Content_Types].xml", "<Types/>"},
         {"_rels/.rels", "<R><Relationship Id='x' Type='urn:a/officeDocument' Target='/ppt/presentation.xml'/></R>"},
         {"ppt/slides/slide1.xml", slide("shown second")},
         {"ppt/slides/slide2.xml", slide("shown first")},
         {"ppt/presentation.xml",
          "<p:p xmlns:p='urn:p' xmlns:r='urn:r'><p:sldId id='256' r:id='b'/><p:sldId id='257' r:id='a'/></p:p>"},
         {"ppt/_rels/presentation.xml.rels",
          "<R><Relationship Id='a' Type='urn:a/slide' Target='slides/slide1.xml'/>"
          "<Relationship Id='b' Type='urn:a/slide' Target='slides/slide2.xml'/></R>"}});
    CHECK(reading.text(file) == "[Slide 1]\nshown first\n\n[Slide 2]\nshown second");
}

TEST_CASE("OpenDocument texts and tables are read") {
    Reading reading;
    const auto odf = [](const std::string& body) {
        return zip({{"mimetype", "application/vnd.oasis.opendocument.text"},
                    {"content.xml",
                     "<office:d xmlns:office='urn:o' xmlns:text='urn:t' xmlns:table='urn:a'>" + body + "</office:d>"}});
    };
    CHECK(reading.text(odf("<office:text><text:h>Title</text:h><text:p>a<text:s text:c='2'/>b<text:span>c</text:span>"
                           "<office:annotation><text:p>note</text:p></office:annotation></text:p></office:text>")) ==
          "Title\na  bc");
    CHECK(reading.text(odf("<office:spreadsheet><table:table table:name='One'><table:table-row>"
                           "<table:table-cell><text:p>a</text:p></table:table-cell>"
                           "<table:table-cell table:number-columns-repeated='2'/>"
                           "<table:table-cell><text:p>d</text:p></table:table-cell></table:table-row></table:table>"
                           "</office:spreadsheet>")) == "[Sheet: One]\na\t\t\td");
}

TEST_CASE("Text is read in the encodings that programs write") {
    Reading reading;
    using namespace std::string_literals;
    CHECK(reading.text("name,price\r\nrice,3\r\n") == "name,price\nrice,3");
    CHECK(reading.text("\xEF\xBB\xBFgr\xC3\xBC\xC3\x9F") == "gr\xC3\xBC\xC3\x9F");
    CHECK(reading.text("\xFF\xFEg\0r\0\xFC\0=\xD8\0\xDE"s) == "gr\xC3\xBC\xF0\x9F\x98\x80");
    CHECK(reading.text("\xFE\xFF\0g\0r"s) == "gr");
    CHECK(reading.text("gr\xFC\xDF f\xFCr 3 \x80") == "gr\xC3\xBC\xC3\x9F f\xC3\xBCr 3 \xE2\x82\xAC");
}

TEST_CASE("What a file is is told by its content, not by its name") {
    Reading reading;
    const auto stored = reading.store().put(pdf({"really a PDF"}), "text/plain").value().stored;
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    CHECK(reading.extractor().read_now(stored, until).value().text == "[Page 1]\nreally a PDF");
}

TEST_CASE("More text than is taken is cut off, between characters") {
    Reading reading;
    std::string many;
    while (many.size() < extract::most_text + 10'000) many += "\xE2\x82\xAC";
    const auto plain = reading.read(many).value();
    CHECK(plain.truncated);
    CHECK(plain.text.size() <= extract::most_text);
    CHECK(plain.text.size() > extract::most_text - 4);
    CHECK(plain.text.ends_with("\xE2\x82\xAC"));

    const auto word = reading.read(docx("<w:p><w:t>" + many + "</w:t></w:p>")).value();
    CHECK(word.truncated);
    CHECK(word.text.size() <= extract::most_text);

    const auto pages = reading.read(pdf(std::vector<std::string>(extract::most_pages + 5, "again"))).value();
    CHECK(pages.truncated);
    CHECK(pages.pages == extract::most_pages);
}

TEST_CASE("Who asks without waiting is told on another thread") {
    Reading reading;
    std::promise<Result<extract::Document>> answer;
    reading.extractor().read(reading.keep("plain"), [&](auto document) { answer.set_value(std::move(document)); });
    CHECK(answer.get_future().get().value().text == "plain");
}
