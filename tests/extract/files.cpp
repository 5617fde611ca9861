#include "extract/files.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace parley::test {
namespace {

constexpr const char* relations_space = "http://schemas.openxmlformats.org/package/2006/relationships";
const std::string office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

std::string relation(const std::string& id, const std::string& type, const std::string& target) {
    return "<Relationship Id=\"" + id + "\" Type=\"" + office + type + "\" Target=\"" + target + "\"/>";
}

std::string relations(const std::string& inside) {
    return std::string("<Relationships xmlns=\"") + relations_space + "\">" + inside + "</Relationships>";
}

// The objects in order from 1, the table of their places, and the trailer.
std::string assemble_pdf(const std::vector<std::string>& objects, const std::string& trailer = {}) {
    std::string file = "%PDF-1.4\n";
    std::string table = "0000000000 65535 f \n";
    for (std::size_t i = 0; i < objects.size(); ++i) {
        std::array<char, 32> place{};
        std::snprintf(place.data(), place.size(), "%010zu 00000 n \n", file.size());
        table += place.data();
        file += std::to_string(i + 1) + " 0 obj\n" + objects[i] + "\nendobj\n";
    }
    const auto count = std::to_string(objects.size() + 1);
    return file + "xref\n0 " + count + "\n" + table + "trailer << /Size " + count + " /Root 1 0 R " + trailer +
           " >>\nstartxref\n" + std::to_string(file.size()) + "\n%%EOF\n";
}

std::string stream(const std::string& content) {
    return "<< /Length " + std::to_string(content.size()) + " >>\nstream\n" + content + "\nendstream";
}

const std::string font = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

std::string page(const std::string& content) {
    return "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents " +
           content + " >>";
}

std::string show(const std::string& line) {
    return line.empty() ? "0 0 m" : "BT /F1 12 Tf 72 720 Td (" + line + ") Tj ET";
}

}  // namespace

std::string zip(const Parts& parts) {
    std::string file(1 << 20, '\0');
    for (const auto& part : parts) file.resize(file.size() + part.second.size() + 1024);
    std::size_t used = 0;
    const std::unique_ptr<archive, int (*)(archive*)> out(archive_write_new(), &archive_write_free);
    if (archive_write_set_format_zip(out.get()) != ARCHIVE_OK ||
        archive_write_open_memory(out.get(), file.data(), file.size(), &used) != ARCHIVE_OK)
        throw std::runtime_error("no zip");
    for (const auto& [name, content] : parts) {
        const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(), &archive_entry_free);
        const bool link = content.starts_with("-> ");
        archive_entry_set_pathname(entry.get(), name.c_str());
        archive_entry_set_filetype(entry.get(), link ? AE_IFLNK : AE_IFREG);
        archive_entry_set_perm(entry.get(), 0644);
        if (link) archive_entry_set_symlink(entry.get(), content.c_str() + 3);
        archive_entry_set_size(entry.get(), link ? 0 : static_cast<la_int64_t>(content.size()));
        archive_write_header(out.get(), entry.get());
        if (!link) archive_write_data(out.get(), content.data(), content.size());
    }
    archive_write_close(out.get());
    file.resize(used);
    return file;
}

std::string pdf(const std::vector<std::string>& pages) {
    std::string kids;
    std::vector<std::string> objects{"<< /Type /Catalog /Pages 2 0 R >>", "", font};
    for (const auto& line : pages) {
        kids += std::to_string(objects.size() + 1) + " 0 R ";
        objects.push_back(page(std::to_string(objects.size() + 2) + " 0 R"));
        objects.push_back(stream(show(line)));
    }
    objects[1] = "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(pages.size()) + " >>";
    return assemble_pdf(objects);
}

std::string pdf_of_one_page(const std::string& line, std::size_t times) {
    std::string kids;
    for (std::size_t i = 0; i < times; ++i) kids += "4 0 R ";
    return assemble_pdf({"<< /Type /Catalog /Pages 2 0 R >>",
                         "<< /Type /Pages /Kids [" + kids + "] /Count " + std::to_string(times) + " >>", font,
                         page("5 0 R"), stream(show(line))});
}

std::string pdf_bomb(std::size_t size) {
    std::string drawing = "BT /F1 12 Tf ";
    while (drawing.size() < size) drawing += "(boom) Tj ";
    uLongf packed_size = compressBound(drawing.size());
    std::string packed(packed_size, '\0');
    compress(reinterpret_cast<Bytef*>(packed.data()), &packed_size, reinterpret_cast<const Bytef*>(drawing.data()),
             drawing.size());
    packed.resize(packed_size);
    return assemble_pdf(
        {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", font, page("5 0 R"),
         "<< /Filter /FlateDecode /Length " + std::to_string(packed_size) + " >>\nstream\n" + packed + "\nendstream"});
}

std::string locked_pdf() {
    // Keys that fit no password, least of all the empty one.
    const std::string key(64, '5');
    return assemble_pdf(
        {"<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [4 0 R] /Count 1 >>", font, page("5 0 R"),
         stream(show("secret"))},
        "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <" + key + "> /U <" + key + "> >> /ID [<0011> <0011>]");
}

std::string docx(const std::string& body) {
    return zip({{"[Content_Types].xml", "<Types/>"},
                {"_rels/.rels", relations(relation("rId1", "officeDocument", "word/document.xml"))},
                {"word/document.xml",
                 "<w:document xmlns:w=\"urn:w\" xmlns:mc=\"urn:mc\"><w:body>" + body + "</w:body></w:document>"}});
}

std::string xlsx(const std::string& sheet_rows) {
    return zip({{"[Content_Types].xml", "<Types/>"},
                {"_rels/.rels", relations(relation("rId1", "officeDocument", "xl/workbook.xml"))},
                {"xl/workbook.xml",
                 "<workbook xmlns:r=\"urn:r\"><sheets><sheet name=\"Budget\" sheetId=\"7\" "
                 "r:id=\"rId1\"/></sheets></workbook>"},
                {"xl/_rels/workbook.xml.rels", relations(relation("rId1", "worksheet", "worksheets/sheet1.xml") +
                                                         relation("rId2", "sharedStrings", "/xl/sharedStrings.xml") +
                                                         relation("rId3", "styles", "styles.xml"))},
                {"xl/sharedStrings.xml",
                 "<sst><si><t>Item</t></si><si><r><t>Ri</t></r><r><t>ce</t></r><rPh><t>no</t></rPh></si></sst>"},
                {"xl/styles.xml",
                 "<styleSheet><numFmts><numFmt numFmtId=\"170\" formatCode=\"dd/mm/yyyy\\ hh:mm\"/></numFmts>"
                 "<cellStyleXfs><xf numFmtId=\"14\"/></cellStyleXfs>"
                 "<cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"170\"/></cellXfs></styleSheet>"},
                {"xl/worksheets/sheet1.xml", "<worksheet><sheetData>" + sheet_rows + "</sheetData></worksheet>"}});
}

}  // namespace parley::test
