// What the language model was used for, and what is reserved for calls under way. [database threads, block] Functions
// run in the transaction they are given and throw when the database is unavailable.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/message.hpp"
#include "db/pool.hpp"
#include "db/store/history.hpp"

namespace parley::db {

struct GptReservation {
    std::int64_t id = 0;
    std::string day;  // "2026-11-21"
    std::int32_t organisation = 0;
    AccountId account = 0;
    std::string chat, person;
    std::string kind;   // "chat", "transcribe", "speak", "draw", "embed"
    std::string model;  // asked for
    // The most it can be.
    std::int64_t input_tokens = 0, output_tokens = 0;
    std::int64_t amount = 0;  // transcribe: milliseconds; speak: characters; draw: pictures
    std::int64_t micro_usd = 0;
};

// What became of a reservation.
struct GptCharge {
    std::int64_t id = 0;  // the reservation's
    bool counts = true;   // false: nothing was used
    std::string model;    // that answered; empty: the one asked for
    std::int64_t input_tokens = 0, output_tokens = 0, amount = 0, micro_usd = 0;
};

// Both may be run again after a commit in doubt: what is there already stays, and a reservation is charged once.
void write_reservations(pqxx::work& tx, const std::vector<GptReservation>& reservations);
void settle_reservations(pqxx::work& tx, const std::vector<GptCharge>& charges);

// At start: what a host that died had reserved becomes usage, whole. How many those were.
std::int64_t charge_abandoned_reservations(pqxx::work& tx);
// Days long gone.
void forget_old_usage(pqxx::work& tx, int days);

// What a day has used by now, for each person, chat and organisation.
struct UsageTotal {
    std::int32_t organisation = 0;
    AccountId account = 0;
    std::string chat, person, kind;
    std::int64_t tokens = 0, amount = 0, micro_usd = 0;
};
std::vector<UsageTotal> read_day_totals(pqxx::work& tx, const std::string& day);

// Empty members do not matter.
struct UsageFilter {
    std::optional<std::int32_t> organisation{};
    std::optional<AccountId> organisation_of{};  // that this account belongs to
    std::optional<AccountId> account{};
    std::string chat{};
    std::string person{};
    std::string kind{};
    std::string model{};
    std::string from{}, to{};  // days, both included
};

enum class UsageBy { all, organisation, account, chat, person, kind, model, day };
struct UsageSum {
    std::string name;  // of the organisation or account; the chat, person, kind, model, day; empty for `all`
    std::int64_t calls = 0, input_tokens = 0, output_tokens = 0;
    std::int64_t pictures = 0, audio_ms = 0, speech_characters = 0, micro_usd = 0;
};
// The dearest first, then those with the most tokens; days newest first. `all` gives one row, zeros when there is
// nothing.
std::vector<UsageSum> sum_usage(pqxx::work& tx, const UsageFilter& filter, UsageBy by, std::size_t limit);

}  // namespace parley::db
