// Hashes and checks passwords: argon2id by libsodium, on threads of its own, since each takes some 90 ms and 64 MiB.
// Two at once at most, and few waiting: more are refused, so that guessing costs the host neither memory nor its time.
#pragma once

#include <atomic>
#include <cstdint>
#include <future>
#include <string>

#include "core/error.hpp"
#include "core/executor.hpp"
#include "core/secret.hpp"
#include "core/worker_pool.hpp"

namespace parley::auth {

struct PasswordCost {
    unsigned threads = 2;
    std::size_t most_waiting = 32;
    std::uint64_t passes = 3;
    std::size_t memory = 64u << 20;  // bytes of each
};

class Passwords {
public:
    // `executor` outlives it. Throws std::runtime_error when libsodium cannot be used.
    Passwords(Executor& executor, PasswordCost cost = {});

    // Of a new password: 8 to 128 bytes of text, and not the name itself. Errc::invalid says what is wrong.
    static Result<void> acceptable(const Secret& password, std::string_view username);

    // [I/O thread] `done` is posted to the executor. Errc::overloaded: too many wait.
    void hash(Secret password, UniqueFunction<void(Result<std::string>)> done);

    struct Verdict {
        bool right = false;
        std::string rehashed;  // not empty: right, but hashed more cheaply than now; keep this instead
    };
    // Is it the password of this hash? An empty hash (nobody, or somebody who cannot sign in) costs the same work, and
    // is never right.
    void verify(std::string hash, Secret password, UniqueFunction<void(Result<Verdict>)> done);

    // How often the work of one check was done, whatever came of it.
    std::uint64_t verifications() const { return verifications_; }

private:
    std::string hash_now(const std::string& password) const;
    Verdict verify_now(const std::string& hash, const std::string& password);

    Executor& executor_;
    PasswordCost cost_;
    std::atomic<std::uint64_t> verifications_{0};
    std::shared_future<std::string> nobodys_hash_;  // made with today's cost
    WorkerPool workers_;                            // last: its threads use the others
};

}  // namespace parley::auth
