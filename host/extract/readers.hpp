// The readers that the confined child runs on a file. Each reads what it can of an open file into `out`.
// Errc::invalid, too_large, unsupported; with words for the person who sent the file.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/error.hpp"
#include "extract/output.hpp"
#include "extract/package.hpp"

namespace parley::extract {

// Whatever is in the file but a PDF: what it is is told by its content.
Result<void> read_document(int file, Output& out);

// UTF-8, UTF-16 with its mark, or Windows-1252, which holds Latin-1.
Result<void> read_plain_text(int file, Output& out);

// .docx, .xlsx, .pptx and .odt, .ods, .odp
Result<void> read_package(int file, Output& out);

// Of .docx and .pptx: the paragraphs of one part.
Result<void> read_prose(Package& package, std::string_view part, Output& out);
Result<void> read_workbook(Package& package, const std::string& part, Output& out);
Result<void> read_slides(Package& package, const std::string& part, Output& out);
Result<void> read_open_document(Package& package, Output& out);

// What a part of an Office file refers to: by the id that it uses for it.
struct Relation {
    std::string type;  // the last word of its URI: "worksheet"
    std::string part;  // name in the package
};
Result<std::map<std::string, Relation>> read_relations(Package& package, std::string_view of_part);

}  // namespace parley::extract
