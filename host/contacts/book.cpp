#include "contacts/book.hpp"

#include <algorithm>
#include <functional>
#include <string>

#include "contacts/canonical_phone.hpp"
#include "core/text.hpp"

namespace parley::contacts {
namespace {

constexpr std::size_t longest_value = 256;  // far above any provider's; an index row has its limit

bool looks_like_phone(std::string_view text) {
    return text.size() >= 7 && text.size() <= 15 && text::is_digits(text);
}

// Equal for equal identities of the same account; the name does not count, for it may change with each message.
std::uint64_t key_of(const db::Sighting& sighting) {
    std::string all = std::to_string(sighting.account);
    for (const auto& identity : sighting.identities) {
        all += '\n';
        all += static_cast<char>('0' + static_cast<int>(identity.kind));
        all += identity.value;
    }
    return std::hash<std::string>{}(all);
}

}  // namespace

std::optional<db::Sighting> sighting_of(const Inbound& message) {
    if (message.kind == EventKind::timer || message.kind == EventKind::hook || message.channel == "terminal")
        return std::nullopt;
    db::Sighting sighting;
    sighting.account = message.account;
    sighting.name = message.sender_name;
    sighting.seen = message.timestamp;
    for (const auto& identity : message.identities) {
        if (identity.value.empty() || identity.value.size() > longest_value) continue;
        const bool is_phone = identity.kind == IdentityKind::phone;
        // The last one is the newest: a changed number is told after the old one.
        if (is_phone) sighting.phone = identity.value;
        sighting.identities.push_back(is_phone ? Identity{identity.kind, canonical_phone(identity.value)} : identity);
    }
    const bool is_word =
        message.kind != EventKind::other;  // of others only a provider's identities tell who it is about
    if (message.identities.empty() && is_word && looks_like_phone(message.sender)) {
        sighting.phone = message.sender;
        sighting.identities.push_back({IdentityKind::phone, canonical_phone(message.sender)});
    }
    if (sighting.identities.empty()) return std::nullopt;
    return sighting;
}

Book::Book(Executor& executor, db::Pool& pool, BookOptions options, Logger log)
    : executor_(executor), pool_(pool), options_(options), log_(std::move(log)) {}

std::optional<db::Sighting> Book::unknown(const Inbound& message) const {
    auto sighting = sighting_of(message);
    if (sighting && known(key_of(*sighting))) return std::nullopt;
    return sighting;
}

bool Book::known(Key key) const {
    const auto now = std::chrono::steady_clock::now();
    for (const auto* generation : {&young_, &old_}) {
        const auto found = generation->find(key);
        if (found != generation->end() && now - found->second < options_.refresh) return true;
    }
    return false;
}

void Book::remember(Key key) {
    if (young_.size() >= options_.max_known / 2) old_ = std::exchange(young_, {});
    young_[key] = std::chrono::steady_clock::now();
}

void Book::forget(const Batch& batch) {
    for (const auto& sighting : *batch) {
        const Key key = key_of(sighting);
        young_.erase(key);
        old_.erase(key);
    }
}

void Book::add(db::Sighting sighting) {
    const Key key = key_of(sighting);
    if (known(key) || waiting_.size() >= options_.max_waiting) return;
    remember(key);  // taken back when it cannot be written
    waiting_.push_back(std::move(sighting));
    write_next();
}

void Book::write_next() {
    if (writing_ || waiting_.empty()) return;
    writing_ = true;
    const std::size_t count = one_by_one_ > 0 ? 1 : std::min(waiting_.size(), options_.max_batch);
    if (one_by_one_ > 0) --one_by_one_;
    const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
    const auto batch = std::make_shared<std::vector<db::Sighting>>(std::make_move_iterator(waiting_.begin()),
                                                                   std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
    pool_.run_async(
        executor_, [batch](pqxx::work& tx) { db::write_sightings(tx, *batch); },
        [this, batch](const Result<void>& how) { written(batch, how); }, db::Rerun::safe);
}

void Book::written(const Batch& batch, const Result<void>& how) {
    writing_ = false;
    const bool their_fault = !how && how.error().code != Errc::unavailable && how.error().code != Errc::timeout &&
                             how.error().code != Errc::overloaded;
    if (their_fault && batch->size() > 1) {
        // One that cannot be stored does not fail its neighbours.
        one_by_one_ = batch->size();
        waiting_.insert(waiting_.begin(), std::make_move_iterator(batch->begin()),
                        std::make_move_iterator(batch->end()));
    } else if (!how) {
        log_.warn("contacts.not_written", {{"senders", batch->size()}, {"why", how.error().message}});
        forget(batch);
    }
    write_next();
}

}  // namespace parley::contacts
