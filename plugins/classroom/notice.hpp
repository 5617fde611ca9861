// What Google Classroom's documents say, in words for a chat.
//
//   {"type": "courseWork" | "courseWorkMaterial" | "announcements", "is_new": true,
//    "course": {"descriptionHeading"},
//    "activity": {"title", "text", "description", "alternateLink", "workType", "maxPoints",
//                 "dueDate": {"year", "month", "day"}, "dueTime": {"hours", "minutes"},    in UTC
//                 "materials": [{"driveFile": {"driveFile": {"title", "alternateLink"}}},
//                               {"youtubeVideo": {"title", "alternateLink"}}, {"link": {"title", "url"}},
//                               {"form": {"title", "formUrl"}}, {"file": {"title", "url"}}]}}
//
// The shapes are those of Classroom's API (courses.courseWork, .courseWorkMaterials, .announcements), but for "file",
// which is ours: a file to be fetched and sent along.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "parley/json.hpp"

namespace classroom {

// "*header*", then a line for each item that has a value, then the footer.
std::string make_message(const std::string& header, const std::vector<std::pair<std::string, std::string>>& items,
                         const std::string& footer = {});

// The announcement itself. `due`: as it is to be shown, or empty. Throws std::runtime_error for what is no document.
std::string notice(const parley::Json& document, const std::string& due);

// What the activity is called.
std::string title_of(const parley::Json& document);

struct Material {
    std::string text;      // what to write about it
    std::string name;      // of the file
    std::string file_url;  // where the file may be fetched; empty: it is only a link
};

// Empty: of an unknown kind. `number` of `count`.
std::optional<Material> read_material(const parley::Json& material, std::size_t number, std::size_t count,
                                      const std::string& title);

}  // namespace classroom
