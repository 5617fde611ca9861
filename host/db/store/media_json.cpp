#include "db/store/media_json.hpp"

#include <boost/json.hpp>
#include <stdexcept>

namespace parley::db {

std::string media_to_json(const Media& media) {
    boost::json::object object;
    object["kind"] = to_string(media.kind);
    object["mime"] = media.mime;
    object["name"] = media.name;
    object["source"] = media.source;
    object["stored"] = media.stored;
    object["size"] = media.size;
    return boost::json::serialize(object);
}

Media media_from_json(std::string_view text) {
    Media media;
    if (text.empty()) return media;
    boost::json::error_code error;
    const auto value = boost::json::parse({text.data(), text.size()}, error);
    if (error || !value.is_object()) throw std::invalid_argument("stored media is not a JSON object");
    const auto& object = value.as_object();
    const auto field = [&](const char* name) -> std::string {
        const auto* found = object.if_contains(name);
        return found && found->is_string() ? std::string(found->as_string()) : std::string();
    };
    media.kind = media_kind_from(field("kind"));
    media.mime = field("mime");
    media.name = field("name");
    media.source = field("source");
    media.stored = field("stored");
    if (const auto* size = object.if_contains("size"); size && size->is_number())
        media.size = size->to_number<std::uint64_t>();
    return media;
}

}  // namespace parley::db
