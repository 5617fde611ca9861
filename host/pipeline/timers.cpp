#include "pipeline/timers.hpp"

#include <algorithm>
#include <optional>

#include "db/store/repositories.hpp"

namespace parley::pipeline {
namespace {

constexpr std::chrono::milliseconds longest_pause{30'000};  // timers set by other programs are found so
constexpr std::chrono::milliseconds after_failure{1'000};
constexpr std::size_t most_at_once = 500;

}  // namespace

struct Timers::Found {
    std::vector<db::DueTimer> due;
    std::optional<UnixMillis> next;
};

Timers::Timers(Executor& executor, db::Pool& database, db::Journal& journal, Dispatcher& dispatcher,
               const Intake& intake, IdGenerator& ids, Logger log)
    : executor_(executor),
      database_(database),
      journal_(journal),
      dispatcher_(dispatcher),
      intake_(intake),
      ids_(ids),
      log_(std::move(log)) {}

void Timers::look() {
    if (stopped_) return;
    if (looking_) {
        look_again_ = true;
        return;
    }
    looking_ = true;
    look_again_ = false;
    auto result = std::make_shared<Found>();
    database_.run_async(
        executor_,
        [result](pqxx::work& tx) {
            result->due = db::read_due_timers(tx, unix_now(), most_at_once);
            result->next = db::next_timer(tx);
        },
        [this, result](Result<void> read) {
            looking_ = false;
            if (stopped_) return;
            if (!read) {
                log_.warn("timers.unread", {{"why", read.error().message}});
                look_in(after_failure);
                return;
            }
            found(std::move(*result));
        },
        db::Rerun::safe);
}

void Timers::found(Found what) {
    fire(what);
    if (look_again_) {
        look();
    } else if (!what.due.empty()) {
        look_in(std::chrono::milliseconds(50));  // until none is due
    } else if (what.next) {
        look_in(std::chrono::milliseconds(std::clamp<UnixMillis>(*what.next - unix_now(), 1, longest_pause.count())));
    } else {
        look_in(longest_pause);
    }
}

void Timers::fire(const Found& what) {
    for (const auto& due : what.due) {
        Inbound message;
        message.kind = EventKind::timer;
        message.account = due.timer.account;
        message.channel = intake_.channel_name(due.timer.account);
        message.chat = due.timer.chat;
        message.sender = due.timer.sender;
        message.group = due.timer.group;
        message.plugin = due.timer.plugin;
        message.timer = due.timer.name;
        message.payload = due.timer.payload;
        message.timestamp = due.due;
        message.trace = make_trace();
        message.id = ids_.next();
        // Unique for this setting of the timer, so it fires once even when its commit is tried twice.
        message.provider_id = "timer:" + due.timer.plugin + ":" + std::to_string(message.id) + ":" + due.timer.name;
        dispatcher_.reserve(message);
        journal_.fire_timer(message, due.due, [this, id = message.id](Result<void> fired) {
            if (fired) {
                dispatcher_.committed(id);
            } else {
                dispatcher_.aborted(id);
            }
        });
    }
}

void Timers::look_in(std::chrono::milliseconds delay) {
    executor_.cancel(wake_);
    wake_ = executor_.after(delay, [this] {
        wake_ = 0;
        look();
    });
}

void Timers::stop() {
    stopped_ = true;
    executor_.cancel(wake_);
    wake_ = 0;
}

}  // namespace parley::pipeline
