#include "notice.hpp"

#include <stdexcept>

namespace classroom {

namespace {

// "SHORT_ANSWER_QUESTION" -> "Short Answer Question"
std::string in_words(const std::string& name) {
    std::string words;
    bool first = true;
    for (const char c : name) {
        const bool upper = c >= 'A' && c <= 'Z';
        words += c == '_' ? ' ' : upper && !first ? static_cast<char>(c - 'A' + 'a') : c;
        first = c == '_';
    }
    return words.empty() ? "Work" : words;
}

std::string number_text(const parley::Json& number) {
    return number.is_number() ? number.dump() : std::string();
}

// Where a file of Google Drive that everybody may read is to be had.
std::string drive_url(const std::string& link) {
    for (const std::string before : {"/d/", "id="}) {
        const auto at = link.find(before);
        if (at == std::string::npos) continue;
        const auto id =
            link.substr(at + before.size(), link.find_first_of("/?&#", at + before.size()) - at - before.size());
        if (!id.empty()) return "https://drive.google.com/uc?export=download&id=" + id;
    }
    return {};
}

}  // namespace

std::string make_message(const std::string& header, const std::vector<std::pair<std::string, std::string>>& items,
                         const std::string& footer) {
    std::string text = "*" + header + "*\n";
    for (const auto& [name, value] : items) {
        if (!value.empty()) text += "\n*" + name + "*: " + value;
    }
    return footer.empty() ? text : text + "\n\n_" + footer + "_";
}

std::string notice(const parley::Json& document, const std::string& due) {
    const auto type = document["type"].as_string();
    const auto& activity = document["activity"];
    const auto course = document["course"]["descriptionHeading"].as_string();
    const std::string status = document["is_new"].as_bool(true) ? "New" : "Updated";
    const auto text = [&](const char* name) { return activity[name].as_string(); };
    if (type == "courseWorkMaterial")
        return make_message(
            status + " Material for " + course,
            {{"📝 Title", text("title")}, {"📄 Description", text("description")}, {"🔗 Link", text("alternateLink")}});
    if (type == "courseWork")
        return make_message(status + " " + in_words(text("workType")) + " for " + course,
                            {{"📝 Title", text("title")},
                             {"📄 Description", text("description")},
                             {"⏰ Due", due.empty() ? "No due date provided" : due},
                             {"🏆 Points", number_text(activity["maxPoints"])},
                             {"🔗 Link", text("alternateLink")}},
                            "Good Luck ✌️");
    if (type == "announcements")
        return make_message(status + " Announcement for " + course,
                            {{"💬 Text", text("text")}, {"🔗 Link", text("alternateLink")}});
    throw std::runtime_error("this is no document of a classroom: type is \"" + type +
                             "\" instead of courseWork, courseWorkMaterial or announcements");
}

std::string title_of(const parley::Json& document) {
    return document["activity"]["title"].as_string("Announcement");
}

std::optional<Material> read_material(const parley::Json& material, std::size_t number, std::size_t count,
                                      const std::string& title) {
    const auto header = "Material " + std::to_string(number) + " of " + std::to_string(count) + " for " + title;
    const auto& drive = material["driveFile"]["driveFile"];
    const auto& file = material["file"];
    const auto described = [&](const parley::Json& from, const char* link_name, const char* link) {
        const auto name = from["title"].as_string();
        return Material{make_message(header, {{"📝 Title", name},
                                              {"📄 Description", from["description"].as_string()},
                                              {link_name, from[link].as_string()}}),
                        name,
                        {}};
    };
    if (drive.is_object()) {
        auto read = described(drive, "🔗 Link", "alternateLink");
        read.file_url = drive_url(drive["alternateLink"].as_string());
        return read;
    }
    if (file.is_object()) {
        auto read = described(file, "🔗 Link", "url");
        read.file_url = file["url"].as_string();
        return read;
    }
    if (material.contains("youtubeVideo"))
        return described(material["youtubeVideo"], "🔗 YouTube Link", "alternateLink");
    if (material.contains("link")) return described(material["link"], "🔗 Link", "url");
    if (material.contains("form")) return described(material["form"], "🔗 Link", "formUrl");
    return std::nullopt;
}

}  // namespace classroom
