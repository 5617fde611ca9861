#include "talk/marks.hpp"

#include <md4c.h>

#include <algorithm>
#include <vector>

#include "core/text.hpp"

namespace parley::talk {
namespace {

// Writes what the parser walks through. A line begins with the marks of the quotations and lists that it stands in.
class Writer {
public:
    void enter(MD_BLOCKTYPE type, const void* detail) {
        switch (type) {
            case MD_BLOCK_QUOTE:
                gap();
                ++quotes_;
                break;
            case MD_BLOCK_UL:
                if (lists_.empty()) gap();
                lists_.push_back({0, static_cast<const MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0});
                break;
            case MD_BLOCK_OL: {
                if (lists_.empty()) gap();
                const auto* list = static_cast<const MD_BLOCK_OL_DETAIL*>(detail);
                lists_.push_back({list->start == 0 ? 1 : list->start, list->is_tight != 0});
                break;
            }
            case MD_BLOCK_LI:
                item();
                break;
            case MD_BLOCK_H:
                gap();
                heading_ = true;
                put("*");
                break;
            case MD_BLOCK_CODE:
                gap();
                put("```\n");
                break;
            case MD_BLOCK_HR:
                gap();
                put("---");
                break;
            case MD_BLOCK_P:
            case MD_BLOCK_TABLE:
                gap();
                break;
            case MD_BLOCK_TR:
                new_line();
                first_cell_ = true;
                break;
            case MD_BLOCK_TH:
            case MD_BLOCK_TD:
                if (!first_cell_) put(" | ");
                first_cell_ = false;
                break;
            default:
                break;
        }
    }

    void leave(MD_BLOCKTYPE type) {
        switch (type) {
            case MD_BLOCK_QUOTE:
                --quotes_;
                break;
            case MD_BLOCK_UL:
            case MD_BLOCK_OL:
                lists_.pop_back();
                break;
            case MD_BLOCK_H:
                put("*");
                heading_ = false;
                break;
            case MD_BLOCK_CODE:
                new_line();
                put("```");
                break;
            default:
                break;
        }
    }

    void enter(MD_SPANTYPE type, const void* detail) {
        if (type == MD_SPAN_A) {
            const auto& target = static_cast<const MD_SPAN_A_DETAIL*>(detail)->href;
            links_.push_back({std::string(target.text, target.size), out_.size()});
        } else if (type == MD_SPAN_IMG) {
            const auto& target = static_cast<const MD_SPAN_IMG_DETAIL*>(detail)->src;
            links_.push_back({std::string(target.text, target.size), out_.size()});
        } else {
            put(mark_of(type));
        }
    }

    void leave(MD_SPANTYPE type) {
        if (type != MD_SPAN_A && type != MD_SPAN_IMG) return put(mark_of(type));
        const auto link = std::move(links_.back());
        links_.pop_back();
        const auto words = text::trim(std::string_view(out_).substr(std::min(link.begin, out_.size())));
        if (words.empty()) return put(link.target);
        if (link.target.find(words) == std::string::npos) put(" (" + link.target + ")");
    }

    void text(MD_TEXTTYPE type, std::string_view words) {
        switch (type) {
            case MD_TEXT_BR:
            case MD_TEXT_SOFTBR:
                put("\n");
                break;
            case MD_TEXT_NULLCHAR:
                break;
            case MD_TEXT_ENTITY:
                put(entity(words));
                break;
            default:
                put(words);
        }
    }

    std::string finish() { return std::string(text::trim(out_)); }

private:
    struct List {
        unsigned next = 0;  // 0: not numbered
        bool tight = true;
    };
    struct Link {
        std::string target;
        std::size_t begin;
    };

    std::string_view mark_of(MD_SPANTYPE type) const {
        switch (type) {
            case MD_SPAN_EM:
                return "_";
            case MD_SPAN_STRONG:
                return heading_ ? "" : "*";
            case MD_SPAN_DEL:
                return "~";
            case MD_SPAN_CODE:
                return "`";
            default:
                return "";
        }
    }

    static std::string_view entity(std::string_view name) {
        if (name == "&amp;") return "&";
        if (name == "&lt;") return "<";
        if (name == "&gt;") return ">";
        if (name == "&quot;") return "\"";
        if (name == "&apos;" || name == "&#39;") return "'";
        if (name == "&nbsp;") return " ";
        return name;
    }

    // Before a block: an empty line, but not at the beginning, right behind a list's mark or in a tight list.
    void gap() {
        if (out_.empty() || after_mark_) return;
        new_line();
        if (lists_.empty() || !lists_.back().tight) out_ += '\n';
    }
    void new_line() {
        if (!out_.empty() && out_.back() != '\n') out_ += '\n';
    }
    void item() {
        new_line();
        auto& list = lists_.back();
        begin_line(lists_.size() - 1);
        out_ += list.next == 0 ? "- " : std::to_string(list.next++) + ". ";
        after_mark_ = true;
    }
    void begin_line(std::size_t depth) {
        // Deeper than anybody reads is how a short text becomes a long one.
        for (int i = 0; i < std::min(quotes_, 4); ++i) out_ += "> ";
        out_.append(2 * std::min<std::size_t>(depth, 6), ' ');
    }
    void put(std::string_view words) {
        for (const char c : words) {
            if (c != '\n' && !after_mark_ && (out_.empty() || out_.back() == '\n')) begin_line(lists_.size());
            after_mark_ = false;
            out_ += c;
        }
    }

    std::string out_;
    std::vector<List> lists_;
    std::vector<Link> links_;
    int quotes_ = 0;
    bool heading_ = false;
    bool first_cell_ = false;
    bool after_mark_ = false;
};

Writer& writer(void* user) {
    return *static_cast<Writer*>(user);
}

}  // namespace

std::string to_whatsapp_marks(std::string_view markdown) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_NOHTML | MD_FLAG_STRIKETHROUGH | MD_FLAG_TABLES | MD_FLAG_NOINDENTEDCODEBLOCKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* user) {
        writer(user).enter(type, detail);
        return 0;
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* user) {
        writer(user).leave(type);
        return 0;
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* user) {
        writer(user).enter(type, detail);
        return 0;
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* user) {
        writer(user).leave(type);
        return 0;
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* user) {
        writer(user).text(type, std::string_view(text, size));
        return 0;
    };
    Writer out;
    if (md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &out) != 0)
        return std::string(text::trim(markdown));
    return out.finish();
}

}  // namespace parley::talk
