// Parts of an Office file refer to each other by ids, which a table beside each part resolves
// (ECMA-376 part 2, section 9.3).
#include "extract/readers.hpp"

namespace parley::extract {
namespace {

constexpr std::size_t most_relations = 10'000;

std::string folder_of(std::string_view part) {
    const auto slash = part.rfind('/');
    return slash == std::string_view::npos ? "" : std::string(part.substr(0, slash + 1));
}

// "../media/a.xml" as seen from "xl/worksheets/" is "xl/media/a.xml". Only ever compared with the names of parts.
std::string resolve(std::string folder, std::string_view target) {
    if (target.starts_with('/')) return std::string(target.substr(1));
    while (target.starts_with("../")) {
        target.remove_prefix(3);
        if (!folder.empty()) folder.pop_back();
        folder = folder_of(folder);
    }
    return folder + std::string(target);
}

class RelationEvents final : public XmlEvents {
public:
    explicit RelationEvents(std::string folder) : folder_(std::move(folder)) {}

    void open(std::string_view name, const Attributes& attributes) override {
        if (name != "Relationship" || attributes["TargetMode"] == "External" || found.size() >= most_relations) return;
        const auto type = attributes["Type"];
        found[std::string(attributes["Id"])] = {std::string(type.substr(type.rfind('/') + 1)),
                                                resolve(folder_, attributes["Target"])};
    }
    void close(std::string_view) override {}
    void text(std::string_view) override {}

    std::map<std::string, Relation> found;

private:
    std::string folder_;
};

}  // namespace

Result<std::map<std::string, Relation>> read_relations(Package& package, std::string_view of_part) {
    const std::string folder = folder_of(of_part);
    RelationEvents events(folder);
    const auto ok = package.read_xml(folder + "_rels/" + std::string(of_part.substr(folder.size())) + ".rels", events);
    if (!ok) return ok.error();
    return std::move(events.found);
}

}  // namespace parley::extract
