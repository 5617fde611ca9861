// Excel: the cells of each sheet, one row a line. Texts that occur in cells stand once in a part of their own
// (ECMA-376 part 1, section 18).
#include <algorithm>
#include <charconv>
#include <limits>

#include "extract/cell_format.hpp"
#include "extract/readers.hpp"

namespace parley::extract {
namespace {

constexpr std::size_t most_shared_bytes = 64u << 20;
constexpr std::size_t most_shared_texts = 4'000'000;
constexpr std::size_t most_sheets = 1'000;
constexpr std::size_t most_in_cell = 32 * 1024;  // what Excel takes is 32,767 characters
constexpr unsigned widest_gap = 64;              // empty cells in a row that are shown

struct Sheet {
    std::string name, relation;
};

class SheetList final : public XmlEvents {
public:
    void open(std::string_view name, const Attributes& attributes) override {
        if (name == "workbookPr") from_1904 = attributes["date1904"] == "1" || attributes["date1904"] == "true";
        if (name == "sheet" && sheets.size() < most_sheets)
            sheets.push_back({std::string(attributes["name"]), std::string(attributes.prefixed("id"))});
    }
    void close(std::string_view) override {}
    void text(std::string_view) override {}

    std::vector<Sheet> sheets;
    bool from_1904 = false;
};

// All in one string: millions of small ones would take many times as much.
class SharedTexts final : public XmlEvents {
public:
    void open(std::string_view name, const Attributes&) override {
        if (name == "rPh") in_reading_aid_ = true;
        if (name == "t") in_text_ = true;
    }
    void close(std::string_view name) override {
        if (name == "rPh") in_reading_aid_ = false;
        if (name == "t") in_text_ = false;
        if (name == "si" && ends_.size() < most_shared_texts) ends_.push_back(static_cast<std::uint32_t>(all_.size()));
    }
    void text(std::string_view text) override {
        if (in_text_ && !in_reading_aid_) all_.append(text.substr(0, most_shared_bytes - all_.size()));
    }

    bool full() const { return all_.size() >= most_shared_bytes || ends_.size() >= most_shared_texts; }

    std::string_view operator[](std::size_t at) const {
        if (at >= ends_.size()) return {};
        const std::size_t begin = at == 0 ? 0 : ends_[at - 1];
        return std::string_view(all_).substr(begin, ends_[at] - begin);
    }

private:
    std::string all_;
    std::vector<std::uint32_t> ends_;
    bool in_text_ = false;
    bool in_reading_aid_ = false;
};

struct Book {
    SharedTexts texts;
    std::vector<CellFormat> formats;
    bool from_1904 = false;
};

class SheetEvents final : public XmlEvents {
public:
    SheetEvents(const Book& book, Output& out) : book_(book), out_(out) {}

    void open(std::string_view name, const Attributes& attributes) override {
        if (name == "row") {
            column_ = 0;
            shown_ = 0;
        } else if (name == "c") {
            begin_cell(attributes);
        } else if (name == "v" || name == "t") {
            in_value_ = true;
        }
    }

    void close(std::string_view name) override {
        if (name == "v" || name == "t") in_value_ = false;
        if (name == "c") end_cell();
    }

    void text(std::string_view text) override {
        if (in_value_) value_.append(text.substr(0, most_in_cell - value_.size()));
    }

private:
    void begin_cell(const Attributes& attributes) {
        ++column_;
        // "AB12" is column 28.
        unsigned named = 0;
        for (const char c : attributes["r"].substr(0, 3)) {
            if (c < 'A' || c > 'Z') break;
            named = named * 26 + static_cast<unsigned>(c - 'A' + 1);
        }
        if (named > 0) column_ = named;
        type_ = attributes["t"];
        const auto style = attributes["s"];
        style_ = std::numeric_limits<std::size_t>::max();
        std::from_chars(style.data(), style.data() + style.size(), style_);
        value_.clear();
    }

    void end_cell() {
        const std::string shown = show();
        if (shown.empty()) return;
        if (shown_ == 0) {
            out_.line();
            shown_ = 1;
        }
        if (column_ > shown_) out_.cell(std::min(column_ - shown_, widest_gap));
        shown_ = column_;
        out_.put(shown);
    }

    std::string show() const {
        if (type_ == "s") {
            std::size_t at = std::numeric_limits<std::size_t>::max();
            std::from_chars(value_.data(), value_.data() + value_.size(), at);
            return one_line(book_.texts[at]);
        }
        if (type_ == "b") return value_ == "1" ? "TRUE" : value_ == "0" ? "FALSE" : "";
        if (type_ == "str" || type_ == "inlineStr" || type_ == "e" || type_ == "d") return one_line(value_);
        const auto format = style_ < book_.formats.size() ? book_.formats[style_] : CellFormat::number;
        return show_number(value_, format, book_.from_1904);
    }

    static std::string one_line(std::string_view text) {
        std::string line(text);
        std::replace_if(
            line.begin(), line.end(), [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
        return line;
    }

    const Book& book_;
    Output& out_;
    unsigned column_ = 0;  // of this cell, from 1
    unsigned shown_ = 0;   // of the last cell of the row that was shown; 0: none
    std::string type_, value_;
    std::size_t style_ = 0;
    bool in_value_ = false;
};

std::string part_of_type(const std::map<std::string, Relation>& relations, std::string_view type) {
    for (const auto& [id, relation] : relations)
        if (relation.type == type) return relation.part;
    return {};
}

}  // namespace

Result<void> read_workbook(Package& package, const std::string& part, Output& out) {
    SheetList list;
    if (auto ok = package.read_xml(part, list); !ok) return ok;
    const auto relations = read_relations(package, part);
    if (!relations) return relations.error();

    Book book;
    book.from_1904 = list.from_1904;
    if (const auto texts = part_of_type(*relations, "sharedStrings"); package.has(texts))
        if (auto ok = package.read_xml(texts, book.texts, [&] { return book.texts.full(); }); !ok) return ok;
    auto formats = read_cell_formats(package, part_of_type(*relations, "styles"));
    if (!formats) return formats.error();
    book.formats = std::move(*formats);

    for (const auto& sheet : list.sheets) {
        const auto found = relations->find(sheet.relation);
        if (out.full()) break;
        if (found == relations->end() || found->second.type != "worksheet") continue;  // a chart
        out.section("[Sheet: " + sheet.name + "]");
        SheetEvents events(book, out);
        if (auto ok = package.read_xml(found->second.part, events, [&] { return out.full(); }); !ok) return ok;
    }
    return {};
}

}  // namespace parley::extract
