#include "services/gpt_usage.hpp"

#include <boost/json.hpp>

#include "core/ids.hpp"
#include "core/json_reader.hpp"
#include "db/store/usage.hpp"
#include "guards/calendar.hpp"
#include "guards/limits.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

namespace json = boost::json;

constexpr std::int64_t most_days = 366, day_ms = 24 * 3'600'000;
constexpr std::size_t most_rows = 50;

struct Question {
    bool all = false;
    std::int64_t days = 1;
    db::UsageBy by = db::UsageBy::all;
};

std::optional<db::UsageBy> by_from(std::string_view name) {
    if (name.empty()) return db::UsageBy::all;
    if (name == "person") return db::UsageBy::person;
    if (name == "chat") return db::UsageBy::chat;
    if (name == "kind") return db::UsageBy::kind;
    if (name == "model") return db::UsageBy::model;
    if (name == "day") return db::UsageBy::day;
    return std::nullopt;
}

Result<Question> read_question(std::string_view text) {
    const auto parsed = parse_json(text);
    if (!parsed) return parsed.error();
    JsonProblem problem;
    const JsonReader body(*parsed, problem);
    Question question;
    const auto of = body["of"].string_or("sender");
    if (of != "sender" && of != "all") return make_error(Errc::invalid, "`of` is \"sender\" or \"all\"");
    question.all = of == "all";
    question.days = body["days"].int_or(1);
    if (question.days < 1 || question.days > most_days)
        return make_error(Errc::invalid, "`days` is a number from 1 to 366");
    const auto by = by_from(body["by"].view_or(""));
    if (!by) return make_error(Errc::invalid, "it can be told by person, chat, kind, model or day");
    question.by = *by;
    return question;
}

json::object to_json(const db::UsageSum& row) {
    return {{"name", row.name},
            {"calls", row.calls},
            {"input_tokens", row.input_tokens},
            {"output_tokens", row.output_tokens},
            {"pictures", row.pictures},
            {"audio_ms", row.audio_ms},
            {"speech_characters", row.speech_characters},
            {"micro_usd", row.micro_usd}};
}

json::object to_json(const guards::Amount& limit) {
    return {{"tokens", limit.tokens},
            {"micro_usd", limit.micro_usd},
            {"pictures", limit.pictures},
            {"audio_ms", limit.audio_ms},
            {"speech_characters", limit.speech_characters}};
}

}  // namespace

parley_status gpt_usage(parley_call* call, parley_str request, parley_sink answer) {
    return guarded(call, [&]() -> parley_status {
        const auto* message = call->state.message;
        if (!message) return call->fail(PARLEY_DENIED, "usage is told in a chat only");
        const auto question = read_question(view(request));
        if (!question) return call->fail(PARLEY_INVALID, question.error().message);
        if (question->all && !call->state.from_admin)
            return call->fail(PARLEY_DENIED, "only admins may see what others used");

        auto& settings = call->services.with().settings;
        const auto zone = settings.get("time_zone");
        const auto today = guards::day_of(unix_now(), zone);
        db::UsageFilter filter;
        filter.organisation_of = message->account;
        if (!question->all) filter.person = message->sender;
        // Noon is within the day before by so many days, whatever clocks were set by.
        filter.from = guards::day_of(today.ends - question->days * day_ms + day_ms / 2, zone).name;
        std::vector<db::UsageSum> rows;
        {
            plugins::HandlerPool::BlockingSection waiting;
            call->services.with().database.run(
                [&](pqxx::work& tx) { rows = db::sum_usage(tx, filter, question->by, most_rows); });
        }
        json::array list;
        for (const auto& row : rows) list.push_back(to_json(row));
        const auto limits = guards::limits_from(settings);
        put(answer,
            json::serialize(json::object{{"rows", std::move(list)},
                                         {"limits", to_json(question->all ? limits.organisation : limits.person)},
                                         {"day_ends_ms", today.ends}}));
        return PARLEY_OK;
    });
}

}  // namespace parley::services
