#include "campaigns/opt_outs.hpp"

#include "campaigns/message.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "db/store/campaigns.hpp"
#include "db/store/repositories.hpp"

namespace parley::campaigns {
namespace {

constexpr std::size_t longest_word = 64;

std::vector<std::string> persons_of(const std::vector<Identity>& identities) {
    std::vector<std::string> persons;
    for (const auto& identity : identities)
        if (identity.kind == IdentityKind::phone || identity.kind == IdentityKind::user_id)
            persons.push_back(person_of(identity.value));
    return persons;
}

// "Stop!" says "stop".
std::string_view bare(std::string_view text) {
    text = text::trim(text);
    while (!text.empty() && (text.back() == '.' || text.back() == '!')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool OptOuts::is_word(std::string_view setting, std::string_view said) const {
    const std::string list = settings_.get(setting);
    for (std::string_view rest = list; !rest.empty();) {
        const auto comma = rest.find(',');
        const auto word = text::trim(rest.substr(0, comma));
        if (!word.empty() && text::equal_ignoring_case(word, said)) return true;
        rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
    }
    return false;
}

OptOuts::Wish OptOuts::wish_of(const Inbound& message) const {
    if (!message.group.empty()) return Wish::none;
    if (message.kind == EventKind::other && message.type == "user_preferences") {
        const auto preference = parse_json(message.payload);
        if (!preference) return Wish::none;
        JsonProblem ignored;
        const auto value = JsonReader(*preference, ignored)["value"].string_or("");
        return value == "stop" ? Wish::out : value == "resume" ? Wish::in : Wish::none;
    }
    if (message.kind != EventKind::message || message.media || message.text.empty() ||
        message.text.size() > longest_word)
        return Wish::none;
    const auto said = bare(message.text);
    if (is_word("opt_out_words", said)) return Wish::out;
    return is_word("opt_in_words", said) ? Wish::in : Wish::none;
}

void OptOuts::look(Inbound& message, const Part& part) {
    const Wish wish = wish_of(message);
    if (wish == Wish::none) return;
    const bool by_word = message.kind == EventKind::message;
    const bool out = wish == Wish::out;
    std::vector<Outbound> reply;
    if (by_word && out) {
        message.kind = EventKind::other;
        message.type = "opt_out";
        reply = reply_to(message);
    }
    // The confirmation is committed with what it confirms.
    auto changed = std::make_shared<bool>(false);
    auto persons = persons_of(message.identities);
    persons.push_back(person_of(message.chat));
    auto write = [changed, out, by_word, account = message.account, persons = std::move(persons),
                  at = message.timestamp, last = reply.empty() ? 0 : reply.back().id](pqxx::work& tx) {
        *changed = db::write_opt_out(tx, account, persons, out, at, by_word ? "word" : "provider");
        if (last == 0) return std::vector<MessageId>();
        const auto state = db::read_message_state(tx, last);  // there already when this is a second run
        const bool goes = *changed || (state && state->first == "queued");
        return goes ? std::vector<MessageId>{last} : std::vector<MessageId>();
    };
    feeder_.feed(std::move(reply), std::move(write),
                 [this, changed, out, written = part()](const Result<std::vector<MessageId>>& fed) mutable {
                     if (fed && *changed) log_.info(out ? "campaigns.opted_out" : "campaigns.opted_in");
                     written(fed ? Result<void>() : Result<void>(fed.error()));
                 });
}

void OptOuts::look(const StatusUpdate& report, const Part& part) {
    auto persons = persons_of(report.opted_out);
    if (!persons.empty()) note(report.account, std::move(persons), report.timestamp, part());
}

// When it cannot be written, the provider refuses the next one as well.
void OptOuts::refused(const Outbound& message) {
    note(message.account, {person_of(message.chat)}, unix_now(), [this](const Result<void>& written) {
        if (!written) log_.warn("campaigns.opt_out_not_written", {{"why", written.error().message}});
    });
}

void OptOuts::note(AccountId account, std::vector<std::string> persons, UnixMillis at,
                   UniqueFunction<void(Result<void>)> written) {
    auto changed = std::make_shared<bool>(false);
    auto write = [changed, account, at, persons = std::move(persons)](pqxx::work& tx) {
        *changed = db::write_opt_out(tx, account, persons, true, at, "provider");
        return std::vector<MessageId>();
    };
    feeder_.feed({}, std::move(write),
                 [this, changed, written = std::move(written)](const Result<std::vector<MessageId>>& fed) mutable {
                     if (fed && *changed) log_.info("campaigns.opted_out");
                     written(fed ? Result<void>() : Result<void>(fed.error()));
                 });
}

// In pieces when it is long; none for those whom nothing is answered.
std::vector<Outbound> OptOuts::reply_to(const Inbound& message) {
    Outbound reply;
    reply.account = message.account;
    reply.chat = message.chat;
    reply.cause = message.id;
    reply.answers = true;
    reply.trace = message.trace;
    reply.text = settings_.get("opt_out_reply");
    std::vector<Outbound> pieces;
    if (!reply.text.empty() && !settings_.is_blacklisted(message.sender)) feeder_.add(pieces, std::move(reply));
    return pieces;
}

}  // namespace parley::campaigns
