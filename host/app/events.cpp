#include "app/events.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "api/list_json.hpp"
#include "db/store/history.hpp"
#include "net/event_stream.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr std::size_t most_kept = 4'096;
constexpr std::size_t most_kept_bytes = 12 << 20;
constexpr std::size_t most_replayed = 1'000;
constexpr std::size_t most_waiting = 10'000;  // messages to be told; what is too much is told as a gap
constexpr UnixMillis told_within = 2'000;     // of their ids messages are told
constexpr auto read_pause = 50ms, look_pause = 1000ms, keep_after_last = 300'000ms;

// "<time>-<process>-<number>": the time finds what is in history when the number is not known any more.
std::string id_text(UnixMillis time, UnixMillis process, std::uint64_t number) {
    return std::to_string(time) + "-" + std::to_string(process) + "-" + std::to_string(number);
}

struct EventId {
    std::int64_t time = 0, process = 0, number = 0;
};

std::optional<EventId> read_id(const std::string& text) {
    EventId id;
    const char *at = text.data(), *end = text.data() + text.size();
    for (auto* part : {&id.time, &id.process, &id.number}) {
        const auto [stop, error] = std::from_chars(at, end, *part);
        if (error != std::errc() || *part < 0) return std::nullopt;
        at = stop;
        if (part != &id.number && (at == end || *at++ != '-')) return std::nullopt;
    }
    return at == end ? std::optional(id) : std::nullopt;
}

}  // namespace

bool Events::wanted() const {
    return !readers_.empty() ||
           (listened_ != SteadyTime{} && std::chrono::steady_clock::now() - listened_ < keep_after_last);
}

Events::Event Events::make(const std::string& kind, const json::value& data, UnixMillis time) {
    Event event;
    event.number = ++last_number_;
    event.kind = kind;
    const std::string id = id_text(time, began_, event.number), text = json::serialize(data);
    event.sse = std::make_shared<const std::string>(net::encode_event({id, kind, text, 0}));
    event.json =
        std::make_shared<const std::string>(R"({"id":")" + id + R"(","event":")" + kind + R"(","data":)" + text + "}");
    return event;
}

void Events::hand(const Reader& reader, const Event& event) {
    if (event.kind == "gap" || reader.kinds.empty() || reader.kinds.contains(event.kind))
        reader.take(event.sse, event.json);
}

void Events::publish(const std::string& kind, const json::value& data) {
    kept_.push_back(make(kind, data, unix_now()));
    kept_bytes_ += kept_.back().sse->size();
    while (kept_.size() > most_kept || (kept_bytes_ > most_kept_bytes && kept_.size() > 1)) {
        kept_bytes_ -= kept_.front().sse->size();
        kept_.pop_front();
    }
    // A reader that is full goes away while it is handed something.
    const Event event = kept_.back();
    std::vector<ReaderId> all;
    for (const auto& [id, reader] : readers_) all.push_back(id);
    for (const ReaderId id : all)
        if (const auto found = readers_.find(id); found != readers_.end()) hand(found->second, event);
}

// --- what happened

// What is not told leaves a hole in the numbers: who comes back with an id from before it is told a gap.
void Events::forget() {
    kept_.clear();
    kept_bytes_ = 0;
    ++last_number_;
}

void Events::message(MessageId id) {
    if (!wanted()) return forget();
    if (changed_.size() >= most_waiting) {
        overflown_ = true;
        return;
    }
    changed_.push_back(id);
    if (reading_) return;
    reading_ = true;
    parts_.executor.after(read_pause, [this] { read_messages(); });
}

// Many at once, as they stand in history.
void Events::read_messages() {
    auto rows = std::make_shared<std::vector<db::MessageRow>>();
    parts_.pool.run_async(
        parts_.executor,
        [rows, ids = std::exchange(changed_, {})](pqxx::work& tx) {
            rows->clear();
            for (const MessageId id : ids)
                if (auto row = db::read_message(tx, id)) rows->push_back(std::move(*row));
        },
        [this, rows, too_many = std::exchange(overflown_, false)](const Result<void>& read) {
            if (!read) parts_.log.warn("events.not_read", {{"why", read.error().message}});
            if (!read) publish("gap", {{"why", "the database was away: look at /api/v1/messages"}});
            for (const auto& row : *rows) publish("message", json::parse(api::to_json(row)));
            if (too_many) publish("gap", {{"why", "too many messages at once: look at /api/v1/messages"}});
            reading_ = !changed_.empty();
            if (reading_) parts_.executor.after(read_pause, [this] { read_messages(); });
        },
        db::Rerun::safe);
}

void Events::status(const StatusUpdate& update) {
    if (!wanted()) return forget();
    json::array ids;
    for (const auto& id : update.provider_ids) ids.push_back(json::string(id));
    json::object data{{"account_id", std::to_string(update.account)},
                      {"provider_ids", std::move(ids)},
                      {"status", to_string(update.status)}};
    if (update.message != 0) data["message"] = std::to_string(update.message);
    if (!update.reason.empty()) data["reason"] = update.reason;
    publish("status", data);
}

// --- what is looked at from time to time, while somebody listens

void Events::look() {
    looking_ = wanted();
    if (!looking_) return forget();
    compare_plugins();
    compare_health();
    parts_.executor.after(look_pause, [this] { look(); });
}

void Events::compare_plugins() {
    std::map<std::string, json::value> now;
    for (const auto& info : parts_.runtime.list())
        now[info.id] = {{"id", info.id},
                        {"version", info.version},
                        {"state", to_string(info.state)},
                        {"generation", info.generation},
                        {"error", info.error}};
    if (plugins_) {
        for (const auto& [id, state] : now)
            if (const auto before = plugins_->find(id); before == plugins_->end() || before->second != state)
                publish("plugin", state);
        for (const auto& [id, state] : *plugins_)
            if (!now.contains(id)) publish("plugin", {{"id", id}, {"state", "unloaded"}});
    }
    plugins_ = std::move(now);
}

void Events::compare_health() {
    auto now = parts_.health();
    if (health_ && *health_ != now) publish("health", now);
    health_ = std::move(now);
}

// --- who listens

Events::ReaderId Events::add(std::set<std::string> kinds, const std::string& last, Take take) {
    const ReaderId id = ++last_reader_;
    readers_[id] = {std::move(kinds), std::move(take)};
    if (!looking_) {
        plugins_.reset();
        health_.reset();
        look();
    }
    if (!last.empty()) resume(id, last);
    return id;
}

void Events::remove(ReaderId reader) {
    if (readers_.erase(reader) != 0) listened_ = std::chrono::steady_clock::now();
}

void Events::resume(ReaderId reader, const std::string& last) {
    const auto id = read_id(last);
    const bool ours = id && id->process == began_ && id->number <= static_cast<std::int64_t>(last_number_);
    const auto number = ours ? static_cast<std::uint64_t>(id->number) : 0;
    if (!ours || (number < last_number_ && (kept_.empty() || kept_.front().number > number + 1)))
        return replay(reader, id ? id->time : unix_now());
    const std::deque<Event> missed(kept_);
    for (const auto& event : missed) {
        const auto found = readers_.find(reader);
        if (found == readers_.end()) return;
        if (event.number > number) hand(found->second, event);
    }
}

// The messages of the time that nobody remembers; those that came in meanwhile may be told twice.
void Events::replay(ReaderId reader, UnixMillis since) {
    const auto found = readers_.find(reader);
    hand(found->second, make("gap",
                             {{"since", to_iso8601(since)},
                              {"why",
                               "what happened since is not remembered; "
                               "messages follow from history"}},
                             since));
    auto rows = std::make_shared<db::Slice<db::MessageRow>>();
    db::MessageFilter filter;
    filter.since = std::max<UnixMillis>(since - told_within, 1);
    parts_.pool.run_async(
        parts_.executor,
        [rows, filter](pqxx::work& tx) {
            *rows = db::list_messages(tx, filter, {most_replayed, db::newest});
        },
        [this, reader, rows](const Result<void>& read) {
            if (!read) return;
            for (auto row = rows->items.rbegin(); row != rows->items.rend(); ++row) {
                const auto still = readers_.find(reader);
                if (still == readers_.end()) return;
                hand(still->second, make("message", json::parse(api::to_json(*row)), IdGenerator::time_of(row->id)));
            }
        },
        db::Rerun::safe);
}

}  // namespace parley::app
