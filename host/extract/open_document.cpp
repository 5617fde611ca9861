// OpenDocument: one part, content.xml, holds all (OASIS OpenDocument 1.3, part 3).
#include <algorithm>
#include <charconv>

#include "extract/readers.hpp"

namespace parley::extract {
namespace {

constexpr unsigned widest_gap = 64;

unsigned count_of(std::string_view text) {
    unsigned count = 1;
    std::from_chars(text.data(), text.data() + text.size(), count);
    return std::clamp(count, 1u, widest_gap);
}

class ContentEvents final : public XmlEvents {
public:
    explicit ContentEvents(Output& out) : out_(out) {}

    void open(std::string_view name, const Attributes& attributes) override {
        if (skipping_ > 0 || name == "annotation" || name == "tracked-changes" || name == "notes") {
            ++skipping_;
            return;
        }
        if (name == "spreadsheet") in_spreadsheet_ = true;
        if (name == "p" || name == "h") {
            begin_paragraph();
        } else if (name == "tab") {
            out_.put("\t");
        } else if (name == "s") {
            out_.put(std::string(count_of(attributes["c"]), ' '));
        } else if (name == "line-break") {
            in_row_ ? out_.space() : out_.put("\n");
        } else if (name == "table" && in_spreadsheet_) {
            out_.section("[Sheet: " + std::string(attributes["name"]) + "]");
        } else if (name == "page") {
            out_.section("[Slide " + std::to_string(out_.sections() + 1) + "]");
        } else if (name == "table-row") {
            in_row_ = true;
            column_ = shown_ = 0;
        } else if (name == "table-cell" || name == "covered-table-cell") {
            ++column_;
            repeated_ = count_of(attributes["number-columns-repeated"]) - 1;
        }
    }

    void close(std::string_view name) override {
        if (skipping_ > 0) {
            --skipping_;
            return;
        }
        if (name == "p" || name == "h") in_paragraph_ = std::max(0, in_paragraph_ - 1);
        if (name == "table-row") in_row_ = false;
        if (name == "table-cell" || name == "covered-table-cell") column_ = std::min(column_ + repeated_, most_columns);
    }

    void text(std::string_view text) override {
        if (in_paragraph_ > 0 && skipping_ == 0) out_.put(text);
    }

private:
    static constexpr unsigned most_columns = 20'000;

    void begin_paragraph() {
        ++in_paragraph_;
        if (!in_row_) return out_.line();
        if (shown_ == 0) {
            out_.line();
            shown_ = 1;
        }
        if (column_ > shown_) {
            out_.cell(std::min(column_ - shown_, widest_gap));
        } else {
            out_.space();
        }
        shown_ = std::max(column_, shown_);
    }

    Output& out_;
    int skipping_ = 0;
    int in_paragraph_ = 0;
    bool in_spreadsheet_ = false;
    bool in_row_ = false;
    unsigned column_ = 0, shown_ = 0, repeated_ = 0;
};

}  // namespace

Result<void> read_open_document(Package& package, Output& out) {
    const auto manifest = package.head("META-INF/manifest.xml", 256 * 1024);
    if (manifest && manifest->find("encryption-data") != std::string::npos)
        return make_error(Errc::invalid, "the file is locked with a password: send it without one");
    ContentEvents events(out);
    return package.read_xml("content.xml", events, [&] { return out.full(); });
}

}  // namespace parley::extract
