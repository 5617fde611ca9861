#include "auth/token_authenticator.hpp"

#include <algorithm>

#include "core/crypto.hpp"
#include "core/ids.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t most_remembered = 20'000;
constexpr std::chrono::seconds check_every{30};
// Longer than a look-up takes, from its reading to the watch that follows from it.
constexpr std::chrono::seconds settling{10};
constexpr std::chrono::seconds check_soon{1};

Principal to_principal(const db::TokenOwner& owner) {
    Principal principal;
    principal.kind = Principal::Kind::person;
    principal.id = owner.person.id;
    principal.token = owner.token;
    principal.name = owner.person.username;
    principal.role = role_from(owner.person.role).value_or(Role::user);
    return principal;
}

Principal to_principal(const db::ApiKey& key) {
    Principal principal;
    principal.kind = Principal::Kind::api_key;
    principal.id = principal.token = key.id;
    principal.name = key.name;
    principal.role = role_from(key.role).value_or(Role::user);
    principal.scopes.insert(key.scopes.begin(), key.scopes.end());
    return principal;
}

// Guessing 256 bits leads nowhere: this is about what the guesses cost.
Throttle::Rules wrong_key_rules() {
    Throttle::Rules rules;
    rules.free = 20;
    rules.forgive = std::chrono::seconds(2);
    rules.longest_wait = std::chrono::seconds(30);
    return rules;
}

Principal local_admin(std::string name) {
    Principal principal;
    principal.kind = Principal::Kind::local;
    principal.name = std::move(name);
    principal.role = Role::admin;
    return principal;
}

}  // namespace

TokenAuthenticator::TokenAuthenticator(Executor& executor, db::Pool& pool, Secret api_token, Logger log)
    : executor_(executor),
      pool_(pool),
      api_token_(std::move(api_token)),
      log_(std::move(log)),
      wrong_(wrong_key_rules()) {}

TokenAuthenticator::~TokenAuthenticator() {
    executor_.cancel(timer_);
    executor_.cancel(soon_);
}

void TokenAuthenticator::authenticate(const net::Request& request, UniqueFunction<void(Answer)> done) {
    if (request.local) return done({local_admin("control socket"), false});
    const Secret given = token_of(request);
    if (given.empty()) return done({});
    if (!api_token_.empty() && crypto::equal_constant_time(given.reveal(), api_token_.reveal()))
        return done({local_admin("API_TOKEN"), false});
    const auto kind = token_kind(given.reveal());
    std::string hash = kind ? token_hash(given.reveal()) : std::string();
    if (const auto found = known_.find(hash); found != known_.end()) {
        if (found->second.until > std::chrono::steady_clock::now()) {
            used(found->second.principal);
            return done({found->second.principal, false});
        }
        known_.erase(found);
    }
    const auto now = std::chrono::steady_clock::now();
    if (!right_.contains(hash))
        if (const auto wait = wrong_.wait(request.remote, now); wait.count() > 0)
            return done({std::nullopt, false, wait});
    if (!kind) {
        wrong_.count(request.remote, now);
        return done({});
    }
    look_up(*kind, std::move(hash), request.remote, std::move(done));
}

void TokenAuthenticator::given_out(std::string_view token) {
    was_right(token_hash(token));
}

void TokenAuthenticator::was_right(const std::string& hash) {
    if (right_.size() >= most_remembered) right_.clear();
    right_.insert(hash);
}

void TokenAuthenticator::look_up(TokenKind kind, std::string hash, std::string remote,
                                 UniqueFunction<void(Answer)> done) {
    struct Found {
        std::optional<Principal> principal;
        UnixMillis expires_at = 0;
    };
    auto found = std::make_shared<Found>();
    pool_.run_async(
        executor_,
        [found, kind, hash](pqxx::work& tx) {
            *found = {};
            if (kind == TokenKind::token) {
                if (const auto owner = db::use_token(tx, hash)) *found = {to_principal(*owner), owner->expires_at};
            } else if (const auto key = db::use_api_key(tx, hash)) {
                *found = {to_principal(*key), key->expires};
            }
        },
        [this, alive = std::weak_ptr(alive_), found, hash, remote = std::move(remote), as_of = revocations_,
         done = std::move(done)](const Result<void>& read) mutable {
            if (!read) return done({std::nullopt, true});
            if (alive.expired()) return done({std::move(found->principal), false});
            if (found->principal) {
                was_right(hash);
                remember(hash, *found->principal, found->expires_at, as_of);
            } else {
                right_.erase(hash);
                wrong_.count(remote, std::chrono::steady_clock::now());
            }
            done({std::move(found->principal), false});
        },
        db::Rerun::safe);
}

void TokenAuthenticator::remember(const std::string& hash, Principal principal, UnixMillis expires_at,
                                  std::uint64_t as_of) {
    if (as_of != revocations_) return;
    if (known_.size() >= most_remembered) known_.clear();
    const auto now = std::chrono::steady_clock::now();
    auto until = now + remembered;
    if (expires_at != 0) until = std::min(until, now + std::chrono::milliseconds(expires_at - unix_now()));
    known_.insert_or_assign(hash, Known{std::move(principal), until});
}

std::shared_ptr<void> TokenAuthenticator::watch(const Principal& principal, UniqueFunction<void()> lost) {
    if (principal.kind == Principal::Kind::local) return nullptr;
    const auto kind = principal.kind == Principal::Kind::person ? TokenKind::token : TokenKind::api_key;
    const Owner owner{kind, principal.token};
    auto watch = std::make_shared<Watch>(Watch{owner, std::move(lost)});
    const auto place = watches_.emplace(owner, watch);
    // It may have been revoked between being read and being watched. One check is for all who come within a second.
    if (soon_ == 0 && last_revocation_ + settling > std::chrono::steady_clock::now())
        soon_ = executor_.after(check_soon, [this] {
            soon_ = 0;
            check_watched();
        });
    return {watch.get(), [this, alive = std::weak_ptr(alive_), place, watch](void*) mutable {
                watch.reset();
                if (!alive.expired()) watches_.erase(place);
            }};
}

void TokenAuthenticator::used(const Principal& principal) {
    if (principal.kind == Principal::Kind::person) used_.insert(principal.token);
}

void TokenAuthenticator::tokens_revoked(const std::vector<std::int64_t>& tokens) {
    known_.clear();
    ++revocations_;
    last_revocation_ = std::chrono::steady_clock::now();
    for (const auto token : tokens) lose({TokenKind::token, token});
}

void TokenAuthenticator::api_key_revoked(std::int64_t key) {
    tokens_revoked({});
    lose({TokenKind::api_key, key});
}

void TokenAuthenticator::look_again() {
    tokens_revoked({});
    check_watched();
}

void TokenAuthenticator::lose(const Owner& owner) {
    std::vector<std::shared_ptr<Watch>> affected;
    const auto [begin, end] = watches_.equal_range(owner);
    for (auto at = begin; at != end; ++at)
        if (auto watch = at->second.lock()) affected.push_back(std::move(watch));
    for (auto& watch : affected)
        executor_.post([weak = std::weak_ptr(watch)] {
            const auto still = weak.lock();
            if (!still || !still->lost) return;
            auto lost = std::exchange(still->lost, nullptr);
            lost();
        });
}

void TokenAuthenticator::check_watched() {
    if (watches_.empty() && used_.empty()) return;
    if (checking_) {
        check_again_ = true;
        return;
    }
    checking_ = true;
    struct Owners {
        std::vector<std::int64_t> used;
        std::vector<std::int64_t> tokens, keys;            // asked about
        std::vector<std::int64_t> tokens_held, keys_held;  // that hold
    };
    auto owners = std::make_shared<Owners>();
    owners->used.assign(used_.begin(), used_.end());
    used_.clear();
    for (auto at = watches_.begin(); at != watches_.end(); at = watches_.upper_bound(at->first))
        (at->first.first == TokenKind::token ? owners->tokens : owners->keys).push_back(at->first.second);
    pool_.run_async(
        executor_,
        [owners](pqxx::work& tx) {
            db::note_uses(tx, owners->used);
            owners->tokens_held = db::valid_tokens(tx, owners->tokens);
            owners->keys_held = db::valid_api_keys(tx, owners->keys);
        },
        [this, alive = std::weak_ptr(alive_), owners](const Result<void>& read) {
            if (alive.expired()) return;
            checking_ = false;
            if (std::exchange(check_again_, false)) check_watched();
            if (!read) {  // the database is away: nobody is thrown out for that
                used_.insert(owners->used.begin(), owners->used.end());
                return;
            }
            const auto lose_others = [this](TokenKind kind, const auto& asked, auto& held) {
                std::sort(held.begin(), held.end());
                for (const auto id : asked)
                    if (!std::binary_search(held.begin(), held.end(), id)) lose({kind, id});
            };
            lose_others(TokenKind::token, owners->tokens, owners->tokens_held);
            lose_others(TokenKind::api_key, owners->keys, owners->keys_held);
        },
        db::Rerun::safe);
}

void TokenAuthenticator::start() {
    timer_ = executor_.after(check_every, [this] { tick(); });
}

void TokenAuthenticator::tick() {
    check_watched();
    start();
}

}  // namespace parley::auth
