#include "extract/readers.hpp"

#include "extract/kind.hpp"

namespace parley::extract {
namespace {

Error no_document(std::string what) {
    return make_error(Errc::unsupported, std::move(what));
}

}  // namespace

Result<void> read_package(int file, Output& out) {
    auto package = Package::open(file);
    if (!package) return package.error();
    if (package->has("content.xml") && package->has("mimetype")) return read_open_document(*package, out);
    if (!package->has("[Content_Types].xml") || !package->has("_rels/.rels"))
        return no_document("this is an archive: send the documents themselves");
    const auto relations = read_relations(*package, "");
    if (!relations) return relations.error();
    for (const auto& [id, relation] : *relations) {
        if (relation.type != "officeDocument") continue;
        if (relation.part.starts_with("word/")) return read_prose(*package, relation.part, out);
        if (relation.part.starts_with("xl/")) return read_workbook(*package, relation.part, out);
        if (relation.part.starts_with("ppt/")) return read_slides(*package, relation.part, out);
    }
    return no_document("no text can be read from this kind of Office file");
}

Result<void> read_document(int file, Output& out) {
    switch (kind_of(file)) {
        case Kind::package:
            return read_package(file, out);
        case Kind::old_office:
            return no_document(
                "this is an old Office file, or one with a password: save it as .docx, .xlsx or .pptx "
                "without a password, and send that");
        case Kind::rich_text:
            return no_document("rich text is not read here: save it as .docx or PDF, and send that");
        case Kind::empty:
            return make_error(Errc::invalid, "the file is empty");
        case Kind::pdf:
        case Kind::other:
            break;
    }
    return read_plain_text(file, out);
}

}  // namespace parley::extract
