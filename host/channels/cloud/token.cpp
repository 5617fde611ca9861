#include "channels/cloud/token.hpp"

#include <algorithm>
#include <vector>

#include "channels/cloud/token_questions.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"

namespace parley::channels {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kShortestWait{60'000}, kLongestWait{3'600'000};
constexpr UnixMillis kDay = 24LL * 3600 * 1000;

bool same(const Secret& a, const Secret& b) {
    return crypto::equal_constant_time(a.reveal(), b.reveal());
}

Error gone() {
    return make_error(Errc::gone, "the account was closed meanwhile");
}

// When to renew: after 80 % of its life. 12 days ahead (20 % of the usual 60) when its beginning is not known.
UnixMillis due_at(const StoredToken& token) {
    if (token.obtained_at == 0) return *token.expires_at - 12 * kDay;
    return token.obtained_at + (*token.expires_at - token.obtained_at) / 5 * 4;
}

}  // namespace

struct TokenKeeper::State : std::enable_shared_from_this<TokenKeeper::State> {
    TokenQuestions ask;
    Executor& executor;
    Clock now;
    Logger log;

    StoredToken current;
    bool loaded = false, unsaved = false, ended = false;
    std::optional<Error> halted;  // `current` is refused, and nothing helped
    std::string problem;          // with renewing or storing, for the admin
    std::string refusal;          // Meta's words about `current`; empty: nobody was refused
    std::vector<Done> waiting;    // for the end of the job at hand
    bool busy = false;            // one job at a time: loading or renewing
    bool asking_end = false;
    int failures = 0;  // of renewing, in a row
    Executor::TimerId timer = 0;

    State(TokenQuestions questions, Executor& loop, Clock clock, Logger logger)
        : ask(std::move(questions)), executor(loop), now(std::move(clock)), log(std::move(logger)) {}

    // --- the token at hand ---

    void save(UniqueFunction<void(Result<void>)> done) {
        auto finish = [self = shared_from_this(), done = std::move(done)](Result<void> written) mutable {
            self->saved(written);
            done(std::move(written));
        };
        unsaved = true;
        ask.store(current, std::move(finish));
    }

    void saved(const Result<void>& written) {
        unsaved = !written;
        if (written) return;
        problem = "the new access token could not be stored: " + written.error().message;
        log.error("token.not_stored", {{"why", written.error().message}});
        tick_after(kShortestWait);
    }

    void adopt(StoredToken token) {
        current = std::move(token);
        loaded = true;
        halted.reset();
        problem.clear();
        refusal.clear();
        failures = 0;
        schedule();
    }

    void halt(const std::string& reason) {
        halted = make_error(Errc::unauthorized, reason);
        log.error("token.halted", {{"why", reason}});
    }

    Result<Secret> usable() const {
        if (halted) return *halted;
        return current.token;
    }

    // The job is over; who waited is told.
    void finish(std::optional<Error> error = std::nullopt) {
        busy = false;
        refusal.clear();
        std::vector<Done> waited = std::exchange(waiting, {});
        for (Done& done : waited) done(error ? Result<Secret>(*error) : usable());
    }

    void wait(Done done) { waiting.push_back(std::move(done)); }

    // --- jobs ---

    void load() {
        busy = true;
        ask.load([self = shared_from_this()](Result<StoredToken> stored) { self->read(stored); });
    }

    void read(const Result<StoredToken>& stored) {
        if (ended) return;
        if (stored && !stored->token.empty()) {
            // The one that was refused is no better for being read again; what could not be stored is newer.
            const bool is_refused = halted && loaded && same(stored->token, current.token);
            if (!is_refused && !unsaved) adopt(*stored);
            return finish();
        }
        const bool is_missing = stored || stored.error().code == Errc::not_found;
        if (is_missing) {
            halt("the account has no access token: give it one");
            return finish();
        }
        if (loaded) return finish();
        finish(make_error(Errc::unavailable, "the access token cannot be read: " + stored.error().message));
    }

    // Look for a newer one, else exchange the one at hand.
    void renew() {
        busy = true;
        ask.load([self = shared_from_this()](Result<StoredToken> stored) {
            if (self->ended) return;
            // What could not be stored is newer than what is there.
            if (stored && !self->unsaved && !stored->token.empty() && !same(stored->token, self->current.token)) {
                self->adopt(*stored);
                return self->finish();
            }
            self->exchange_current();
        });
    }

    void exchange_current() {
        if (!ask.can_exchange()) {
            return not_renewed(make_error(Errc::invalid, "app id and app secret are not configured"));
        }
        ask.exchange(current, [self = shared_from_this(), before = current.token](const Result<StoredToken>& fresh) {
            if (self->ended) return;
            // An admin gave another one meanwhile.
            if (!same(before, self->current.token)) return self->finish();
            if (!fresh) return self->not_renewed(fresh.error());
            self->renewed(*fresh);
        });
    }

    void renewed(const StoredToken& fresh) {
        log.info("token.renewed", {{"expires", to_iso8601(fresh.expires_at.value_or(0))}});
        adopt(fresh);
        // Sends go on with it only when it cannot be lost any more, or the store does not answer.
        save([self = shared_from_this()](Result<void>) {
            if (!self->ended) self->finish();
        });
    }

    void not_renewed(const Error& error) {
        const bool passing = error.code == Errc::unavailable || error.code == Errc::timeout;
        problem = "the access token could not be renewed: " + error.message;
        log.warn("token.not_renewed", {{"why", error.message}});
        if (!refusal.empty() && !passing) {
            halt("Meta refuses the access token (" + refusal + ") and it cannot be renewed (" + error.message +
                 "): give the account a new one");
            return finish();
        }
        tick_after(std::min(kLongestWait, kShortestWait * (1 << std::min(failures++, 6))));
        // Ahead of its end there is time, and the token works on.
        if (refusal.empty()) return finish();
        finish(make_error(Errc::unavailable, problem));
    }

    // --- ahead of its end ---

    void tick_after(milliseconds delay) {
        executor.cancel(timer);
        timer = executor.after(std::max(delay, milliseconds(1)), [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self || self->ended) return;
            self->timer = 0;
            self->tick();
        });
    }

    // Looks again at least every hour: clocks are set, machines sleep.
    void schedule() {
        if (!current.expires_at) return ask_end();
        if (*current.expires_at == 0) return;
        const UnixMillis left = due_at(current) - now();
        tick_after(std::min(kLongestWait, milliseconds(std::max<UnixMillis>(left, 0))));
    }

    void tick() {
        if (unsaved) {
            save([self = shared_from_this()](Result<void> written) {
                if (!written || self->ended) return;
                self->problem.clear();
                self->schedule();
            });
            return;
        }
        if (!current.expires_at || *current.expires_at == 0 || halted) return schedule_if_asked();
        if (busy || now() < due_at(current)) return busy ? tick_after(kShortestWait) : schedule();
        renew();
    }

    void schedule_if_asked() {
        if (!halted) schedule();
    }

    void ask_end() {
        if (asking_end) return;
        asking_end = true;
        ask.debug(current, [self = shared_from_this(), before = current.token](const Result<StoredToken>& known) {
            self->asking_end = false;
            if (self->ended) return;
            if (!same(before, self->current.token)) return self->schedule_if_asked();
            if (known && known->expires_at) return self->end_known(*known);
            // Whether it works at all the next send will show.
            if (!known) self->problem = "the end of the access token is not known: " + known.error().message;
            self->tick_after(kLongestWait);
        });
    }

    void end_known(const StoredToken& known) {
        current = known;
        problem.clear();
        schedule();
        save([](Result<void>) {});
    }
};

TokenKeeper::TokenKeeper(const CloudConfig& config, Exchange exchange, std::shared_ptr<TokenStore> store,
                         Executor& executor, const Clock& now, Logger log)
    : state_(std::make_shared<State>(TokenQuestions(config, std::move(exchange), std::move(store), executor, now),
                                     executor, now, std::move(log))) {}

TokenKeeper::~TokenKeeper() {
    state_->ended = true;
    state_->executor.cancel(state_->timer);
    state_->finish(gone());
}

void TokenKeeper::start() {
    if (!state_->busy) state_->load();
}

void TokenKeeper::get(Done done) {
    State& state = *state_;
    if (state.loaded && !state.halted) return done(state.current.token);
    state.wait(std::move(done));
    // Halted: an admin may have stored another token.
    if (!state.busy) state.load();
}

void TokenKeeper::refused(const Secret& token, const std::string& words, Done done) {
    State& state = *state_;
    if (state.loaded && !same(token, state.current.token)) return done(state.usable());
    if (state.halted) return done(*state.halted);
    state.refusal = words.empty() ? "it did not say why" : words;
    state.wait(std::move(done));
    if (!state.busy) state.renew();
}

void TokenKeeper::exchange(const Secret& short_lived, UniqueFunction<void(Result<StoredToken>)> done) {
    State& state = *state_;
    if (!state.ask.can_exchange()) {
        return done(make_error(Errc::invalid,
                               "a token can be exchanged only when the account knows the app's id and "
                               "secret: configure them first"));
    }
    StoredToken given;
    given.token = short_lived;
    state.ask.exchange(given, [self = state_, done = std::move(done)](Result<StoredToken> fresh) mutable {
        if (self->ended) return done(gone());
        if (!fresh) return done(fresh.error());
        self->adopt(*fresh);
        self->save([fresh = *fresh, done = std::move(done)](Result<void> written) mutable {
            if (!written) return done(written.error());
            done(std::move(fresh));
        });
    });
}

TokenKeeper::Status TokenKeeper::status() const {
    const State& state = *state_;
    Status status;
    status.usable = state.loaded && !state.halted;
    status.masked = state.current.token.masked();
    status.expires_at = state.current.expires_at;
    status.problem = state.halted ? state.halted->message : state.problem;
    return status;
}

}  // namespace parley::channels
