// What may still be used today: counters for each person, chat and organisation. What a call can cost at most is taken
// before it, and what it did cost counts after it; so the sum of both never passes a limit, however many calls are
// under way. Pure: no clock, no database. One thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/message.hpp"

namespace parley::guards {

// Things that are counted. As a limit, 0 is none.
struct Amount {
    std::int64_t tokens = 0;
    std::int64_t micro_usd = 0;
    std::int64_t pictures = 0;
    std::int64_t audio_ms = 0;
    std::int64_t speech_characters = 0;

    Amount& operator+=(const Amount& other);
    Amount& operator-=(const Amount& other);
    bool operator==(const Amount&) const = default;
};

// Whose counters a call touches. An empty person or chat has none.
struct Payer {
    std::int32_t organisation = 0;
    AccountId account = 0;
    std::string chat, person;
};

enum class Scope { person, chat, organisation };
const char* to_string(Scope scope);  // "person", ...
enum class Thing { tokens, money, pictures, audio, speech };
const char* to_string(Thing thing);  // "tokens", ...

struct Limits {
    Amount person, chat, organisation;
    const Amount& of(Scope scope) const;
};

class Allowance {
public:
    explicit Allowance(std::size_t max_entries = 500'000) : max_entries_(max_entries) {}

    struct Refusal {
        Scope scope = Scope::organisation;
        Thing thing = Thing::tokens;
        bool nothing_left = true;  // false: there is something, but less than this call may need
        bool too_many = false;     // more people are counted today than fit into memory
    };
    // Takes the most that a call can use from all that pay, or from none of them.
    std::optional<Refusal> reserve(const Payer& payer, const Amount& most, const Limits& limits);

    struct Warning {
        Scope scope = Scope::organisation;
        Thing thing = Thing::tokens;
        std::int64_t used = 0, limit = 0;
    };
    // Gives back what was taken and counts what was used; the limits that are used up to four fifths now, each told
    // once.
    std::vector<Warning> settle(const Payer& payer, const Amount& reserved, const Amount& used, const Limits& limits);

    // What an earlier process used today. Limits that were near then are not told again.
    void load(const Payer& payer, const Amount& used);
    void loaded(const Limits& limits);

    void clear() { entries_.clear(); }

    // Used, without what is reserved.
    Amount used(const Payer& payer, Scope scope) const;
    // Used and reserved.
    Amount taken(const Payer& payer, Scope scope) const;

private:
    struct Entry {
        Amount used, reserved;
        unsigned warned = 0;  // a bit for each thing
    };
    static std::string key_of(const Payer& payer, Scope scope);  // empty: nobody
    static std::vector<Warning> new_warnings(Entry& entry, Scope scope, const Amount& limit);
    const Entry* find(const Payer& payer, Scope scope) const;

    std::size_t max_entries_;
    std::unordered_map<std::string, Entry> entries_;
};

}  // namespace parley::guards
