// Everything a fake host knows, in plain maps, and one running hook with what it has done so far.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "parley/detail/bridge.hpp"
#include "parley/http.hpp"
#include "parley/json.hpp"
#include "records.hpp"

namespace parley::testing {

// A language model: what is not set is not configured. See fake_gpt.hpp.
struct FakeModel {
    std::function<Json(const Json& request)> chat;  // request and answer as in parley.gpt/1
    std::function<std::string(const std::string& audio, const std::string& language)> transcribe;  // bytes -> words
    std::function<std::string(const std::string& text, const std::string& voice)> speak;           // words -> bytes
    std::function<std::string(const std::string& prompt, const std::string& size)> draw;           // words -> bytes
    std::function<std::vector<double>(const std::string& text)> embed;
    std::function<std::vector<std::string>(const std::string& text)> moderate;  // the categories it falls into
    std::string named;                               // the model that the last question asked for by name; empty: none
    std::function<Json(const Json& request)> usage;  // request and answer as in parley.gpt/1; none: nothing was used
};

struct World {
    std::map<std::string, std::string> settings{{"admin_command_prefix", "admin"},
                                                {"admin_ids", "923000000001"},
                                                {"blacklist_ids", ""},
                                                {"kharchey_group_id", ""}};
    std::map<std::string, std::string> storage;  // key -> JSON
    std::map<std::string, FakeUser> users;       // by id
    std::map<std::string, Json> plugins;         // by id, as parley.plugins/1 describes them
    std::set<std::string> plugin_files;          // what "load" finds
    std::vector<FakeTimer> timers;
    std::map<std::string, std::string> media;  // reference -> bytes
    std::vector<std::string> log;              // "warn: text"

    std::int64_t now_ms = 1'767'225'600'000;  // 2026-01-01 00:00:00 UTC
    std::string sender_zone = "UTC";
    std::map<std::string, int> utc_offsets{{"UTC", 0}, {"Asia/Karachi", 5 * 3600}};  // zone -> seconds
    // Of zones whose clocks are changed: from that moment (Unix milliseconds) on this offset, in order.
    std::map<std::string, std::vector<std::pair<std::int64_t, int>>> clock_changes;

    int utc_offset(const std::string& zone, std::int64_t unix_ms) const {
        int offset = utc_offsets.at(zone);
        const auto changes = clock_changes.find(zone);
        if (changes == clock_changes.end()) return offset;
        for (const auto& [from, then] : changes->second) {
            if (unix_ms >= from) offset = then;
        }
        return offset;
    }

    // Of a doubled hour the first; in a skipped hour the moment after the gap. `local_ms` as if it were UTC.
    std::int64_t moment(const std::string& zone, std::int64_t local_ms) const {
        std::vector<int> offsets{utc_offsets.at(zone)};
        if (const auto changes = clock_changes.find(zone); changes != clock_changes.end()) {
            for (const auto& [from, then] : changes->second) offsets.push_back(then);
        }
        std::optional<std::int64_t> first;
        std::int64_t after_gap = 0;
        for (const int offset : offsets) {
            const std::int64_t candidate = local_ms - offset * 1000LL;
            if (utc_offset(zone, candidate) == offset) first = std::min(first.value_or(candidate), candidate);
        }
        if (first) return *first;
        for (const auto& [from, then] : clock_changes.at(zone)) {
            if (local_ms < from + then * 1000LL) return from;
            after_gap = from;
        }
        return after_gap;
    }

    std::function<HttpResponse(const HttpRequest&)> http;  // none: PARLEY_UNAVAILABLE
    FakeModel model;
    std::function<std::string(const std::string& bytes)> document_text;             // none: PARLEY_UNSUPPORTED
    std::function<std::string(std::string_view, std::string_view)> refuse_setting;  // name, value -> why, or empty

    std::set<std::string> granted;  // capabilities

    bool is_admin(std::string_view number) const {
        std::istringstream ids(settings.count("admin_ids") ? settings.at("admin_ids") : "");
        for (std::string id; std::getline(ids, id, ',');) {
            if (id == number) return true;
        }
        return false;
    }
};

// A running hook. Its effects reach the world in commit() only.
struct Call {
    World& world;
    Incoming message;
    bool admin = false;
    std::string chat;

    std::string report, last_error;
    std::vector<Outgoing> sent;
    std::map<std::string, std::optional<std::string>> storage;
    std::map<std::string, std::string> settings;
    std::map<std::string, std::string> user_groups;
    std::vector<std::pair<std::string, std::optional<FakeTimer>>> timers;
    std::vector<std::pair<std::string, std::string>> plugin_requests;

    Call(World& in, Incoming from) : world(in), message(std::move(from)) {
        admin = world.is_admin(message.sender);
        chat = message.chat;
        if (chat.empty()) chat = message.group.empty() ? message.sender + "@s.whatsapp.net" : message.group + "@g.us";
    }

    parley_call* handle() { return reinterpret_cast<parley_call*>(this); }
    static Call& of(parley_call* call) { return *reinterpret_cast<Call*>(call); }

    parley_status fail(parley_status status, std::string why) {
        last_error = std::move(why);
        return status;
    }

    // Storage as this hook sees it: the world with its own writes on top.
    std::map<std::string, std::string> visible_storage() const {
        auto visible = world.storage;
        for (const auto& [key, value] : storage) {
            if (value) {
                visible[key] = *value;
            } else {
                visible.erase(key);
            }
        }
        return visible;
    }

    void commit() {
        world.storage = visible_storage();
        for (const auto& [name, value] : settings) world.settings[name] = value;
        for (const auto& [id, group] : user_groups) world.users[id].user_group = group;
        for (const auto& change : timers) {
            std::erase_if(world.timers,
                          [&](const FakeTimer& old) { return old.name == change.first && old.chat == chat; });
            if (change.second) world.timers.push_back(*change.second);
        }
    }
};

}  // namespace parley::testing
