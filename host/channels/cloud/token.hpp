// The access token of one account through its life: read from the store, renewed ahead of its end, exchanged when Meta
// refuses it. An expired token cannot be exchanged any more, so renewing ahead is what keeps an account going.
//
//   start()  reads the stored token; when its end is not known, Meta is asked (debug_token)
//   80 %     of its life: exchanged for a new one (fb_exchange_token), stored, used
//   refused  (401, 190): the stored token is read again, for an admin or another process may have changed it; the same
//            one is exchanged; when that fails too, the account is halted with the reason, until the store has another
//
// However many sends wait, one question at a time is asked of the store or of Meta. Each has a deadline. A token that
// works is never held back: while it is being renewed, sends go on with it.
//
// The keeper may end while questions are open: who waits then gets Errc::gone. [I/O thread]
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "channels/cloud/graph.hpp"
#include "channels/cloud/token_source.hpp"
#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/message.hpp"

namespace parley::channels {

struct StoredToken {
    Secret token;
    UnixMillis obtained_at = 0;            // 0: not known
    std::optional<UnixMillis> expires_at;  // 0: never; nullopt: not known yet
    bool system_user = false;              // of a system user: renewed for 60 days only when asked so
};

// Where the token outlives the process. [I/O thread]; `done` is called once, perhaps before the call returns.
class TokenStore {
public:
    virtual ~TokenStore() = default;

    // Errc::not_found when there is none.
    virtual void load(UniqueFunction<void(Result<StoredToken>)> done) = 0;
    virtual void store(const StoredToken& token, UniqueFunction<void(Result<void>)> done) = 0;
};

class TokenKeeper final : public TokenSource {
public:
    using Clock = std::function<UnixMillis()>;

    // `config` for app_id, app_secret, base_url and deadlines. The executor outlives the keeper.
    TokenKeeper(const CloudConfig& config, Exchange exchange, std::shared_ptr<TokenStore> store, Executor& executor,
                const Clock& now, Logger log);
    ~TokenKeeper() override;

    // Read the stored token now, and again whenever an admin has changed it.
    void start();

    void get(Done done) override;
    void refused(const Secret& token, const std::string& words, Done done) override;

    // A short-lived token of a user for a long-lived one, which is stored and used from then on. Errc::invalid when app
    // id and secret are not configured, otherwise what Meta said.
    void exchange(const Secret& short_lived, UniqueFunction<void(Result<StoredToken>)> done);

    // For `account show`: never the token itself.
    struct Status {
        bool usable = false;
        std::string masked;
        std::optional<UnixMillis> expires_at;  // as in StoredToken
        std::string problem;  // why it is halted, or why it could not be renewed; empty when all is well
    };
    Status status() const;

private:
    struct State;  // shared with the callbacks of open questions
    std::shared_ptr<State> state_;
};

// Calls and answers of the exchange, for tests and for the probe. [any thread]
net::ClientRequest exchange_request(const Graph& graph, const CloudConfig& config, const StoredToken& old);
// `old` says of what kind the new one is. Errc::unauthorized when Meta will not have it.
Result<StoredToken> read_exchange_answer(const net::ClientResult& answer, const StoredToken& old, UnixMillis now);
net::ClientRequest debug_request(const Graph& graph, const CloudConfig& config, const Secret& token);
// Fills in the end and the kind of `token`. Errc::unauthorized when Meta says that it is not valid.
Result<StoredToken> read_debug_answer(const net::ClientResult& answer, StoredToken token);

}  // namespace parley::channels
