// /poll asks the people of a chat. The question goes out as the channel's own poll where it has them, and in words
// elsewhere; whoever writes the number of an answer votes. One poll at a time in a chat, one vote a person, which a
// later one replaces.
//
//   poll/<place>                      {"question", "options", "answers", "by", "open", "number"}
//   vote/<place>/<number>/<sender>    [1, 3]
//
// "answers" is how many each may choose. A vote has a key a person, so that two who vote at once do not wait for each
// other.
#include <parley/plugin.hpp>

#include <algorithm>
#include <charconv>
#include <set>

namespace {

constexpr std::size_t most_options = 12;     // as in WhatsApp
constexpr std::size_t longest_option = 100;  // characters
constexpr std::size_t longest_question = 255;

// What stands between bars or line breaks, without what is empty.
std::vector<std::string> parts_of(std::string_view text) {
    std::vector<std::string> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find_first_of("|\n"), text.size());
        if (const auto part = parley::trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

// 1 to 99; 0 when it is no such number.
std::size_t small_number(std::string_view text) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return text.empty() || text.size() > 2 || error != std::errc() || end != text.data() + text.size() ? 0 : value;
}

// The poll of one chat.
class Ballot {
public:
    explicit Ballot(const parley::Context& ctx) : storage_(ctx.storage()), place_(ctx.message().place()) {
        poll_ = storage_.get("poll/" + place_).value_or(parley::Json());
    }

    bool exists() const { return poll_.is_object(); }
    bool open() const { return poll_["open"].as_bool(); }
    std::string question() const { return poll_["question"].as_string(); }
    std::string author() const { return poll_["by"].as_string(); }
    const parley::Json::Array& options() const { return poll_["options"].items(); }
    std::size_t answers() const { return static_cast<std::size_t>(poll_["answers"].as_int(1)); }

    void begin(const std::vector<std::string>& parts, std::size_t answers, std::string_view author) {
        forget_votes();
        auto poll = parley::Json::object();
        poll["question"] = parts.front();
        for (std::size_t i = 1; i < parts.size(); ++i) poll["options"].push_back(parts[i]);
        poll["answers"] = answers;
        poll["by"] = author;
        poll["open"] = true;
        poll["number"] = poll_["number"].as_int() + 1;
        save(std::move(poll));
    }

    void close() {
        auto poll = poll_;
        poll["open"] = false;
        save(std::move(poll));
    }

    void vote(std::string_view sender, const std::set<std::size_t>& chosen) const {
        auto list = parley::Json::array();
        for (const auto option : chosen) list.push_back(option);
        storage_.put(votes_prefix() + std::string(sender), list);
    }

    std::string results() const {
        std::vector<std::size_t> counts(options().size());
        std::size_t people = 0;
        storage_.each(votes_prefix(), [&](const std::string&, const parley::Json& chosen) {
            ++people;
            for (const auto& option : chosen.items()) {
                const auto at = static_cast<std::size_t>(option.as_int());
                if (at >= 1 && at <= counts.size()) ++counts[at - 1];
            }
        });
        std::string text = "*" + question() + "*";
        for (std::size_t i = 0; i < counts.size(); ++i) {
            text += "\n" + std::to_string(i + 1) + ". " + options()[i].as_string() + ": " + std::to_string(counts[i]);
        }
        return text + "\n_" + std::to_string(people) + (people == 1 ? " person" : " people") + " voted" +
               (open() ? "._" : ". The poll is closed._");
    }

private:
    std::string votes_prefix() const { return "vote/" + place_ + "/" + std::to_string(poll_["number"].as_int()) + "/"; }
    void forget_votes() const {
        std::vector<std::string> keys;
        storage_.each(votes_prefix(), [&](const std::string& key, const parley::Json&) { keys.push_back(key); });
        for (const auto& key : keys) storage_.remove(key);
    }
    void save(parley::Json poll) {
        poll_ = std::move(poll);
        storage_.put("poll/" + place_, poll_);
    }

    parley::Storage storage_;
    std::string place_;
    parley::Json poll_;
};

class Poll : public parley::Plugin {
public:
    Poll() {
        parser_.stop_at_text();
        parser_.option("-n", "--answers");
        parser_.positional("poll").takes(parley::one_or_more);
    }

    std::string name() const override { return "poll"; }

    parley::Help help() const override {
        return {"Ask the people of this chat.",
                {{"create [question] | [answer] | [answer] ...",
                  "Begin a poll. A line for each answer does as well.",
                  {"create Where do we eat? | Pizza | Biryani | At home"}},
                 {"create -n [number] [question] | [answer] ...",
                  "Let everybody choose so many answers.",
                  {"create -n 2 Which days? | Monday | Tuesday | Friday"}},
                 {"vote [number] ...", "Vote. Writing the number alone does as well.", {"vote 2"}},
                 {"results", "Show the votes.", {"results"}},
                 {"close", "End the poll.", {"close"}}},
                "One poll at a time. Only who began it and admins can end it."};
    }

    // A number alone is a vote while a poll is open.
    std::optional<std::string> preprocess(parley::Context& ctx, const parley::Message& message) override {
        const auto text = parley::trim(message.text());
        const auto number = small_number(text);
        if (number == 0) return std::nullopt;
        const Ballot ballot(ctx);
        if (!ballot.open() || number > ballot.options().size()) return std::nullopt;
        return (message.in_group() ? "./poll vote " : "/poll vote ") + std::string(text);
    }

    void handle(parley::Context& ctx) override {
        const auto line = ctx.arguments();
        const auto end = std::min(line.find_first_of(" \t\n"), line.size());
        const auto action = line.substr(0, end);
        const auto rest = line.substr(end);
        if (action == "create") return create(ctx, rest);
        if (action == "vote") return vote(ctx, parley::split(rest));
        if (action == "results" || action == "close") return show(ctx, action == "close");
        throw parley::SendHelp();
    }

private:
    void create(const parley::Context& ctx, std::string_view line) const {
        const auto arguments = parser_.parse(line);
        const auto parts = parts_of(arguments.text("poll"));
        if (parts.size() < 3)
            throw parley::UserError("A poll has a question and at least two answers, with | between.");
        const auto options = parts.size() - 1;
        if (options > most_options) throw parley::UserError("A poll has at most 12 answers.");
        if (parley::characters(parts[0]) > longest_question)
            throw parley::UserError("A question has at most 255 characters.");
        for (std::size_t i = 1; i < parts.size(); ++i) {
            if (parley::characters(parts[i]) > longest_option)
                throw parley::UserError("An answer has at most 100 characters.");
            if (std::count(parts.begin() + 1, parts.end(), parts[i]) > 1)
                throw parley::UserError("Two answers are the same: " + parts[i]);
        }
        const auto answers = small_number(arguments.one("answers").value_or("1"));
        if (answers == 0 || answers > options) throw parley::UserError("-n is 1 to the number of answers.");
        Ballot ballot(ctx);
        if (ballot.open()) {
            throw parley::UserError("A poll is open here: " + ballot.question() + "\nEnd it first with `" +
                                    std::string(ctx.message().usage_prefix()) + " close`.");
        }
        if (ctx.message().in_group()) ctx.confirm();
        ballot.begin(parts, answers, ctx.message().sender());
        announce(ctx, parts, answers);
    }

    // What people see. Channels with polls of their own keep the votes in them to themselves: so the numbers are told
    // in any case.
    static void announce(const parley::Context& ctx, const std::vector<std::string>& parts, std::size_t answers) {
        auto poll = parley::Json::object();
        poll["question"] = parts.front();
        for (std::size_t i = 1; i < parts.size(); ++i) poll["options"].push_back(parts[i]);
        poll["max_answers"] = answers;
        ctx.messaging().send_structured(parley::Outgoing::Kind::poll, poll.dump());
        const std::string prefix(ctx.message().usage_prefix());
        ctx.reply("To have your vote counted here, write the number of your answer" +
                  (answers > 1 ? ", or several with `" + prefix + " vote 1 2`" : std::string()) + ". `" + prefix +
                  " results` shows the votes.");
    }

    static void vote(const parley::Context& ctx, const std::vector<std::string>& words) {
        const Ballot ballot(ctx);
        if (!ballot.open()) throw parley::UserError("No poll is open here.");
        std::set<std::size_t> chosen;
        for (const auto& word : words) {
            const auto number = small_number(word);
            if (number == 0 || number > ballot.options().size())
                throw parley::UserError("There is no answer " + word + " in this poll.");
            chosen.insert(number);
        }
        if (chosen.empty()) throw parley::SendHelp();
        if (chosen.size() > ballot.answers())
            throw parley::UserError("You can choose " + std::to_string(ballot.answers()) + " at most.");
        ballot.vote(ctx.message().sender(), chosen);
        std::vector<std::string> names;
        for (const auto number : chosen) names.push_back(ballot.options()[number - 1].as_string());
        const std::string who(ctx.message().sender_name());
        ctx.reply((who.empty() ? "Vote" : who) + ": " + parley::join(names));
    }

    static void show(const parley::Context& ctx, bool close) {
        Ballot ballot(ctx);
        if (!ballot.exists()) throw parley::UserError("There was no poll here yet.");
        if (close && !ballot.open()) throw parley::UserError("No poll is open here.");
        if (close && ballot.author() != ctx.message().sender() && !ctx.message().from_admin())
            throw parley::UserError("Only who began the poll and admins can end it.");
        if (close) {
            ctx.confirm();
            ballot.close();
        }
        ctx.reply(ballot.results());
    }

    parley::ArgumentParser parser_;
};

}  // namespace

PARLEY_PLUGIN(Poll, "poll", "1.0.0", "poll", "messaging storage");
