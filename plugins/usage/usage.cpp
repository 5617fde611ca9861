// /usage tells people what they used of the language model and what is left today; /admin costs tells admins what
// everybody used, and what that cost.
#include <parley/plugin.hpp>

#include <algorithm>
#include <cstdio>

namespace {

constexpr int most_days = 366;

// 1234567 -> "1,234,567"
std::string number(std::int64_t value) {
    std::string text = std::to_string(value);
    for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3)
        text.insert(static_cast<std::size_t>(at), ",");
    return text;
}

std::string money(std::int64_t micro_usd) {
    char text[32];
    std::snprintf(text, sizeof text, "$%.*f", micro_usd > 0 && micro_usd < 10'000 ? 6 : 2,
                  static_cast<double>(micro_usd) / 1e6);
    return text;
}

std::string minutes(std::int64_t ms) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f", static_cast<double>(ms) / 60'000);
    return text;
}

std::string time_left(std::int64_t ms) {
    const auto left = std::max<std::int64_t>(1, (ms + 59'999) / 60'000);
    return (left >= 60 ? std::to_string(left / 60) + " h " : "") + std::to_string(left % 60) + " min";
}

// "\n- Pictures: 2 of 20"; nothing when neither used nor limited.
std::string line(const char* name, const std::string& used, const std::string& limit, bool worth_it) {
    if (!worth_it) return {};
    return std::string("\n- ") + name + ": " + used + (limit.empty() ? "" : " of " + limit);
}

// `limited`: the limits are for these days, that is for today.
std::string details(const parley::UsageRow& row, const parley::ModelUsage::Limits& limits, bool limited) {
    const auto limit = [&](std::int64_t value, const std::string& shown) {
        return limited && value > 0 ? shown : std::string();
    };
    const auto tokens = row.input_tokens + row.output_tokens;
    return line("Questions", number(row.calls), "", true) +
           line("Tokens", number(tokens), limit(limits.tokens, number(limits.tokens)), true) +
           line("Pictures", number(row.pictures), limit(limits.pictures, number(limits.pictures)), row.pictures > 0) +
           line("Minutes of speech heard", minutes(row.audio_ms), limit(limits.audio_ms, minutes(limits.audio_ms)),
                row.audio_ms > 0) +
           line("Characters read out", number(row.speech_characters),
                limit(limits.speech_characters, number(limits.speech_characters)), row.speech_characters > 0) +
           line("Cost", money(row.micro_usd), limit(limits.micro_usd, money(limits.micro_usd)), row.micro_usd > 0);
}

class UsagePlugin : public parley::Plugin {
public:
    UsagePlugin() {
        for (auto* parser : {&own_, &all_})
            parser->option("-d", "--days").takes(parley::exactly(1), "days").help("The last days, today included.");
        all_.option("-b", "--by")
            .takes(parley::exactly(1), "what")
            .help("A line for each person, chat, kind, model or day.")
            .example("-b kind")
            .example("-b day -d 7");
    }

    std::vector<parley::Command> commands() override {
        return {{"usage",
                 {"See what you used of the language model.",
                  {{"", "Today, and what is left of it.", {""}}, {"-d [days]", "The last days.", {"-d 7"}}},
                  "Your share starts afresh every day."},
                 [this](parley::Context& ctx) { tell_own(ctx); }},
                {"costs",
                 {"See what everybody used of the language model, and what it cost.", all_.usages(),
                  "Without options: today, by person."},
                 [this](parley::Context& ctx) { tell_all(ctx); },
                 true}};
    }

private:
    static int days_of(const parley::Arguments& arguments) {
        const auto typed = arguments.one("days");
        if (!typed) return 1;
        const bool digits = !typed->empty() && typed->size() <= 3 &&
                            std::all_of(typed->begin(), typed->end(), [](char c) { return c >= '0' && c <= '9'; });
        const int days = digits ? std::stoi(*typed) : 0;
        if (days < 1 || days > most_days)
            throw parley::UserError("`" + *typed + "` is no number of days from 1 to " + std::to_string(most_days) +
                                    ".");
        return days;
    }
    static std::string span(int days) { return days == 1 ? "today" : "in " + std::to_string(days) + " days"; }

    void tell_own(parley::Context& ctx) const {
        parley::UsageQuery query;
        query.days = days_of(own_.parse(ctx.arguments()));
        const auto usage = ctx.gpt().usage(query);
        const auto row = usage.rows.empty() ? parley::UsageRow{} : usage.rows.front();
        std::string text = "*Your use of the language model " + span(query.days) + "*";
        text += details(row, usage.limits, query.days == 1);
        if (query.days == 1)
            text +=
                "\nIt starts afresh in " + time_left(usage.day_ends_ms - parley::to_unix_ms(ctx.clock().now())) + ".";
        ctx.reply(text);
    }

    void tell_all(parley::Context& ctx) const {
        const auto arguments = all_.parse(ctx.arguments());
        parley::UsageQuery query;
        query.all = true;
        query.days = days_of(arguments);
        const auto total = ctx.gpt().usage(query);
        query.by = arguments.one("by").value_or("person");
        const auto parts = ctx.gpt().usage(query);
        std::string text = "*Use of the language model " + span(query.days) + "*";
        const auto row = total.rows.empty() ? parley::UsageRow{} : total.rows.front();
        text += details(row, total.limits, query.days == 1);
        if (!parts.rows.empty()) text += "\n\n*By " + query.by + "*";
        for (const auto& part : parts.rows)
            text += "\n- " + (part.name.empty() ? "(none)" : part.name) + ": " + number(part.calls) + " questions, " +
                    number(part.input_tokens + part.output_tokens) + " tokens, " + money(part.micro_usd);
        ctx.reply(text);
    }

    parley::ArgumentParser own_, all_;
};

}  // namespace

PARLEY_PLUGIN(UsagePlugin, "usage", "1.0.0", "usage costs", "messaging gpt clock");
