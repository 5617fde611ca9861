// What happens in the host, told live to whoever listens: messages, delivery reports, changes of plugins, health. The
// last few thousand events are kept in memory, so that a reader whose connection broke goes on where it was; one that
// was away for longer, or over a restart, gets the messages of that time from history, after a `gap` that says so.
//
// Costs nothing while nobody listens and nobody did lately. [I/O thread] but where said otherwise.
#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/executor.hpp"
#include "core/ids.hpp"
#include "core/log.hpp"
#include "core/message.hpp"
#include "db/pool.hpp"
#include "plugins/runtime.hpp"

namespace parley::app {

class Events {
public:
    struct Parts {
        Executor& executor;
        db::Pool& pool;
        plugins::Runtime& runtime;
        std::function<boost::json::value()> health;  // compared from time to time; told when it changed
        Logger log;
    };
    explicit Events(Parts parts) : parts_(std::move(parts)) {}

    // --- what happened
    void message(MessageId id);  // committed, sent, failed: it is told as it stands by then
    void status(const StatusUpdate& update);

    // --- who listens
    // Takes an event as Server-Sent Event and as JSON text; both are shared by all readers.
    using Bytes = std::shared_ptr<const std::string>;
    using Take = std::function<void(const Bytes& sse, const Bytes& json)>;
    using ReaderId = std::uint64_t;
    // `kinds`: what it wants; empty: all. `last`: id of the last event it has; empty: from now on. What it missed is
    // handed over at once, in this call or a later one: that much it has to take.
    static constexpr std::size_t most_at_once = 6'000, most_bytes_at_once = 32 << 20;
    ReaderId add(std::set<std::string> kinds, const std::string& last, Take take);
    void remove(ReaderId reader);

private:
    struct Event {
        std::uint64_t number = 0;
        std::string kind;
        Bytes sse, json;
    };
    struct Reader {
        std::set<std::string> kinds;
        Take take;
    };
    bool wanted() const;
    Event make(const std::string& kind, const boost::json::value& data, UnixMillis time);
    void publish(const std::string& kind, const boost::json::value& data);
    void forget();
    static void hand(const Reader& reader, const Event& event);
    void read_messages();
    void look();
    void compare_plugins();
    void compare_health();
    void resume(ReaderId reader, const std::string& last);
    void replay(ReaderId reader, UnixMillis since);

    Parts parts_;
    const UnixMillis began_ = unix_now();
    std::uint64_t last_number_ = 0;
    std::deque<Event> kept_;
    std::size_t kept_bytes_ = 0;
    std::map<ReaderId, Reader> readers_;
    ReaderId last_reader_ = 0;
    SteadyTime listened_{};           // when somebody last did
    std::vector<MessageId> changed_;  // messages to be read and told
    bool overflown_ = false;          // there was no room for more of them
    bool reading_ = false, looking_ = false;
    std::optional<std::map<std::string, boost::json::value>> plugins_;
    std::optional<boost::json::value> health_;
};

}  // namespace parley::app
