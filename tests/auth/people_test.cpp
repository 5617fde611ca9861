#include "auth/people.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <pqxx/pqxx>

#include "auth/cheap_passwords.hpp"
#include "support/manual_executor.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::auth {
namespace {

constexpr const char* right = "correct horse";

struct Fixture {
    template <class T, class Begin>
    T wait(Begin begin) {
        std::optional<T> answer;
        begin([&](T given) { answer.emplace(std::move(given)); });
        executor.run_until([&] { return answer.has_value(); });
        return std::move(*answer);
    }
    Outcome<db::Person> add(const std::string& name, Role role = Role::user) {
        return wait<Outcome<db::Person>>(
            [&](auto done) { people.add(name, Secret(right), role, origin, std::move(done)); });
    }
    Outcome<People::SignedIn> sign_in(const std::string& name, const std::string& password = right) {
        return wait<Outcome<People::SignedIn>>(
            [&](auto done) { people.sign_in(name, Secret(password), origin, std::move(done)); });
    }
    Secret token(const std::string& name) { return sign_in(name).value().token; }
    Authenticator::Answer ask(const std::string& token) {
        net::Request request;
        request.headers.set("Authorization", "Bearer " + token);
        return wait<Authenticator::Answer>([&](auto done) { authenticator.authenticate(request, std::move(done)); });
    }
    bool known(const Secret& token) { return ask(token.reveal()).principal.has_value(); }
    Outcome<void> sign_out(const Principal& principal) {
        return wait<Outcome<void>>([&](auto done) { people.sign_out(principal, {}, std::move(done)); });
    }
    void sql(const std::string& text) {
        pool.run([&](pqxx::work& tx) { tx.exec(text); });
    }

    db::DatabaseOptions options = test::TestDatabase::options(test::TestDatabase::instance().migrated_database());
    test::ManualExecutor executor;
    db::Pool pool{options, Logger()};
    Passwords passwords{executor, test::cheap_passwords()};
    TokenAuthenticator authenticator{executor, pool, Secret("the-api-token"), Logger()};
    People people{People::Parts{executor, pool, passwords, authenticator, Logger()}};
    Origin origin{"192.0.2.1", "test", false};
};

}  // namespace

TEST_CASE("somebody registers, signs in, is known, and signs out") {
    Fixture here;
    const auto ada = here.add("Ada");
    REQUIRE(ada);
    CHECK(ada->id == 1);
    CHECK(ada->role == "user");
    CHECK(here.add("ada").error().error.code == Errc::conflict);
    CHECK(here.add("bot").error().error.code == Errc::conflict);
    CHECK(here.add("a b").error().error.code == Errc::invalid);

    const auto token = here.token("ADA");
    const auto answer = here.ask(token.reveal());
    REQUIRE(answer.principal);
    CHECK(answer.principal->id == 1);
    CHECK(answer.principal->name == "Ada");
    CHECK(answer.principal->role == Role::user);
    const auto other = here.token("Ada");
    REQUIRE(here.sign_out(*answer.principal));
    CHECK_FALSE(here.known(token));
    CHECK(here.known(other));
}

TEST_CASE("the token itself is nowhere in the database") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto token = here.token("ada");
    std::string all;
    here.pool.run([&](pqxx::work& tx) {
        all.clear();
        for (const auto& row : tx.exec("select t::text from tokens t union all select p::text from people p"))
            all += row[0].c_str();
    });
    CHECK(all.find(token_hash(token.reveal())) != std::string::npos);
    CHECK(all.find(token.reveal().substr(4)) == std::string::npos);
    CHECK(all.find(right) == std::string::npos);
}

TEST_CASE("who does not exist gets the same answer for the same work as a wrong password") {
    Fixture here;
    REQUIRE(here.add("ada"));
    REQUIRE(here.add("eve"));
    REQUIRE(here.wait<Outcome<void>>([&](auto done) { here.people.set_disabled("eve", true, std::move(done)); }));
    const auto wrong = here.sign_in("ada", "wrong password");
    REQUIRE_FALSE(wrong);
    std::uint64_t before = here.passwords.verifications();
    for (const char* name : {"nobody", "eve", "bot", "no name at all"}) {
        const auto refused = here.sign_in(name);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().error.message == wrong.error().error.message);
        CHECK(refused.error().error.code == Errc::unauthorized);
        CHECK(here.passwords.verifications() == ++before);
    }
}

TEST_CASE("guesses are throttled by name, and a right password does not get in meanwhile") {
    Fixture here;
    REQUIRE(here.add("ada"));
    REQUIRE(here.add("eve"));
    for (int i = 0; i < 5; ++i) CHECK(here.sign_in("ada", "wrong password").error().retry_after.count() == 0);
    const auto before = here.passwords.verifications();
    const auto refused = here.sign_in("ADA");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().retry_after.count() > 0);
    CHECK(here.passwords.verifications() == before);
    CHECK(here.sign_in("eve"));
}

TEST_CASE("a program that calls itself what is no text signs its user in all the same") {
    Fixture here;
    REQUIRE(here.add("ada"));
    for (const char* label : {"\xff\xfe", "half a character \xc3"}) {
        here.origin.label = label;
        CHECK(here.sign_in("ada"));
    }
}

TEST_CASE("guesses over many names are throttled by address") {
    Fixture here;
    REQUIRE(here.add("ada"));
    for (int i = 0; i < 50; ++i) CHECK_FALSE(here.sign_in("name" + std::to_string(i)));
    CHECK(here.sign_in("ada").error().retry_after.count() > 0);
    here.origin.remote = "192.0.2.2";
    CHECK(here.sign_in("ada"));
}

TEST_CASE("what an admin changes ends the sign-ins") {
    Fixture here;
    REQUIRE(here.add("ada"));
    auto token = here.token("ada");
    REQUIRE(here.known(token));
    REQUIRE(here.wait<Outcome<void>>([&](auto done) { here.people.set_role("ada", Role::admin, std::move(done)); }));
    CHECK_FALSE(here.known(token));
    token = here.token("ada");
    CHECK(here.ask(token.reveal()).principal->role == Role::admin);
    REQUIRE(here.wait<Outcome<void>>(
        [&](auto done) { here.people.set_password("ada", Secret("another horse"), std::move(done)); }));
    CHECK_FALSE(here.known(token));
    CHECK_FALSE(here.sign_in("ada"));
    token = here.sign_in("ada", "another horse").value().token;
    REQUIRE(here.wait<Outcome<void>>([&](auto done) { here.people.set_disabled("ada", true, std::move(done)); }));
    CHECK_FALSE(here.known(token));
    CHECK_FALSE(here.sign_in("ada", "another horse"));
    const auto unknown =
        here.wait<Outcome<void>>([&](auto done) { here.people.set_disabled("nobody", true, std::move(done)); });
    CHECK(unknown.error().error.code == Errc::not_found);
}

TEST_CASE("a password that is changed while somebody signs in with it gets nobody in") {
    Fixture here;
    REQUIRE(here.add("ada"));
    std::optional<Outcome<People::SignedIn>> answer;
    // The hash is read and verified; the change is committed before the token is made.
    here.people.sign_in("ada", Secret(right), here.origin,
                        [&](Outcome<People::SignedIn> given) { answer.emplace(std::move(given)); });
    here.executor.run_next();
    here.sql("update people set password = 'another' where username = 'ada'");
    here.executor.run_until([&] { return answer.has_value(); });
    REQUIRE_FALSE(*answer);
    CHECK(answer->error().error.code == Errc::unauthorized);
    here.pool.run([&](pqxx::work& tx) { CHECK(tx.exec("select from tokens").empty()); });
}

TEST_CASE("who watches a token hears when it is gone") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto one = here.ask(here.token("ada").reveal()).principal.value();
    const auto two = here.ask(here.token("ada").reveal()).principal.value();
    int lost = 0, other_lost = 0, gone = 0;
    const auto watch = here.authenticator.watch(one, [&] { ++lost; });
    const auto other = here.authenticator.watch(two, [&] { ++other_lost; });
    here.authenticator.watch(one, [&] { ++gone; }).reset();
    REQUIRE(here.sign_out(one));
    here.executor.run_until([&] { return lost > 0; });
    CHECK(other_lost == 0);

    // As another node would do it: this one hears a notification only.
    here.sql("delete from tokens where id = " + std::to_string(two.token));
    here.authenticator.look_again();
    here.executor.run_until([&] { return other_lost > 0; });
    CHECK(lost == 1);
    CHECK(gone == 0);
}

TEST_CASE("a token that was revoked between being read and being watched is noticed") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto ada = here.ask(here.token("ada").reveal()).principal.value();
    REQUIRE(here.sign_out(ada));
    int lost = 0;
    const auto watch = here.authenticator.watch(ada, [&] { ++lost; });
    const auto another = here.authenticator.watch(ada, [&] { ++lost; });
    CHECK(here.executor.timers() == 1);  // for both
    here.executor.fire_next();
    here.executor.run_until([&] { return lost == 2; });
}

TEST_CASE("ending a sign-in that one does not have bothers nobody") {
    Fixture here;
    REQUIRE(here.add("ada"));
    REQUIRE(here.add("eve"));
    const auto ada = here.ask(here.token("ada").reveal()).principal.value();
    int lost = 0;
    const auto watch = here.authenticator.watch(ada, [&] { ++lost; });
    const auto gone =
        here.wait<Outcome<bool>>([&](auto done) { here.people.revoke_token(2, ada.token, std::move(done)); });
    CHECK_FALSE(gone.value());
    here.executor.run_posted();
    CHECK(lost == 0);
    CHECK(here.executor.timers() == 0);
}

TEST_CASE("wrong keys are looked up some times only, right ones of that address always") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto used = here.token("ada"), unused = here.token("ada");
    CHECK(here.known(used));
    unsigned looked_up = 0;
    std::chrono::seconds wait{0};
    for (int i = 0; i < 200 && wait.count() == 0; ++i) {
        auto number = std::to_string(i);
        wait = here.ask("plk_" + std::string(64 - number.size(), '0') + number).wait;
        looked_up += wait.count() == 0 ? 1 : 0;
    }
    CHECK(wait.count() >= 1);
    CHECK(looked_up == 20);
    here.authenticator.tokens_revoked({});  // nothing is remembered any more
    CHECK(here.known(used));
    CHECK(here.known(unused));  // given out here
    CHECK(here.ask("the-api-token").principal);
    CHECK(here.ask("no key at all").wait.count() >= 1);
}

TEST_CASE("the audit log tells who came and went, and who tried") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto told = [&] {
        std::string all;
        here.pool.run([&](pqxx::work& tx) {
            all.clear();
            for (const auto& row : tx.exec("select actor, action, status, remote from audit_log order by id"))
                all += std::string(row[0].c_str()) + " " + row[1].c_str() + " " + row[2].c_str() + " " +
                       row[3].c_str() + "; ";
        });
        return all;
    };
    const auto ada = here.ask(here.token("ada").reveal()).principal.value();
    REQUIRE_FALSE(here.sign_in("ada", "wrong one"));
    REQUIRE_FALSE(here.sign_in("a password", "ada"));
    REQUIRE(here.sign_out(ada));
    const std::string here_from = " 192.0.2.1; ";
    here.executor.run_until([&] {
        const auto all = told();
        return std::count(all.begin(), all.end(), ';') >= 5;
    });
    const auto all = told();
    CHECK(all.starts_with("ada register 201" + here_from + "ada signIn 200" + here_from));
    CHECK(all.find("ada signIn 401" + here_from) != std::string::npos);
    CHECK(all.find(";  signIn 401" + here_from) != std::string::npos);
    CHECK(all.find("ada signOut 200") != std::string::npos);
    CHECK(all.find("a password") == std::string::npos);
}

TEST_CASE("the operator of the machine comes in without a password, until admins end that") {
    Fixture here;
    const auto come = [&] {
        return here.wait<Outcome<People::SignedIn>>(
            [&](auto done) { here.people.sign_in_operator(here.origin, std::move(done)); });
    };
    const auto first = come();
    REQUIRE(first);
    CHECK(here.ask(first->token.reveal()).principal->role == Role::admin);
    REQUIRE(come());
    here.pool.run([&](pqxx::work& tx) { CHECK(tx.exec("select from people where id > 0").size() == 1); });
    CHECK_FALSE(here.add(first->person.username));
    CHECK_FALSE(here.sign_in(first->person.username, ""));
    here.wait<Outcome<void>>(
        [&](auto done) { here.people.set_disabled(first->person.username, true, std::move(done)); });
    CHECK_FALSE(here.known(first->token));
    CHECK_FALSE(come());
}

TEST_CASE("a sign-in that nobody uses ends before its time, an admin's after a quarter of an hour") {
    Fixture here;
    REQUIRE(here.add("ada"));
    REQUIRE(here.add("root", Role::admin));
    const auto ada = here.token("ada"), root = here.token("root");
    const auto unused_for = [&](const std::string& time) {
        here.authenticator.tokens_revoked({});  // nothing is remembered
        here.sql("update tokens set last_used_at = now() - interval '" + time + "'");
    };
    unused_for("14 minutes");
    CHECK(here.known(root));
    here.authenticator.tokens_revoked({});
    here.sql("update tokens set last_used_at = last_used_at - interval '2 minutes'");
    CHECK(here.known(root));  // that was a use
    unused_for("16 minutes");
    CHECK_FALSE(here.known(root));
    CHECK(here.known(ada));
    unused_for("8 days");
    CHECK_FALSE(here.known(ada));
}

TEST_CASE("uses that the database is not asked about count, being open does not") {
    Fixture here;
    REQUIRE(here.add("root", Role::admin));
    const auto asks = here.token("root");
    const auto speaks = here.ask(here.token("root").reveal()).principal.value();
    const auto listens = here.ask(here.token("root").reveal()).principal.value();
    REQUIRE(here.known(asks));
    here.authenticator.start();
    bool speaker_lost = false, listener_lost = false;
    const auto speaker = here.authenticator.watch(speaks, [&] { speaker_lost = true; });
    const auto listener = here.authenticator.watch(listens, [&] { listener_lost = true; });

    here.sql("update tokens set last_used_at = now() - interval '14 minutes'");
    CHECK(here.known(asks));  // remembered
    here.authenticator.used(speaks);
    here.executor.fire_next();
    std::string late;
    here.executor.run_until([&] {
        here.pool.run([&](pqxx::work& tx) {
            late = tx.exec(
                         "select coalesce(string_agg(id::text, ','), '') from tokens "
                         "where last_used_at < now() - interval '1 minute'")[0][0]
                       .c_str();
        });
        return late == std::to_string(listens.token);
    });
    here.sql("update tokens set last_used_at = last_used_at - interval '2 minutes'");
    here.executor.fire_next();
    here.executor.run_until([&] { return listener_lost; });
    CHECK_FALSE(speaker_lost);
}

TEST_CASE("expired tokens, keys and API_TOKEN") {
    Fixture here;
    REQUIRE(here.add("ada"));
    const auto token = here.token("ada");
    here.sql("update tokens set expires_at = now() - interval '1 second'");
    CHECK_FALSE(here.known(token));
    CHECK(here.ask("the-api-token").principal->kind == Principal::Kind::local);
    CHECK_FALSE(here.ask("the-api-toke").principal);

    const auto key = make_api_key();
    std::int64_t id = 0;
    here.pool.run([&](pqxx::work& tx) {
        db::ApiKey row;
        row.name = "reports";
        row.role = "operator";
        row.scopes = {"messages:read", "contacts:read"};
        row.hint = key.reveal().substr(64);
        id = db::insert_api_key(tx, row, token_hash(key.reveal()));
    });
    const auto principal = here.ask(key.reveal()).principal;
    REQUIRE(principal);
    CHECK(principal->kind == Principal::Kind::api_key);
    CHECK(principal->role == Role::operator_);
    CHECK(principal->scopes == std::set<std::string>{"contacts:read", "messages:read"});
    here.pool.run([&](pqxx::work& tx) { CHECK(db::revoke_api_key(tx, id)); });
    here.authenticator.api_key_revoked(id);
    CHECK_FALSE(here.ask(key.reveal()).principal);
}

}  // namespace parley::auth
