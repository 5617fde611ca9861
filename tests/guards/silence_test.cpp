#include "guards/echoes.hpp"
#include "store/journal_fixture.hpp"

namespace parley::guards {
namespace {

constexpr UnixMillis hour = 3'600'000;

class SilenceFixture : public test::JournalFixture {
public:
    SilenceFixture()
        : vault(Secret(std::string(32, 'k'))),
          settings(vault),
          pool(options, Logger()),
          silence(executor, pool, Logger()),
          echoes(executor, pool, settings, silence, Logger()) {}
    ~SilenceFixture() { silence.stop(); }

    bool take(const std::string& chat, UnixMillis ends) {
        return *wait<Result<bool>>([&](auto done) { silence.take(account, chat, "cli", ends, std::move(done)); });
    }
    bool give_back(const std::string& chat) {
        return *wait<Result<bool>>([&](auto done) { silence.give_back(account, chat, std::move(done)); });
    }
    channels::Echo echo(std::string id, std::string text = "I am human") {
        return {account, "923001234567@s.whatsapp.net", std::move(id), std::move(text), 0, false};
    }

    config::Vault vault;
    config::Settings settings;
    db::Pool pool;
    Silence silence;
    Echoes echoes;
};

TEST_CASE("a chat is held until its end, and given back before") {
    SilenceFixture fixture;
    const auto now = unix_now();
    CHECK(fixture.take("a", now + hour));
    CHECK(fixture.silence.human_answers(fixture.account, "a"));
    CHECK_FALSE(fixture.silence.human_answers(fixture.account, "b"));
    CHECK_FALSE(fixture.silence.human_answers(fixture.account + 1, "a"));
    CHECK_FALSE(fixture.silence.human_answers(fixture.account, "a", now + hour));
    CHECK_FALSE(fixture.take("a", now + hour / 2));  // it is held for longer
    CHECK(fixture.take("a", 0));
    CHECK_FALSE(fixture.take("a", now + 2 * hour));
    CHECK(fixture.silence.human_answers(fixture.account, "a", now + 1000 * hour));
    CHECK(fixture.give_back("a"));
    CHECK_FALSE(fixture.give_back("a"));
    CHECK_FALSE(fixture.silence.human_answers(fixture.account, "a"));
    CHECK(fixture.take("a", now + hour));
}

TEST_CASE("a restart knows what is held, and another host hears of a change") {
    SilenceFixture fixture;
    fixture.take("a", 0);
    Silence other(fixture.executor, fixture.pool, Logger());
    other.load();
    CHECK(other.human_answers(fixture.account, "a"));
    other.start(fixture.options);
    fixture.take("b", unix_now() + hour);
    fixture.executor.run_until([&] { return other.human_answers(fixture.account, "b"); });
    fixture.give_back("a");
    fixture.executor.run_until([&] { return !other.human_answers(fixture.account, "a"); });
    other.stop();
    fixture.transact([](pqxx::work& tx) {
        const auto held = db::list_takeovers(tx, 10);
        REQUIRE(held.size() == 1);
        CHECK(held[0].chat == "b");
        CHECK(held[0].account_name == "gateway");
        CHECK(held[0].by == "cli");
    });
}

TEST_CASE("a human's answer from the phone takes the chat over") {
    SilenceFixture fixture;
    auto heard = fixture.echo("wamid.1");
    heard.by_human = true;
    fixture.echoes.heard(heard);
    fixture.executor.run_until([&] { return fixture.silence.human_answers(fixture.account, heard.chat); });
    CHECK_FALSE(fixture.silence.human_answers(fixture.account, heard.chat, unix_now() + 5 * hour));
}

TEST_CASE("an echo of our own message takes nothing over") {
    SilenceFixture fixture;
    const auto sent = fixture.outbound("Hello from the bot, and a second part of some length");
    REQUIRE(fixture.enqueue(sent));
    fixture.echoes.heard(fixture.echo("OURS", "whatever"));
    fixture.executor.fire_next();  // it is still in the outbox
    fixture.sent(sent.id, "OURS");
    fixture.echoes.heard(fixture.echo("OURS", "whatever"));
    fixture.echoes.heard(fixture.echo("SECOND-PART", "a second part of some length"));
    fixture.executor.fire_next();
    fixture.echoes.heard(fixture.echo("THEIRS", "Hello"));  // as our own began, but no more than that
    fixture.executor.fire_next();
    fixture.executor.run_until([&] { return fixture.count("takeovers") == "1"; });
    CHECK(fixture.ask("select taken_by from takeovers") == "phone");
}

TEST_CASE("who wants no answers of the model is remembered until they want them again") {
    SilenceFixture fixture;
    CHECK_FALSE(fixture.silence.unwanted(fixture.account, "ada"));
    fixture.silence.want(fixture.account, "ada", false);
    CHECK(fixture.silence.unwanted(fixture.account, "ada"));
    CHECK_FALSE(fixture.silence.unwanted(fixture.account, "bob"));
    Silence other(fixture.executor, fixture.pool, Logger());
    other.load();
    CHECK(other.unwanted(fixture.account, "ada"));
    other.start(fixture.options);
    fixture.silence.want(fixture.account, "ada", true);
    CHECK_FALSE(fixture.silence.unwanted(fixture.account, "ada"));
    fixture.executor.run_until([&] { return !other.unwanted(fixture.account, "ada"); });
    other.stop();
}

TEST_CASE("with zero hours, and for echoes of long ago, nothing happens") {
    SilenceFixture fixture;
    auto heard = fixture.echo("1");
    heard.by_human = true;
    heard.timestamp = unix_now() - 5 * hour;
    fixture.echoes.heard(heard);
    fixture.settings.apply("takeover_hours", "0");
    heard.timestamp = 0;
    fixture.echoes.heard(heard);
    fixture.echoes.heard(fixture.echo("2"));
    CHECK(fixture.executor.timers() == 0);
    CHECK(fixture.count("takeovers") == "0");
}

}  // namespace
}  // namespace parley::guards
