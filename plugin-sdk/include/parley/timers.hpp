// Being called later: Plugin::on_timer(). Timers survive restarts and reloads, fire once, and belong to plugin and
// chat.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "abi/services/timers.h"
#include "clock.hpp"
#include "detail/bridge.hpp"
#include "json.hpp"

namespace parley {

struct Timer {
    std::string name;
    Time due;
    Json payload;
};

class Timers {
public:
    Timers(detail::Link link, const parley_timers* table) : link_(link), table_(table) {}

    // Sets or moves the timer `name` of this chat. Joins the effects. In the past means at once.
    void set(std::string_view name, Time due, const Json& payload = {}) const {
        const auto text = payload.dump();
        detail::check(link_, table_->set(link_.call, detail::str(name), to_unix_ms(due), detail::str(text)),
                      "timers.set");
    }

    // Joins the effects. Cancelling what is not set is fine.
    void cancel(std::string_view name) const {
        detail::check(link_, table_->cancel(link_.call, detail::str(name)), "timers.cancel");
    }

    // The timers of this chat, by due time.
    std::vector<Timer> list() const {
        detail::Collector json;
        detail::check(link_, table_->list(link_.call, json.sink()), "timers.list");
        std::vector<Timer> timers;
        for (const auto& text : json.take()) {
            const auto timer = Json::parse(text);
            timers.push_back({timer["name"].as_string(), from_unix_ms(timer["due_ms"].as_int()), timer["payload"]});
        }
        return timers;
    }

private:
    detail::Link link_;
    const parley_timers* table_;
};

}  // namespace parley
