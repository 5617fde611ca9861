// Knows people by their tokens, programs by their API keys, and the operator of this machine by the control socket or
// by API_TOKEN. What it found out is remembered for a minute; whatever is revoked is forgotten at once, on this node
// and, a moment later, on the others.
//
// Wrong ones cost no more than a few look-ups: after some of them an address waits, longer and longer. Those that were
// right once, or were given out here, are looked up all the same, so that people who share the address go on working.
// [I/O thread]
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "auth/principal.hpp"
#include "auth/throttle.hpp"
#include "auth/token.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"
#include "db/pool.hpp"
#include "db/store/people.hpp"

namespace parley::auth {

class TokenAuthenticator final : public Authenticator {
public:
    // `api_token`: API_TOKEN, empty if there is none. What is handed in outlives it, and it outlives what waits in
    // them.
    TokenAuthenticator(Executor& executor, db::Pool& pool, Secret api_token, Logger log);
    ~TokenAuthenticator() override;

    void authenticate(const net::Request& request, UniqueFunction<void(Answer)> done) override;
    std::shared_ptr<void> watch(const Principal& principal, UniqueFunction<void()> lost) override;
    void used(const Principal& principal) override;

    // This token or key was just given out: it is not held up by the wrong ones of its address.
    void given_out(std::string_view token);

    // After the commit that took them away. Forgets what it remembered and tells those who watch.
    void tokens_revoked(const std::vector<std::int64_t>& tokens);
    void api_key_revoked(std::int64_t key);

    // Something was revoked, perhaps on another node: forgets everything, and asks the database about those who are
    // watched. Also done every half a minute by itself once start() was called, for what expires; uses are noted then.
    void look_again();
    void start();

    static constexpr std::chrono::seconds remembered{60};

private:
    using Owner = std::pair<TokenKind, std::int64_t>;  // a token or a key, by its row
    struct Known {
        Principal principal;
        SteadyTime until;
    };
    struct Watch {
        Owner owner;
        UniqueFunction<void()> lost;
    };
    using Watches = std::multimap<Owner, std::weak_ptr<Watch>>;

    void look_up(TokenKind kind, std::string hash, std::string remote, UniqueFunction<void(Answer)> done);
    void was_right(const std::string& hash);
    void remember(const std::string& hash, Principal principal, UnixMillis expires_at, std::uint64_t as_of);
    void lose(const Owner& owner);
    void check_watched();
    void tick();

    Executor& executor_;
    db::Pool& pool_;
    Secret api_token_;
    Logger log_;
    std::unordered_map<std::string, Known> known_;  // by hash
    std::unordered_set<std::string> right_;         // hashes of those that were right once
    Throttle wrong_;                                // by address
    std::unordered_set<std::int64_t> used_;         // tokens, since the last check: the database does not know yet
    std::uint64_t revocations_ = 0;                 // a look-up that began before the last one is not remembered
    SteadyTime last_revocation_{};
    Watches watches_;
    bool checking_ = false, check_again_ = false;  // one check at a time
    Executor::TimerId timer_ = 0;
    Executor::TimerId soon_ = 0;  // 0: no check is due soon
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace parley::auth
