// One run of one hook: what stands behind the parley_call that a plugin holds. Its services collect effects and answer
// PARLEY_GONE once the handling has been given up. Lives on the handler's stack; used by the hook's thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include "core/effects.hpp"
#include "core/message.hpp"
#include "parley/abi/base.h"

namespace parley::plugins {
class Lease;
enum class CallKind;
}  // namespace parley::plugins

namespace parley::services {

class Services;

// What a handling wants to change, and what it has read and written, so that it sees its own writes and its commit
// notices those of others. Can be handed on from one run of a hook to the next.
struct Collected {
    Effects effects;
    std::size_t reply_bytes = 0;
    std::size_t writes = 0, write_bytes = 0;  // stored values and timers
    struct Known {
        std::optional<std::string> value;
        std::optional<std::int64_t> version;
        std::optional<std::size_t> write{};  // where in effects.storage
    };
    std::map<std::pair<std::string, std::string>, Known> storage;   // (plugin, key)
    std::map<std::string, std::string, std::less<>> settings;       // written in this handling, plain
    std::map<std::string, std::string, std::less<>> settings_read;  // as they were at the first look, plain
};

// What several hooks of one handling share: preprocess of every plugin, then handle of one.
struct HandlingState : Collected {
    const Inbound* message = nullptr;  // null in start() and migrate()
    bool from_admin = false;
    std::chrono::steady_clock::time_point deadline = std::chrono::steady_clock::time_point::max();
    // Until when the plugin may be kept waiting. What is left is for saying that something did not come.
    std::chrono::steady_clock::time_point patience() const {
        using namespace std::chrono_literals;
        const auto left = deadline - std::chrono::steady_clock::now();
        return deadline - std::clamp<std::chrono::nanoseconds>(left / 4, 0s, 1s);
    }
    std::atomic<bool> gone{false};  // set by the watchdog; from then on nothing of this handling counts
    // The hook that runs now, so that the watchdog can say whose time is up. Guarded by its mutex.
    struct Running {
        const plugins::Lease* plugin = nullptr;
        plugins::CallKind kind{};
        bool serial = false;
        bool overdue = false;  // the watchdog has counted it
    };
    std::mutex running_mutex;
    Running running;
    bool again = false;  // run this handling once more, from the start, after a while
    // A service could not reach the database, or it answered too late: what came of it is not the plugin's fault.
    bool database_away = false, database_slow = false;
    // The message asks for no command but says something to the language model: these words, perhaps none beside a
    // file. It is answered on the I/O thread.
    std::optional<std::string> words;
};

}  // namespace parley::services

struct parley_call {
    parley::services::Services& services;
    parley::services::HandlingState& state;
    std::string plugin;
    std::function<bool(std::string_view capability)> granted;
    std::string last_error;
    std::string reported;
    // The hook's, which alone may use what is here. None: the hook has not begun.
    std::thread::id thread{};

    bool is_on_its_thread() const { return thread == std::thread::id() || thread == std::this_thread::get_id(); }

    parley_status fail(parley_status status, std::string why) {
        last_error = std::move(why);
        return status;
    }

    // What a handling writes is one transaction, and in memory until then: so much and no more. `replaced`: the bytes
    // of an earlier write whose place it takes. False: no room.
    bool take_room(std::size_t bytes, std::optional<std::size_t> replaced = std::nullopt) {
        constexpr std::size_t most_writes = 10'000, most_bytes = 64u << 20;
        const std::size_t writes = state.writes + (replaced ? 0 : 1);
        const std::size_t total = state.write_bytes + bytes - replaced.value_or(0);
        if (writes > most_writes || total > most_bytes) return false;
        state.writes = writes;
        state.write_bytes = total;
        return true;
    }
    parley_status fail_full() {
        return fail(PARLEY_TOO_LARGE, "a handling may write at most 10,000 values and timers, 64 MiB in all");
    }
};
