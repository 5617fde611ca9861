// /reminder writes in this chat what it was given, at the time it was given, once or again and again. A reminder is a
// timer of the chat and nothing else: its payload says all about it, so that it survives restarts and reloads, fires
// once, and sets its next time in the same transaction.
//
//   timer "<number>"   {"message", "sender", "name", "zone", "rule", "start": local time as it was given}
//   next/<place>       in storage: the number of the next reminder
#include <parley/plugin.hpp>

#include "recurrence.hpp"
#include "when.hpp"

namespace reminder {

namespace {

constexpr std::size_t most_in_chat = 100;
constexpr std::size_t longest_message = 4'000;
constexpr std::chrono::minutes late_from{5};

parley::Json to_json(const parley::LocalTime& time) {
    auto json = parley::Json::array();
    for (const int part : {time.year, time.month, time.day, time.hour, time.minute, time.second}) json.push_back(part);
    return json;
}

parley::LocalTime from_json(const parley::Json& json) {
    parley::LocalTime time;
    int* const parts[] = {&time.year, &time.month, &time.day, &time.hour, &time.minute, &time.second};
    for (std::size_t i = 0; i < json.size() && i < std::size(parts); ++i) {
        *parts[i] = static_cast<int>(json.items()[i].as_int());
    }
    return time;
}

// The clock of one time zone.
class WallClock {
public:
    WallClock(const parley::Context& ctx, std::string zone) : clock_(ctx.clock()), zone_(std::move(zone)) {
        if (!clock_.to_local(clock_.now(), zone_)) throw parley::UserError("There is no time zone `" + zone_ + "`.");
    }
    const std::string& zone() const { return zone_; }
    parley::Time now() const { return clock_.now(); }
    parley::LocalTime local(parley::Time time) const { return clock_.to_local(time, zone_).value(); }
    parley::Time time(const parley::LocalTime& local) const { return clock_.to_time(local, zone_).value(); }
    std::string text(parley::Time time) const { return time_text(local(time)) + " (" + zone_ + ")"; }

    // When `rule`, begun at `start`, comes round next; empty: never again.
    std::optional<parley::Time> next(const std::string& rule, const parley::LocalTime& start,
                                     parley::Time after) const {
        return next_time(rule, start, local(after), after, [this](const parley::LocalTime& at) { return time(at); });
    }

private:
    parley::Clock clock_;
    std::string zone_;
};

class Reminder : public parley::Plugin {
public:
    Reminder() {
        parser_.positional("when").takes(parley::any_number);
        parser_.option("-d", "--date").takes(parley::one_or_more);
        parser_.option("-t", "--time").takes(parley::one_or_more);
        parser_.option("-r", "--rrule");
        parser_.option("-z", "--zone");
        parser_.option("-m", "--message").takes(parley::one_or_more).required();
    }

    std::string name() const override { return "reminder"; }

    parley::Help help() const override {
        return {"Set a reminder for a specific date and time.",
                {{"create -d [YYYY-MM-DD] -t [HH:MM] -m [message]",
                  "Set a reminder for a specific date and time.",
                  {"create -d 2030-12-31 -t 23:59 -m Happy New Year!", "create -d tomorrow -t 9am -m Call the bank"}},
                 {"create [when] -m [message]",
                  "Set a reminder in plain words.",
                  {"create in 10 minutes -m Tea", "create friday noon -m Lunch"}},
                 {"create -d [YYYY-MM-DD] -t [HH:MM] -r [RRULE] -m [message]",
                  "Set a reminder for a specific date and time with recurrence rule.",
                  {"create -d 2030-12-31 -t 23:59 -r FREQ=YEARLY -m Happy New Year!",
                   "create 9am -r weekdays -m Stand-up"}},
                 {"create [when] -z [zone] -m [message]",
                  "Use the clock of another time zone.",
                  {"create 9am -z Europe/London -m Call London"}},
                 {"get", "Get reminders.", {"get"}},
                 {"delete [reminder_id] [reminder_id] ...", "Delete reminders.", {"delete 1 2"}},
                 {"delete all", "Delete all your reminders in this chat.", {"delete all"}}},
                "Reminders are set based on the phone number of the sender: its country tells the time zone."};
    }

    void handle(parley::Context& ctx) override {
        const auto line = ctx.arguments();
        const auto words = parley::split(line);
        if (words.empty()) throw parley::SendHelp();
        const auto rest = line.substr(std::min(line.find_first_of(" \t\n"), line.size()));
        if (words[0] == "create") return create(ctx, rest);
        if (words[0] == "delete") return remove(ctx, {words.begin() + 1, words.end()});
        if ((words[0] == "get" || words[0] == "list") && words.size() == 1) return list(ctx);
        throw parley::SendHelp();
    }

    void on_timer(parley::Context& ctx) override {
        const auto reminder = parley::Json::parse(ctx.message().payload());
        const WallClock clock(ctx, reminder["zone"].as_string("UTC"));
        const auto due = ctx.message().time();
        std::string text = "*Reminder*: " + reminder["message"].as_string();
        if (clock.now() - due > late_from) {
            text += "\n_This was due " + clock.text(due) + ", when I was not there._";
        }
        ctx.reply(text);
        const auto rule = reminder["rule"].as_string();
        if (rule.empty()) return;
        const auto next = clock.next(rule, from_json(reminder["start"]), std::max(clock.now(), due));
        if (next) ctx.timers().set(ctx.message().timer(), *next, reminder);
    }

private:
    void create(const parley::Context& ctx, std::string_view line) const {
        const auto arguments = parser_.parse(line);
        const auto message = arguments.text("message");
        if (parley::characters(message) > longest_message)
            throw parley::UserError("A reminder has at most 4,000 characters.");
        if (ctx.timers().list().size() >= most_in_chat) {
            throw parley::UserError("This chat has 100 reminders already. Delete some first.");
        }
        const WallClock clock(ctx, arguments.one("zone").value_or(ctx.clock().sender_zone()));
        const auto now = clock.now();
        const auto when = parse_when(words_of(arguments), clock.local(now));
        const auto start = when.span ? clock.local(now + *when.span) : when.local;
        auto due = when.span ? now + *when.span : clock.time(when.local);

        auto reminder = parley::Json::object();
        if (const auto rule = arguments.one("rrule")) {
            const auto normal = read_rule(*rule, [&](parley::Time time) { return clock.local(time); });
            const auto first = clock.next(normal, start, std::max(now, due - std::chrono::seconds(1)));
            if (!first) throw parley::UserError("With this rule the reminder never comes round.");
            due = *first;
            reminder["rule"] = normal;
        }
        if (due <= now) throw parley::UserError(clock.text(due) + " is past.");
        reminder["message"] = message;
        reminder["sender"] = ctx.message().sender();
        reminder["name"] = ctx.message().sender_name();
        reminder["zone"] = clock.zone();
        reminder["start"] = to_json(start);
        const auto number = take_number(ctx);
        ctx.timers().set(number, due, reminder);
        ctx.reply("Reminder set successfully.\n" + number + ": " + clock.text(due) + repeats(reminder));
    }

    // All the words that say when, in whatever way they were given.
    static std::vector<std::string> words_of(const parley::Arguments& arguments) {
        std::vector<std::string> words;
        for (const auto* name : {"when", "date", "time"}) {
            for (const auto& value : arguments.all(name)) {
                for (auto& word : parley::split(value)) words.push_back(std::move(word));
            }
        }
        return words;
    }

    static std::string take_number(const parley::Context& ctx) {
        const auto key = "next/" + ctx.message().place();
        const auto number = ctx.storage().get(key).value_or(1).as_int(1);
        ctx.storage().put(key, number + 1);
        return std::to_string(number);
    }

    static std::string repeats(const parley::Json& reminder) {
        const auto rule = reminder["rule"].as_string();
        return rule.empty() ? "" : ", " + rule;
    }

    static void list(const parley::Context& ctx) {
        std::string text;
        for (const auto& timer : ctx.timers().list()) {
            const auto& reminder = timer.payload;
            const WallClock clock(ctx, reminder["zone"].as_string("UTC"));
            text += "\n" + timer.name + ": " + reminder["message"].as_string();
            text += "\n    " + clock.text(timer.due) + repeats(reminder);
            if (ctx.message().in_group()) text += ", by " + author(reminder);
        }
        ctx.reply(text.empty() ? "No reminders found." : "*Reminders:*" + text);
    }

    static std::string author(const parley::Json& reminder) {
        const auto name = reminder["name"].as_string();
        return name.empty() ? reminder["sender"].as_string() : name;
    }

    // One's own; admins may delete everybody's by number. "all" is all of one's own.
    static void remove(const parley::Context& ctx, const std::vector<std::string>& numbers) {
        if (numbers.empty()) throw parley::SendHelp();
        ctx.confirm();
        const bool all = numbers.size() == 1 && numbers[0] == "all";
        std::vector<std::string> deleted, kept, unknown = all ? std::vector<std::string>() : numbers;
        for (const auto& timer : ctx.timers().list()) {
            const bool own = timer.payload["sender"].as_string() == ctx.message().sender();
            const bool named = std::erase(unknown, timer.name) > 0;
            if (!named && !(all && own)) continue;
            const bool may = own || ctx.message().from_admin();
            if (may) ctx.timers().cancel(timer.name);
            (may ? deleted : kept).push_back(timer.name);
        }
        std::vector<std::string> lines;
        if (!deleted.empty()) lines.push_back("Successfully deleted reminders: " + parley::join(deleted));
        if (!kept.empty()) lines.push_back("Only who set them and admins may delete: " + parley::join(kept));
        if (!unknown.empty()) lines.push_back("There are no reminders: " + parley::join(unknown));
        ctx.reply(lines.empty() ? "No reminders found." : parley::join(lines, "\n"));
    }

    parley::ArgumentParser parser_;
};

}  // namespace

}  // namespace reminder

PARLEY_PLUGIN(reminder::Reminder, "reminder", "1.0.0", "reminder", "messaging storage timers");
