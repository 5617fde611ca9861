// The token's keeper, with a scripted Meta, a store in memory and a clock that the test moves.
#include "channels/cloud/token.hpp"

#include <catch2/catch.hpp>

#include "channels/clocked_executor.hpp"
#include "channels/scripted_graph.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;
using namespace std::chrono_literals;
using test::ClockedExecutor;
using test::ScriptedGraph;

namespace {

constexpr UnixMillis kDay = 24LL * 3600 * 1000;

struct MemoryStore final : TokenStore {
    std::optional<StoredToken> token;
    bool broken = false, silent = false;
    int loads = 0, stores = 0;
    std::vector<UniqueFunction<void(Result<StoredToken>)>> unanswered;

    void load(UniqueFunction<void(Result<StoredToken>)> done) override {
        ++loads;
        if (silent) return unanswered.push_back(std::move(done));
        if (broken) return done(make_error(Errc::unavailable, "the database is away"));
        if (!token) return done(make_error(Errc::not_found, "none"));
        done(*token);
    }
    void store(const StoredToken& fresh, UniqueFunction<void(Result<void>)> done) override {
        ++stores;
        if (broken) return done(make_error(Errc::unavailable, "the database is away"));
        token = fresh;
        done({});
    }
};

CloudConfig make_config() {
    CloudConfig config;
    config.app_id = "1234567890";
    config.app_secret = Secret("app secret");
    return config;
}

struct Fixture {
    ScriptedGraph meta;
    ClockedExecutor executor;
    std::shared_ptr<MemoryStore> store = std::make_shared<MemoryStore>();
    std::unique_ptr<TokenKeeper> keeper;

    explicit Fixture(CloudConfig config = make_config()) {
        keeper = std::make_unique<TokenKeeper>(
            config, meta.exchange(), store, executor, [this] { return executor.now(); }, Logger());
    }

    StoredToken token(const std::string& text, UnixMillis lives = 60 * kDay) {
        StoredToken made;
        made.token = Secret(text);
        made.obtained_at = executor.now();
        made.expires_at = lives == 0 ? 0 : executor.now() + lives;
        return made;
    }
    std::string get() {
        std::string text = "(no answer)";
        keeper->get([&](Result<Secret> result) { text = words(result); });
        return text;
    }
    std::string refused(const std::string& token) {
        std::string text = "(no answer)";
        keeper->refused(Secret(token), "(190) expired", [&](Result<Secret> result) { text = words(result); });
        return text;
    }
    static std::string words(const Result<Secret>& result) {
        return result ? result->reveal() : std::string("error: ") + to_string(result.error().code);
    }
};

const std::string kFresh = R"({"access_token":"T2","token_type":"bearer","expires_in":5184000})";
const std::string kRefusedExchange = R"({"error":{"message":"expired","code":190,"error_subcode":463}})";

}  // namespace

TEST_CASE("a hundred sends wait for one reading of the store") {
    Fixture f;
    f.store->token = f.token("T1");
    f.store->silent = true;
    int answered = 0;
    for (int i = 0; i < 100; ++i)
        f.keeper->get([&](Result<Secret> token) { answered += token && token->reveal() == "T1" ? 1 : 0; });
    CHECK(answered == 0);
    REQUIRE(f.store->unanswered.size() == 1);
    auto done = std::move(f.store->unanswered.front());
    done(*f.store->token);
    CHECK(answered == 100);
    CHECK(f.get() == "T1");
    CHECK(f.store->loads == 1);
    CHECK(f.meta.requests.empty());
}

TEST_CASE("a token is renewed at four fifths of its life, while sends go on") {
    Fixture f;
    f.store->token = f.token("T1");
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 47));
    CHECK(f.meta.requests.empty());
    f.executor.advance(std::chrono::hours(24));
    REQUIRE(f.meta.requests.size() == 1);
    CHECK(f.meta.requests[0].url ==
          "https://graph.facebook.com/v25.0/oauth/access_token?grant_type=fb_exchange_token&client_id=1234567890&"
          "client_secret=app+secret&fb_exchange_token=T1");
    CHECK(f.get() == "T1");  // the old one works on
    f.meta.answer_waiting(200, kFresh);
    CHECK(f.get() == "T2");
    CHECK(f.store->token->token.reveal() == "T2");
    CHECK(*f.store->token->expires_at == f.executor.now() + 60 * kDay);
    // And so on.
    f.executor.advance(std::chrono::hours(24 * 48));
    CHECK(f.meta.requests.size() == 2);
}

TEST_CASE("a token of a system user is renewed for sixty days") {
    Fixture f;
    f.store->token = f.token("T1");
    f.store->token->system_user = true;
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 48));
    REQUIRE(f.meta.requests.size() == 1);
    CHECK(f.meta.requests[0].url.ends_with("&set_token_expires_in_60_days=true"));
}

TEST_CASE("a renewal that fails is made again, and the token works on") {
    Fixture f;
    f.store->token = f.token("T1");
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 48));
    f.meta.answer_waiting(500, "");
    CHECK(f.get() == "T1");
    CHECK(f.keeper->status().usable);
    CHECK_FALSE(f.keeper->status().problem.empty());
    f.executor.advance(1min);
    f.meta.answer_waiting(200, kFresh);
    CHECK(f.get() == "T2");
    CHECK(f.keeper->status().problem.empty());
}

TEST_CASE("a token without an end is left alone; an unknown end is asked for") {
    Fixture f;
    f.store->token = f.token("T1", 0);
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 400));
    CHECK(f.meta.requests.empty());

    Fixture g;
    g.store->token = g.token("T1");
    g.store->token->expires_at.reset();
    g.keeper->start();
    REQUIRE(g.meta.requests.size() == 1);
    CHECK(g.meta.requests[0].url == "https://graph.facebook.com/v25.0/debug_token?input_token=T1");
    CHECK(g.meta.token_of(0) == "Bearer 1234567890|app secret");
    CHECK(g.get() == "T1");
    const std::string end = std::to_string(g.executor.now() / 1000 + 1'000);
    g.meta.answer_waiting(200, R"({"data":{"is_valid":true,"type":"SYSTEM_USER","issued_at":)" +
                                   std::to_string(g.executor.now() / 1000) + R"(,"expires_at":)" + end + "}}");
    CHECK(*g.store->token->expires_at == g.executor.now() + 1'000'000);
    CHECK(g.store->token->system_user);
    g.executor.advance(800s);
    CHECK(g.meta.requests.size() == 2);
}

TEST_CASE("a hundred refused sends cause one exchange") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    int answered = 0;
    for (int i = 0; i < 100; ++i)
        f.keeper->refused(Secret("T1"), "(190)",
                          [&](Result<Secret> token) { answered += token && token->reveal() == "T2" ? 1 : 0; });
    CHECK(f.meta.requests.size() == 1);
    f.meta.answer_waiting(200, kFresh);
    CHECK(answered == 100);
    CHECK(f.meta.requests.size() == 1);
    // One that was under way with the old token learns of the new one at once.
    CHECK(f.refused("T1") == "T2");
    CHECK(f.meta.requests.size() == 1);
}

TEST_CASE("a token that somebody stored meanwhile is taken before anything is asked of Meta") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    f.store->token = f.token("T9");
    CHECK(f.refused("T1") == "T9");
    CHECK(f.meta.requests.empty());
}

TEST_CASE("when nothing helps the account is halted, until the store has another token") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    f.meta.will_answer(400, kRefusedExchange);
    CHECK(f.refused("T1") == "error: unauthorized");
    CHECK_FALSE(f.keeper->status().usable);
    CHECK(f.keeper->status().problem.find("give the account a new one") != std::string::npos);
    CHECK(f.keeper->status().problem.find("(190) expired") != std::string::npos);
    // Others that come late ask nobody again.
    CHECK(f.refused("T1") == "error: unauthorized");
    CHECK(f.get() == "error: unauthorized");
    CHECK(f.meta.requests.size() == 1);
    f.store->token = f.token("T9");
    CHECK(f.get() == "T9");
    CHECK(f.keeper->status().usable);
    CHECK(f.keeper->status().problem.empty());
}

TEST_CASE("a passing trouble does not halt the account") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    f.meta.will_answer(503, "");
    CHECK(f.refused("T1") == "error: unavailable");
    CHECK(f.keeper->status().usable);
    f.meta.will_answer(200, kFresh);
    CHECK(f.refused("T1") == "T2");
}

TEST_CASE("a refusal in the middle of a renewal that fails does not end renewing") {
    Fixture f;
    f.store->token = f.token("T1");
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 48));
    std::string text;
    f.keeper->refused(Secret("T1"), "(190)", [&](Result<Secret> result) { text = Fixture::words(result); });
    CHECK(f.meta.requests.size() == 1);
    f.meta.answer_waiting(503, "");
    CHECK(text == "error: unavailable");
    CHECK(f.get() == "T1");
    // The refusal is forgotten: what fails next is a renewal ahead of the end, and that halts nothing.
    f.meta.will_answer(400, kRefusedExchange);
    f.executor.advance(1min);
    CHECK(f.meta.requests.size() == 2);
    CHECK(f.keeper->status().usable);
    f.meta.will_answer(200, kFresh);
    f.executor.advance(2min);
    CHECK(f.get() == "T2");
}

TEST_CASE("without the app's id and secret a refused token halts the account and says so") {
    Fixture f{CloudConfig{}};
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    CHECK(f.refused("T1") == "error: unauthorized");
    CHECK(f.keeper->status().problem.find("app id and app secret are not configured") != std::string::npos);
    CHECK(f.meta.requests.empty());
}

TEST_CASE("no token, no database, no answer") {
    Fixture f;
    CHECK(f.get() == "error: unauthorized");
    CHECK(f.keeper->status().problem.find("no access token") != std::string::npos);
    f.store->broken = true;
    Fixture g;
    g.store->broken = true;
    CHECK(g.get() == "error: unavailable");
    g.store->broken = false;
    g.store->token = g.token("T1");
    CHECK(g.get() == "T1");

    Fixture h;
    h.store->silent = true;
    std::string text;
    h.keeper->get([&](Result<Secret> result) { text = Fixture::words(result); });
    h.executor.advance(11s);
    CHECK(text == "error: unavailable");
    // The answer that comes too late is not taken.
    auto late = std::move(h.store->unanswered.front());
    late(h.token("T1"));
    CHECK_FALSE(h.keeper->status().usable);
}

TEST_CASE("an exchange that never answers has its deadline") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    std::string text;
    f.keeper->refused(Secret("T1"), "", [&](Result<Secret> result) { text = Fixture::words(result); });
    f.executor.advance(32s);
    CHECK(text == "error: unavailable");
    f.meta.answer_waiting(200, kFresh);
    CHECK(f.get() == "T1");
}

TEST_CASE("a new token that could not be stored is used, and stored later") {
    Fixture f;
    f.store->token = f.token("T1");
    REQUIRE(f.get() == "T1");
    f.meta.will_answer(200, kFresh);
    std::string text;
    f.keeper->refused(Secret("T1"), "", [&](Result<Secret> result) { text = Fixture::words(result); });
    CHECK(text == "T2");

    Fixture g;
    g.store->token = g.token("T1");
    g.keeper->start();
    g.executor.advance(std::chrono::hours(24 * 48));
    g.store->broken = true;
    g.meta.answer_waiting(200, kFresh);
    CHECK(g.get() == "T2");
    CHECK(g.keeper->status().problem.find("could not be stored") != std::string::npos);
    CHECK(g.store->token->token.reveal() == "T1");
    g.store->broken = false;
    // What is in the store is older than what is at hand.
    g.keeper->start();
    CHECK(g.get() == "T2");
    g.executor.advance(2min);
    CHECK(g.store->token->token.reveal() == "T2");
    CHECK(g.keeper->status().problem.empty());
}

TEST_CASE("a short-lived token is exchanged, stored and used") {
    Fixture f;
    f.meta.will_answer(200, kFresh);
    std::optional<Result<StoredToken>> result;
    f.keeper->exchange(Secret("SHORT"), [&](Result<StoredToken> r) { result = std::move(r); });
    REQUIRE(result);
    CHECK(result->value().token.reveal() == "T2");
    CHECK(f.meta.requests[0].url.find("fb_exchange_token=SHORT") != std::string::npos);
    CHECK(f.store->token->token.reveal() == "T2");
    CHECK(f.get() == "T2");

    f.meta.will_answer(400, kRefusedExchange);
    f.keeper->exchange(Secret("BAD"), [&](Result<StoredToken> r) { result = std::move(r); });
    CHECK(result->error().code == Errc::unauthorized);
    CHECK(f.get() == "T2");

    Fixture g{CloudConfig{}};
    g.keeper->exchange(Secret("SHORT"), [&](Result<StoredToken> r) { result = std::move(r); });
    CHECK(result->error().code == Errc::invalid);
}

TEST_CASE("an admin's token wins over a renewal that was under way") {
    Fixture f;
    f.store->token = f.token("T1");
    f.keeper->start();
    f.executor.advance(std::chrono::hours(24 * 48));
    REQUIRE(f.meta.waiting.size() == 1);
    f.keeper->exchange(Secret("SHORT"), [](Result<StoredToken>) {});
    auto renewal = std::move(f.meta.waiting.front());
    f.meta.waiting.erase(f.meta.waiting.begin());
    f.meta.answer_waiting(200, R"({"access_token":"ADMIN","expires_in":5184000})");
    renewal(ScriptedGraph::answer(200, kFresh));
    CHECK(f.get() == "ADMIN");
    CHECK(f.store->token->token.reveal() == "ADMIN");
}

TEST_CASE("who waits when the keeper ends is told") {
    Fixture f;
    f.store->silent = true;
    std::string text;
    f.keeper->get([&](Result<Secret> result) { text = Fixture::words(result); });
    f.keeper.reset();
    CHECK(text == "error: gone");
    auto late = std::move(f.store->unanswered.front());
    late(f.token("T1"));
    f.executor.advance(1h);
}
