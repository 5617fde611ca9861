// Documents of Google Classroom, posted to /hooks/classroom or /api/classroom, become messages in the group that the
// setting classroom_group_id names: the notice, a message or file for each material, and reminders before it is due.
//
//   zone   in storage: on whose clock times are shown, "Asia/Karachi"; set with the command
#include <parley/plugin.hpp>

#include <cstdio>
#include <functional>

#include "notice.hpp"

namespace classroom {

namespace {

using std::chrono::minutes;

constexpr std::size_t most_materials = 20;
constexpr std::uint32_t largest_file = 32u << 20;
constexpr std::chrono::seconds fetching_time{40};  // of all files together: the rest are sent as links
constexpr minutes reminders[] = {minutes(1440), minutes(60), minutes(10)};

std::string zone_of(const parley::Context& ctx) {
    return ctx.storage().get("zone").value_or("UTC").as_string("UTC");
}

std::string group_of(const parley::Context& ctx) {
    const auto group = ctx.settings().get("classroom_group_id").value_or("");
    if (group.empty()) {
        throw std::runtime_error("no group is set for the classroom: an admin sets classroom_group_id; then requeue");
    }
    return group.find('@') == std::string::npos ? group + "@g.us" : group;
}

// Classroom states date and time in UTC. Without a time it is the end of that day here.
std::optional<parley::Time> due_of(const parley::Context& ctx, const parley::Json& activity) {
    const auto& date = activity["dueDate"];
    const auto& time = activity["dueTime"];
    if (!date.is_object()) return std::nullopt;
    parley::LocalTime due;
    due.year = static_cast<int>(date["year"].as_int());
    due.month = static_cast<int>(date["month"].as_int());
    due.day = static_cast<int>(date["day"].as_int());
    due.hour = time.is_object() ? static_cast<int>(time["hours"].as_int()) : 23;
    due.minute = time.is_object() ? static_cast<int>(time["minutes"].as_int()) : 59;
    return ctx.clock().to_time(due, time.is_object() ? "UTC" : zone_of(ctx));
}

// "2026/12/31 11:59 PM"
std::string due_text(const parley::Context& ctx, parley::Time due) {
    const auto local = ctx.clock().to_local(due, zone_of(ctx)).value();
    char text[64];
    std::snprintf(text, sizeof(text), "%d/%d/%d %02d:%02d %s", local.year, local.month, local.day,
                  local.hour % 12 == 0 ? 12 : local.hour % 12, local.minute, local.hour < 12 ? "AM" : "PM");
    return text;
}

std::string reminder_text(std::int64_t left, const std::string& title, const std::string& link) {
    if (left == 60)
        return "*🔔 Only 1 hour left for " + title + " 🔔*\n\nYou should start submitting your work now.\n" + link;
    const auto span = left == 1440 ? std::string("24 hours") : std::to_string(left) + " minutes";
    return "*🔔 Only " + span + " left for " + title + " 🔔*";
}

// The same document posted again moves its reminders.
void set_reminders(const parley::Context& ctx, const parley::Json& document, std::optional<parley::Time> due) {
    const auto link = document["activity"]["alternateLink"].as_string();
    const auto id = std::to_string(std::hash<std::string>{}(link + "\n" + title_of(document)));
    for (const auto before : reminders) {
        const auto name = std::to_string(before.count()) + " " + id;
        if (!due || *due - before <= ctx.clock().now()) {
            ctx.timers().cancel(name);
            continue;
        }
        auto payload = parley::Json::object();
        payload["left"] = before.count();
        payload["title"] = title_of(document);
        payload["link"] = link;
        ctx.timers().set(name, *due - before, payload);
    }
}

// What is answered where one has to log in first.
bool is_page(const parley::HttpResponse& answer) {
    for (const auto& [name, value] : answer.headers) {
        if (parley::lower(name) == "content-type" && value.starts_with("text/html")) return true;
    }
    return false;
}

// Empty: it cannot be had.
std::optional<parley::HttpResponse> fetch(const parley::Context& ctx, const std::string& url) {
    parley::HttpRequest request;
    request.url = url;
    request.timeout = std::chrono::seconds(20);
    request.max_bytes = largest_file;
    try {
        auto answer = ctx.http().request(request);
        if (answer.ok() && !answer.body.empty() && !is_page(answer)) return answer;
        ctx.log().warn("a file was not had: " + url + " answered " + std::to_string(answer.status));
    } catch (const parley::ServiceError& error) {
        if (error.status() == parley::Status::gone) throw;
        ctx.log().warn("a file was not had: " + std::string(error.what()));
    }
    return std::nullopt;
}

class Classroom : public parley::Plugin {
public:
    Classroom() {
        parser_.option("-z", "--zone").help("Show times on the clock of this zone.").example("-z Asia/Karachi");
    }

    std::string name() const override { return "classroom"; }
    bool internal() const override { return true; }

    parley::Help help() const override {
        auto usages = parser_.usages();
        usages.insert(usages.begin(), {"", "Tell where documents go.", {}});
        return {"Bring documents of Google Classroom into a group.", usages,
                "Documents are posted to /api/classroom with the secret hook_secret_classroom."};
    }

    void handle(parley::Context& ctx) override {
        const auto arguments = parser_.parse(ctx.arguments());
        if (!ctx.message().from_admin()) throw parley::UserError("This is for admins.");
        if (const auto zone = arguments.one("zone")) {
            if (!ctx.clock().to_local(ctx.clock().now(), *zone))
                throw parley::UserError("There is no time zone `" + *zone + "`.");
            ctx.storage().put("zone", *zone);
        }
        const auto group = ctx.settings().get("classroom_group_id").value_or("");
        ctx.reply("*Group*: " + (group.empty() ? "none, set classroom_group_id" : group) +
                  "\n*Time zone*: " + arguments.one("zone").value_or(zone_of(ctx)));
    }

    void on_hook(parley::Context& ctx, const parley::HookRequest& request) override {
        const auto document = request.json();
        const auto group = group_of(ctx);
        const auto due = due_of(ctx, document["activity"]);
        ctx.messaging().send_text(group, notice(document, due ? due_text(ctx, *due) : ""));
        set_reminders(ctx, document, due);
        const auto& materials = document["activity"]["materials"].items();
        const auto began = ctx.clock().now();
        for (std::size_t i = 0; i < materials.size() && i < most_materials; ++i) {
            const auto material = read_material(materials[i], i + 1, materials.size(), title_of(document));
            if (material) send(ctx, group, *material, ctx.clock().now() - began < fetching_time);
        }
    }

    void on_timer(parley::Context& ctx) override {
        const auto payload = parley::Json::parse(ctx.message().payload());
        ctx.messaging().send_text(group_of(ctx), reminder_text(payload["left"].as_int(), payload["title"].as_string(),
                                                               payload["link"].as_string()));
    }

private:
    static void send(const parley::Context& ctx, const std::string& group, const Material& material, bool may_fetch) {
        const auto file = may_fetch && !material.file_url.empty() ? fetch(ctx, material.file_url) : std::nullopt;
        if (!file) return ctx.messaging().send_text(group, material.text);
        parley::Outgoing message;
        message.kind = parley::Outgoing::Kind::media;
        message.to = group;
        message.text = material.text;
        message.media_ref = ctx.media().create(file->body);
        message.media_name = material.name.empty() ? "file" : material.name;
        message.as_file = true;
        ctx.messaging().send(message);
    }

    parley::ArgumentParser parser_;
};

}  // namespace

}  // namespace classroom

PARLEY_PLUGIN(classroom::Classroom, "classroom", "1.0.0", "classroom", "messaging media settings storage timers http");
