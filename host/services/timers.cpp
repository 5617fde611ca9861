#include "parley/abi/services/timers.h"

#include <boost/json.hpp>

#include "core/json_reader.hpp"
#include "core/text.hpp"
#include "db/store/repositories.hpp"
#include "plugins/handler_pool.hpp"
#include "services/table.hpp"

namespace parley::services {
namespace {

constexpr std::size_t longest_name = 128;
constexpr std::size_t largest_payload = 64u << 10;

Result<TimerWrite> timer_here(parley_call* call, parley_str name) {
    const auto* message = call->state.message;
    if (!message) return make_error(Errc::unsupported, "timers belong to a chat: set them in handle() or timer()");
    if (name.size == 0 || name.size > longest_name || !text::is_storable(view(name)))
        return make_error(Errc::invalid, "a timer's name has 1 to 128 bytes of UTF-8");
    TimerWrite timer;
    timer.plugin = call->plugin;
    timer.account = message->account;
    timer.chat = message->chat;
    timer.name = std::string(view(name));
    timer.sender = message->sender;
    timer.group = message->group;
    return timer;
}

parley_status set(parley_call* call, parley_str name, std::int64_t due_ms, parley_str payload) {
    return guarded(call, [&]() -> parley_status {
        auto timer = timer_here(call, name);
        if (!timer) return call->fail(to_status(timer.error().code), timer.error().message);
        if (payload.size > largest_payload) return call->fail(PARLEY_TOO_LARGE, "a payload may have at most 64 KiB");
        if (payload.size > 0) {
            if (auto parsed = parse_json(view(payload)); !parsed)
                return call->fail(PARLEY_INVALID, "the payload is not JSON: " + parsed.error().message);
        }
        // Year 1 to 9999: what the database and people can read.
        if (due_ms < -62'135'596'800'000 || due_ms > 253'402'300'799'999)
            return call->fail(PARLEY_INVALID, "the time is out of range");
        if (!call->take_room(payload.size)) return call->fail_full();
        timer->due = due_ms;
        timer->payload = std::string(view(payload));
        call->state.effects.timers.push_back(std::move(*timer));
        return PARLEY_OK;
    });
}

parley_status cancel(parley_call* call, parley_str name) {
    return guarded(call, [&]() -> parley_status {
        auto timer = timer_here(call, name);
        if (!timer) return call->fail(to_status(timer.error().code), timer.error().message);
        if (!call->take_room(0)) return call->fail_full();
        call->state.effects.timers.push_back(std::move(*timer));
        return PARLEY_OK;
    });
}

std::string to_json(const std::string& name, UnixMillis due, const std::string& payload) {
    boost::json::object object;
    object["name"] = name;
    object["due_ms"] = due;
    boost::json::error_code error;
    auto value = boost::json::parse(payload, error);
    object["payload"] = error ? boost::json::value(nullptr) : std::move(value);
    return boost::json::serialize(object);
}

parley_status list(parley_call* call, parley_sink json) {
    return guarded(call, [&]() -> parley_status {
        const auto* message = call->state.message;
        if (!message) return call->fail(PARLEY_UNSUPPORTED, "timers belong to a chat");
        std::vector<db::DueTimer> stored;
        {
            plugins::HandlerPool::BlockingSection waiting;
            call->services.with().database.run(
                [&](pqxx::work& tx) { stored = db::list_timers(tx, call->plugin, message->account, message->chat); });
        }
        std::map<std::string, std::pair<UnixMillis, std::string>> timers;
        for (auto& due : stored) timers[due.timer.name] = {due.due, std::move(due.timer.payload)};
        for (const auto& write : call->state.effects.timers) {
            if (write.plugin != call->plugin) continue;
            if (write.due) {
                timers[write.name] = {*write.due, write.payload};
            } else {
                timers.erase(write.name);
            }
        }
        std::multimap<UnixMillis, std::string> by_time;
        for (const auto& [name, timer] : timers) by_time.emplace(timer.first, to_json(name, timer.first, timer.second));
        for (const auto& [due, object] : by_time) put(json, object);
        return PARLEY_OK;
    });
}

constexpr parley_timers table{sizeof(parley_timers), set, cancel, list};

}  // namespace

const void* const timers_table = &table;

}  // namespace parley::services
