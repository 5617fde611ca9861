#include "guards/allowance.hpp"

namespace parley::guards {
namespace {

constexpr Scope scopes[] = {Scope::person, Scope::chat, Scope::organisation};

struct Counted {
    Thing thing;
    std::int64_t Amount::*member;
};
constexpr Counted things[] = {{Thing::tokens, &Amount::tokens},
                              {Thing::money, &Amount::micro_usd},
                              {Thing::pictures, &Amount::pictures},
                              {Thing::audio, &Amount::audio_ms},
                              {Thing::speech, &Amount::speech_characters}};

}  // namespace

const char* to_string(Scope scope) {
    static constexpr const char* names[] = {"person", "chat", "organisation"};
    return names[static_cast<int>(scope)];
}

const char* to_string(Thing thing) {
    static constexpr const char* names[] = {"tokens", "money", "pictures", "audio", "speech"};
    return names[static_cast<int>(thing)];
}

Amount& Amount::operator+=(const Amount& other) {
    for (const auto& [thing, member] : things) this->*member += other.*member;
    return *this;
}

Amount& Amount::operator-=(const Amount& other) {
    for (const auto& [thing, member] : things) this->*member -= other.*member;
    return *this;
}

const Amount& Limits::of(Scope scope) const {
    return scope == Scope::person ? person : scope == Scope::chat ? chat : organisation;
}

std::string Allowance::key_of(const Payer& payer, Scope scope) {
    switch (scope) {
        case Scope::person:
            return payer.person.empty() ? "" : "p" + std::to_string(payer.organisation) + ' ' + payer.person;
        case Scope::chat:
            return payer.chat.empty() ? "" : "c" + std::to_string(payer.account) + ' ' + payer.chat;
        case Scope::organisation:
            return "o" + std::to_string(payer.organisation);
    }
    return {};
}

const Allowance::Entry* Allowance::find(const Payer& payer, Scope scope) const {
    const auto found = entries_.find(key_of(payer, scope));
    return found == entries_.end() ? nullptr : &found->second;
}

std::optional<Allowance::Refusal> Allowance::reserve(const Payer& payer, const Amount& most, const Limits& limits) {
    for (const auto scope : scopes) {
        if (key_of(payer, scope).empty()) continue;
        const auto* entry = find(payer, scope);
        if (!entry && entries_.size() >= max_entries_) return Refusal{scope, Thing::tokens, true, true};
        for (const auto& [thing, member] : things) {
            const auto limit = limits.of(scope).*member;
            const auto taken = entry ? entry->used.*member + entry->reserved.*member : 0;
            if (limit > 0 && most.*member > 0 && most.*member > limit - taken)
                return Refusal{scope, thing, taken >= limit, false};
        }
    }
    for (const auto scope : scopes)
        if (const auto key = key_of(payer, scope); !key.empty()) entries_[key].reserved += most;
    return std::nullopt;
}

std::vector<Allowance::Warning> Allowance::settle(const Payer& payer, const Amount& reserved, const Amount& used,
                                                  const Limits& limits) {
    std::vector<Warning> warnings;
    for (const auto scope : scopes) {
        const auto found = entries_.find(key_of(payer, scope));
        if (found == entries_.end()) continue;
        found->second.reserved -= reserved;
        found->second.used += used;
        const auto fresh = new_warnings(found->second, scope, limits.of(scope));
        warnings.insert(warnings.end(), fresh.begin(), fresh.end());
    }
    return warnings;
}

std::vector<Allowance::Warning> Allowance::new_warnings(Entry& entry, Scope scope, const Amount& limit) {
    std::vector<Warning> warnings;
    for (const auto& [thing, member] : things) {
        const auto used = entry.used.*member, most = limit.*member;
        const auto bit = 1u << static_cast<unsigned>(thing);
        if (most <= 0 || (entry.warned & bit) != 0 || used < most - most / 5) continue;
        entry.warned |= bit;
        warnings.push_back({scope, thing, used, most});
    }
    return warnings;
}

void Allowance::load(const Payer& payer, const Amount& used) {
    for (const auto scope : scopes)
        if (const auto key = key_of(payer, scope); !key.empty()) entries_[key].used += used;
}

void Allowance::loaded(const Limits& limits) {
    for (auto& [key, entry] : entries_) {
        const auto scope = key[0] == 'p' ? Scope::person : key[0] == 'c' ? Scope::chat : Scope::organisation;
        new_warnings(entry, scope, limits.of(scope));
    }
}

Amount Allowance::used(const Payer& payer, Scope scope) const {
    const auto* entry = find(payer, scope);
    return entry ? entry->used : Amount{};
}

Amount Allowance::taken(const Payer& payer, Scope scope) const {
    auto taken = used(payer, scope);
    if (const auto* entry = find(payer, scope)) taken += entry->reserved;
    return taken;
}

}  // namespace parley::guards
