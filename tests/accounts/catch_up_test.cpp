#include "accounts/catch_up.hpp"

#include "core/ids.hpp"
#include "support/fake_channel.hpp"
#include "support/manual_executor.hpp"
#include "support/result_printer.hpp"

namespace parley::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

struct Missed {
    Missed() {
        channel->can.keeps_history = true;
        channels::Decoded one;
        one.messages.emplace_back().text = "hello";
        channel->was_missed = one;
        accounts::Account account;
        account.id = 1;
        account.channel = account.name = "twilio";
        directory.apply({account});
    }

    ManualExecutor executor;
    std::shared_ptr<FakeChannel> channel = std::make_shared<FakeChannel>();
    accounts::Directory directory{executor,
                                  [this](const accounts::Account&) {
                                      return accounts::Lines{channel, nullptr, nullptr};
                                  },
                                  [](const accounts::Entry&) {}, Logger()};
    Result<void> database;
    std::vector<std::string> taken;
    accounts::CatchUp catch_up{executor, directory,
                               [this](const accounts::Entry& entry, channels::Decoded missed, auto done) {
                                   CHECK(entry.account.id == 1);
                                   if (database)
                                       for (const auto& message : missed.messages) taken.push_back(message.text);
                                   done(database);
                               },
                               Logger()};
};

TEST_CASE("what was missed is asked for until its provider answers and the database takes it") {
    Missed m;
    m.channel->was_missed = make_error(Errc::unavailable, "429");
    const UnixMillis since = unix_now() - 3'600'000;
    m.catch_up.missing(since);
    CHECK(m.executor.fire_next() == seconds(0));
    CHECK(m.executor.fire_next() == seconds(5));
    m.channel->was_missed = channels::Decoded{};
    m.channel->was_missed->messages.emplace_back().text = "hello";
    m.database = make_error(Errc::unavailable, "the database is away");
    CHECK(m.executor.fire_next() == seconds(10));
    CHECK(m.taken.empty());
    m.database = Result<void>();
    m.executor.fire_next();
    CHECK(m.taken == std::vector<std::string>{"hello"});
    CHECK(m.channel->asked_since == std::vector<UnixMillis>(4, since));
    CHECK(m.executor.timers() == 1);  // the next look
}

TEST_CASE("an outage that is over does not wait for the next attempt") {
    Missed m;
    m.channel->was_missed = make_error(Errc::unavailable, "no route");
    const UnixMillis since = unix_now() - 3'600'000;
    m.catch_up.missing(since);
    for (int i = 0; i < 6; ++i) m.executor.fire_next();
    CHECK(m.executor.until_next() > minutes(1));
    m.catch_up.missing(since + 1);
    CHECK(m.executor.fire_next() == seconds(0));
    CHECK(m.channel->asked_since.back() == since);
}

TEST_CASE("an account whose webhook was refused is asked soon, once for many, and all are every five minutes") {
    Missed m;
    const UnixMillis now = unix_now();
    for (int i = 0; i < 3; ++i) m.catch_up.refused(1);
    CHECK(m.executor.fire_next() == seconds(10));
    CHECK(m.executor.fire_next() == minutes(5) - seconds(10));  // the look
    CHECK(m.executor.fire_next() == seconds(0));
    REQUIRE(m.channel->asked_since.size() == 2);
    for (const auto since : m.channel->asked_since) {
        CHECK(since < now);
        CHECK(since > now - 5 * 60'000);
    }
    m.executor.fire_next();
    CHECK(m.executor.until_next() == seconds(0));

    m.channel->can.keeps_history = false;
    m.executor.fire_next();
    CHECK(m.channel->asked_since.size() == 2);
}

}  // namespace
}  // namespace parley::test
