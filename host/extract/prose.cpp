// Paragraphs of Word and PowerPoint: both write runs of text "t" in paragraphs "p", tables as rows "tr" of cells "tc".
#include <algorithm>

#include "extract/readers.hpp"

namespace parley::extract {
namespace {

class ProseEvents final : public XmlEvents {
public:
    explicit ProseEvents(Output& out) : out_(out) {}

    void open(std::string_view name, const Attributes&) override {
        // Properties define tabs, and a fallback says the same again for old programs.
        if (skipping_ > 0 || name == "pPr" || name == "Fallback") {
            ++skipping_;
            return;
        }
        if (name == "t") {
            in_text_ = true;
        } else if (name == "p") {
            if (in_cell_ > 0) {
                out_.space();
            } else {
                out_.line();
            }
        } else if (name == "tab") {
            out_.put("\t");
        } else if (name == "br" || name == "cr") {
            in_cell_ > 0 ? out_.space() : out_.put("\n");
        } else if (name == "tr") {
            if (in_cell_ == 0) out_.line();
            first_cell_ = true;
        } else if (name == "tc") {
            if (!first_cell_) out_.cell();
            first_cell_ = false;
            ++in_cell_;
        }
    }

    void close(std::string_view name) override {
        if (skipping_ > 0) {
            --skipping_;
            return;
        }
        if (name == "t") in_text_ = false;
        if (name == "tc") in_cell_ = std::max(0, in_cell_ - 1);
    }

    void text(std::string_view text) override {
        if (in_text_ && skipping_ == 0) out_.put(text);
    }

private:
    Output& out_;
    int skipping_ = 0;  // depth within what is not read
    int in_cell_ = 0;
    bool first_cell_ = true;
    bool in_text_ = false;
};

class SlideList final : public XmlEvents {
public:
    void open(std::string_view name, const Attributes& attributes) override {
        if (name == "sldId") ids.emplace_back(attributes.prefixed("id"));
    }
    void close(std::string_view) override {}
    void text(std::string_view) override {}

    std::vector<std::string> ids;
};

}  // namespace

Result<void> read_prose(Package& package, std::string_view part, Output& out) {
    ProseEvents events(out);
    return package.read_xml(part, events, [&] { return out.full(); });
}

Result<void> read_slides(Package& package, const std::string& part, Output& out) {
    SlideList slides;
    if (auto ok = package.read_xml(part, slides); !ok) return ok;
    const auto relations = read_relations(package, part);
    if (!relations) return relations.error();
    for (std::size_t i = 0; i < slides.ids.size() && !out.full(); ++i) {
        const auto slide = relations->find(slides.ids[i]);
        if (slide == relations->end()) continue;
        out.section("[Slide " + std::to_string(i + 1) + "]");
        if (auto ok = read_prose(package, slide->second.part, out); !ok) return ok;
    }
    return {};
}

}  // namespace parley::extract
