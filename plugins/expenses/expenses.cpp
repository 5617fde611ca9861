// Counts spent money. In the group that the setting kharchey_group_id names, every message that does not begin with a
// dot is read as a line of the ledger; elsewhere the command is typed: ./kharchey or ./expenses. Everyone has a list of
// their own in each group.
#include <cstdio>
#include <set>

#include "ledger.hpp"

namespace expenses {

namespace {

constexpr const char* edit_usage = "Usage: `Edit [item#] [quantity]x[price] [item]` or `Edit [item#] [price] [item]`\n";
constexpr const char* clear_usage = "Usage: `Clear [item1#] [item2#] ...`\n";
constexpr const char* add_usage = "Usage: `[quantity]x[price] [item]`\n";

parley::Help help_data() {
    return {"Count spent money",
            {{"[quantity]x[price] [item]", "Add items with quantity.", {"2x100 Milk", "3x50 Chips"}},
             {"[price] [item]", "Add items without quantity.", {"100 Milk", "50 Chips"}},
             {"Edit [item#] [quantity]x[price] [item]",
              "Edit specific item in list.",
              {"Edit 1 2x100 Milk", "Edit 2 3x50 Chips"}},
             {"Edit [item#] [price] [item]", "Edit specific item in list.", {"Edit 1 100 Milk", "Edit 2 50 Chips"}},
             {"Clear [item#] [item#] ...", "Clear specific items from list.", {"Clear 1 2", "Clear 1 2 3"}},
             {"Clear", "Clear all items from list.", {}},
             {"List", "Get list of items.", {}},
             {"List withtime", "Get list of items with time.", {}},
             {"List all", "Get list of all participants.", {}},
             {"Help", "Show this message.", {}}},
            "Only the person who added the item can edit or clear it."};
}

// "05/03/2026 12:07 PM" as the sender's clock shows it.
std::string time_text(const parley::Context& ctx, parley::Time time, const std::string& zone) {
    auto found = ctx.clock().to_local(time, zone);
    if (!found) found = ctx.clock().to_local(time, "UTC");
    const auto local = found.value_or(parley::LocalTime());
    char text[64];
    std::snprintf(text, sizeof(text), "%02d/%02d/%04d %02d:%02d %s", local.day, local.month, local.year,
                  local.hour % 12 == 0 ? 12 : local.hour % 12, local.minute, local.hour < 12 ? "AM" : "PM");
    return text;
}

std::string amount_text(const Item& item) {
    if (item.quantity <= 1) return std::to_string(item.cost());
    return std::to_string(item.quantity) + "x" + std::to_string(item.price) + "=" + std::to_string(item.cost());
}

// An answer has room for so many items, and so much of the name of each, and so many complaints.
constexpr std::size_t most_shown = 100, longest_shown = 200, most_complaints = 10;
// One handling stores some 10,000 values at most.
constexpr std::size_t most_at_once = 1'000;

std::string cut(std::string_view text) {
    std::size_t end = 0;
    for (std::size_t count = 0; count < longest_shown && end < text.size(); ++count) {
        do ++end;
        while (end < text.size() && (text[end] & 0xC0) == 0x80);
    }
    return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

// "2,412"
std::string grouped(std::size_t number) {
    auto digits = std::to_string(number);
    for (auto at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
    return digits;
}

// The last items, and the total of all.
std::string list_text(const parley::Context& ctx, const std::vector<Entry>& entries, bool with_time) {
    if (entries.empty()) return "*List*\nNo items in list";
    const auto zone = with_time ? ctx.clock().sender_zone() : std::string();
    const std::size_t earlier = entries.size() > most_shown ? entries.size() - most_shown : 0;
    std::string text = "*List*\n";
    if (earlier > 0) text += "... and " + grouped(earlier) + " earlier\n";
    for (std::size_t i = earlier; i < entries.size(); ++i) {
        const auto& entry = entries[i];
        text += std::to_string(i + 1) + ". ";
        if (with_time) text += "`" + time_text(ctx, entry.time, zone) + "` ";
        text += "`" + amount_text(entry.item) + "` " + cut(entry.item.name) + "\n";
    }
    std::int64_t total = 0;
    for (const auto& entry : entries) total += entry.item.cost();
    return text + "\n*Total: " + std::to_string(total) + "*";
}

class Expenses : public parley::Plugin {
public:
    std::vector<parley::Command> commands() override {
        parley::Command kharchey;
        kharchey.name = "kharchey";
        kharchey.help = help_data();
        kharchey.internal = true;
        kharchey.handle = [this](parley::Context& ctx) { handle(ctx); };
        auto alias = kharchey;
        alias.name = "expenses";
        return {kharchey, alias};
    }

    std::optional<std::string> preprocess(parley::Context& ctx, const parley::Message& message) override {
        const auto text = parley::trim(message.text());
        if (!message.in_group() || text.empty() || text.front() == '.') return std::nullopt;
        const auto id = ctx.settings().get("kharchey_group_id").value_or("");
        if (message.group() != id.substr(0, id.find('@'))) return std::nullopt;
        return "./kharchey " + std::string(message.text());
    }

    void handle(parley::Context& ctx) override {
        const auto words = split_words(ctx.arguments());
        if (words.empty()) throw parley::SendHelp();
        const auto action = parley::lower(words.front());
        if (action == "help") throw parley::SendHelp();
        if (action == "list") return list(ctx, words);
        if (action == "edit") return edit(ctx);
        if (action == "clear") return clear(ctx, words);
        add(ctx);
    }

private:
    static std::vector<Entry> mine(const parley::Context& ctx) { return Ledger(ctx).entries(ctx.message().sender()); }

    static void list(const parley::Context& ctx, const std::vector<std::string_view>& words) {
        bool with_time = false, all = false;
        for (const auto& word : words) {
            if (parley::lower(word) == "withtime") with_time = true;
            if (parley::lower(word) == "all") all = true;
        }
        const auto entries = Ledger(ctx).entries(all ? std::string_view() : ctx.message().sender());
        ctx.reply(list_text(ctx, entries, with_time));
    }

    // "Edit 2 3x50 Chips"
    static void edit(const parley::Context& ctx) {
        auto rest = parley::trim(ctx.arguments().substr(4));
        const auto number_end = std::min(rest.find_first_of(" \t\n"), rest.size());
        const auto number = parse_number(rest.substr(0, number_end));
        const auto item = parse_item(rest.substr(number_end));
        auto entries = mine(ctx);
        std::string problem;
        if (!number || !item) {
            problem = edit_usage;
        } else if (*number > static_cast<std::int64_t>(entries.size())) {
            problem = "There is no item " + std::to_string(*number) + " in your list.\n";
        } else {
            auto& entry = entries[static_cast<std::size_t>(*number - 1)];
            entry.item = *item;
            Ledger(ctx).replace(entry);
        }
        ctx.reply(problem + list_text(ctx, entries, false));
    }

    // "Clear" or "Clear 1 2": the numbers are those of the list before anything is cleared.
    static void clear(const parley::Context& ctx, const std::vector<std::string_view>& words) {
        const Ledger ledger(ctx);
        const auto entries = mine(ctx);
        std::set<std::size_t> cleared;
        std::size_t complaints = 0;
        std::string problem;
        for (std::size_t i = 1; i < words.size(); ++i) {
            const auto number = parse_number(words[i]);
            if (!number) {
                problem = clear_usage;
            } else if (*number > static_cast<std::int64_t>(entries.size())) {
                if (++complaints <= most_complaints)
                    problem += "There is no item " + std::string(words[i]) + " in your list.\n";
            } else {
                cleared.insert(static_cast<std::size_t>(*number - 1));
            }
        }
        std::vector<Entry> left;
        for (std::size_t i = 0; i < entries.size(); ++i) {
            if (words.size() == 1 || cleared.count(i) > 0) {
                ledger.remove(entries[i]);
            } else {
                left.push_back(entries[i]);
            }
        }
        ctx.reply(problem + list_text(ctx, left, false));
    }

    // Items, one a line. A text whose first line is none is conversation, and gets no answer.
    static void add(const parley::Context& ctx) {
        const auto lines = split_lines(ctx.arguments());
        if (!parse_item(lines.front())) return;
        if (lines.size() > most_at_once)
            throw parley::UserError("One message can add " + grouped(most_at_once) + " items at most.");
        const Ledger ledger(ctx);
        std::vector<std::string> failed;
        std::size_t more = 0;
        for (const auto line : lines) {
            if (const auto item = parse_item(line)) {
                ledger.add(*item, ctx.message().sender(), ctx.message().time());
            } else if (failed.size() < most_complaints) {
                failed.push_back(cut(line));
            } else {
                ++more;
            }
        }
        if (more > 0) failed.push_back("and " + grouped(more) + " more");
        std::string text;
        if (!failed.empty()) text = "Failed to add *" + parley::join(failed) + "* to list\n" + add_usage;
        ctx.reply(text + list_text(ctx, mine(ctx), false));
    }
};

}  // namespace

}  // namespace expenses

PARLEY_PLUGIN(expenses::Expenses, "expenses", "1.0.0", "kharchey expenses", "messaging settings storage");
