// What the language model was used for, and what that cost.

#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "db/store/usage.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using api::Call;

constexpr std::size_t most_listed = 1'000;

db::UsageBy grouping_of(const std::string& name) {
    if (name == "organisation") return db::UsageBy::organisation;
    if (name == "account") return db::UsageBy::account;
    if (name == "chat") return db::UsageBy::chat;
    if (name == "person") return db::UsageBy::person;
    if (name == "kind") return db::UsageBy::kind;
    if (name == "model") return db::UsageBy::model;
    return db::UsageBy::day;
}

// "2026-11-21", of a day that there may be.
bool is_day(const std::string& text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
    for (const std::size_t at : {0, 1, 2, 3, 5, 6, 8, 9})
        if (text[at] < '0' || text[at] > '9') return false;
    return text.substr(5, 2) >= "01" && text.substr(5, 2) <= "12" && text.substr(8) >= "01" && text.substr(8) <= "31";
}

void sum(Application& app, Call call) {
    const auto word = [&](const char* name) { return call.request.query_value(name).value_or(""); };
    db::UsageFilter filter;
    if (const auto name = word("account"); !name.empty()) {
        const auto* entry = app.accounts().directory().find(name);
        if (!entry) return call.respond(api::problem(make_error(Errc::invalid, "account: there is none of that name")));
        filter.account = entry->account.id;
    }
    filter.from = word("from");
    filter.to = word("to");
    for (const auto& day : {filter.from, filter.to})
        if (!day.empty() && !is_day(day))
            return call.respond(api::problem(make_error(Errc::invalid, "from, to: must be days like 2026-11-21")));
    from_database(app, std::move(call.respond), [filter, by = grouping_of(word("by"))](pqxx::work& tx) {
        json::array items;
        for (const auto& one : db::sum_usage(tx, filter, by, most_listed))
            items.push_back({{"name", one.name},
                             {"calls", one.calls},
                             {"input_tokens", one.input_tokens},
                             {"output_tokens", one.output_tokens},
                             {"pictures", one.pictures},
                             {"audio_ms", one.audio_ms},
                             {"speech_characters", one.speech_characters},
                             {"micro_usd", one.micro_usd}});
        return page(std::move(items));
    });
}

}  // namespace

void add_usage_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "sumUsage", sum);
}

}  // namespace parley::app
