// What came in and met nobody, from providers that keep a list of it: some do not repeat a webhook that failed. Asked
// for when something is known to be missing, and every five minutes, for a webhook may be lost without a trace here;
// again, until the provider answers and all of it is taken. What is known already is not taken twice. [I/O thread]
#pragma once

#include <chrono>
#include <functional>
#include <map>

#include "accounts/directory.hpp"

namespace parley::accounts {

class CatchUp {
public:
    // Stores what an account missed. An error: not all of it, so it is asked for again.
    using Take = std::function<void(const Entry& entry, channels::Decoded missed, UniqueFunction<void(Result<void>)>)>;

    // The directory outlives it.
    CatchUp(Executor& executor, const Directory& directory, Take take, Logger log);

    // No account can be sure of what came since then: asks for it at once.
    void missing(UnixMillis since);
    // A webhook of this account was just refused: asks soon.
    void refused(AccountId account);

private:
    struct Line {
        UnixMillis since = 0;  // what may be missing begins there; 0: nothing is
        bool asking = false;
        int failures = 0;  // in a row
        Executor::TimerId timer = 0;
    };

    void look_later();
    void ask_after(AccountId account, UnixMillis since, std::chrono::milliseconds wait);
    void ask(AccountId account);
    void take(AccountId account, UnixMillis since, Result<channels::Decoded> missed);
    void asked(AccountId account, UnixMillis since, const Result<void>& taken);

    Executor& executor_;
    const Directory& directory_;
    Take take_;
    Logger log_;
    std::map<AccountId, Line> lines_;  // of accounts whose channel keeps a history
    UnixMillis looked_;
};

}  // namespace parley::accounts
