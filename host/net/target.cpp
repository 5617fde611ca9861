#include "net/target.hpp"

#include "net/form.hpp"
#include "net/grammar.hpp"

namespace parley::net {

namespace {
bool climbs(std::string_view path) {
    while (!path.empty()) {
        auto slash = path.find('/');
        auto segment = path.substr(0, slash);
        if (segment == "." || segment == "..") return true;
        path = slash == std::string_view::npos ? std::string_view() : path.substr(slash + 1);
    }
    return false;
}
}  // namespace

std::optional<Target> parse_target(std::string_view target) {
    Target out;
    auto mark = target.find('?');
    out.raw_path = target.substr(0, mark);
    if (mark != std::string_view::npos) out.query = target.substr(mark + 1);
    auto decoded = percent_decode(out.raw_path);
    if (!decoded || !grammar::is_field_value(*decoded) || climbs(*decoded)) return std::nullopt;
    out.path = std::move(*decoded);
    return out;
}

std::string_view path_asked_for(std::string_view head) {
    auto line = head.substr(0, head.find_first_of("\r\n"));
    auto space = line.find(' ');
    if (space == std::string_view::npos) return {};
    auto target = line.substr(space + 1);
    return target.substr(0, target.find_first_of(" ?"));
}

}  // namespace parley::net
