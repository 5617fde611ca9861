// What is asked about an account's token, of the store and of Meta: each question has its deadline, and one answer.
// [I/O thread]
#pragma once

#include <chrono>
#include <memory>

#include "channels/cloud/token.hpp"

namespace parley::channels {

class TokenQuestions {
public:
    // The executor outlives all answers.
    TokenQuestions(const CloudConfig& config, Exchange send, std::shared_ptr<TokenStore> store, Executor& executor,
                   TokenKeeper::Clock now);

    // Errc::timeout when the store does not answer in time.
    void load(UniqueFunction<void(Result<StoredToken>)> done);
    void store(const StoredToken& token, UniqueFunction<void(Result<void>)> done);

    bool can_exchange() const { return !config_.app_id.empty() && !config_.app_secret.empty(); }
    // A new one for this one; its end and kind. Errors as in read_exchange_answer() and read_debug_answer().
    void exchange(const StoredToken& old, UniqueFunction<void(Result<StoredToken>)> done);
    void debug(const StoredToken& token, UniqueFunction<void(Result<StoredToken>)> done);

private:
    void ask_meta(net::ClientRequest request, UniqueFunction<void(net::ClientResult)> done);
    // The answer, or `late` when none came in time; once.
    template <class T>
    UniqueFunction<void(T)> within(std::chrono::milliseconds deadline, T late, UniqueFunction<void(T)> done);

    CloudConfig config_;
    Graph graph_;
    Exchange send_;
    std::shared_ptr<TokenStore> store_;
    Executor& executor_;
    TokenKeeper::Clock now_;
};

}  // namespace parley::channels
