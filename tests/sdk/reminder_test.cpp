// /reminder: when it fires, in words and by rule, over changes of the clocks; who may delete.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t minute = 60'000, hour = 60 * minute, day = 24 * hour;

// 2026-01-01 00:00 UTC is 05:00 in Karachi, a Thursday.
struct Reminder : Sample {
    Reminder() : Sample("reminder") { host.world().sender_zone = "Asia/Karachi"; }

    std::int64_t& now() { return host.world().now_ms; }
    std::string say(const std::string& text) { return send(text).reply(); }
    // The time at which the only timer fires next, from midnight UTC of 2026-01-01.
    std::int64_t due() {
        const auto& timers = host.world().timers;
        REQUIRE(timers.size() == 1);
        return timers[0].due_ms - 1'767'225'600'000;
    }
    // Goes to the next timer and returns what it says.
    std::string fire() {
        now() = host.world().timers.at(0).due_ms;
        const auto outcomes = host.run_due_timers();
        REQUIRE(outcomes.size() == 1);
        REQUIRE(outcomes[0].status == PARLEY_OK);
        return outcomes[0].reply();
    }
};

// In 2026 Berlin's clocks go forward on March 29 and back on October 25, at 01:00 UTC.
constexpr std::int64_t forward = 1'774'746'000'000, back = 1'792'890'000'000;

struct Berlin : Reminder {
    Berlin() {
        host.world().sender_zone = "Europe/Berlin";
        host.world().utc_offsets["Europe/Berlin"] = 3600;
        host.world().clock_changes["Europe/Berlin"] = {{forward, 7200}, {back, 3600}};
    }
};

}  // namespace

TEST_CASE("a reminder comes once, at its time on the sender's clock") {
    Reminder bot;
    CHECK(bot.say("/reminder create -d 2026-12-31 -t 23:59 -m Happy  New Year!") ==
          "Reminder set successfully.\n1: Thu 2026-12-31 23:59 (Asia/Karachi)");
    CHECK(bot.due() == 364 * day + 19 * hour - minute);
    CHECK(bot.fire() == "*Reminder*: Happy  New Year!");
    CHECK(bot.host.world().timers.empty());
    CHECK(bot.say("/reminder get") == "No reminders found.");
}

TEST_CASE("times in plain words") {
    const std::vector<std::pair<std::string, std::int64_t>> cases{
        {"in 10 minutes", 10 * minute},
        {"in an hour", hour},
        {"in 1 hour 30 min", 90 * minute},
        {"in 2 days", 2 * day},
        {"in 1 day 2 hours", day + 2 * hour},
        {"9am", 4 * hour},
        {"at 9:30 pm", 16 * hour + 30 * minute},
        {"12am", 19 * hour},
        {"noon", 7 * hour},
        {"4:59", day - minute},  // past today: tomorrow
        {"tomorrow", day + 4 * hour},
        {"tomorrow at 23:15", day + 18 * hour + 15 * minute},
        {"friday noon", day + 7 * hour},
        {"next thu 9am", 7 * day + 4 * hour},
        {"on 2026-01-05 at 7:00", 4 * day + 2 * hour},
        {"-d Tomorrow -t 9am", day + 4 * hour},
        {"-t 9am -d monday", 4 * day + 4 * hour},
    };
    for (const auto& [words, due] : cases) {
        INFO(words);
        Reminder bot;
        CHECK_THAT(bot.say("/reminder create " + words + " -m tea"), Contains("Reminder set successfully."));
        CHECK(bot.due() == due);
    }
}

TEST_CASE("what is no time is explained, and nothing is set") {
    Reminder bot;
    CHECK_THAT(bot.say("/reminder create someday -m tea"), Contains("I do not understand `someday`"));
    CHECK_THAT(bot.say("/reminder create in ten minutes -m tea"), Contains("I do not understand `in ten`"));
    CHECK_THAT(bot.say("/reminder create 25:00 -m tea"), Contains("I do not understand `25:00`"));
    CHECK_THAT(bot.say("/reminder create 13pm -m tea"), Contains("I do not understand"));
    CHECK_THAT(bot.say("/reminder create 2026-02-30 -m tea"), Contains("There is no day"));
    CHECK_THAT(bot.say("/reminder create 2025-02-03 9:00 -m tea"), Contains("is past"));
    CHECK_THAT(bot.say("/reminder create today 4am -m tea"), Contains("is past"));
    CHECK_THAT(bot.say("/reminder create 2700-01-01 -m tea"), Contains("too far away"));
    CHECK_THAT(bot.say("/reminder create in 99999 weeks -m tea"), Contains("too far away"));
    CHECK_THAT(bot.say("/reminder create in 100000 days in 100000 hours -m tea"), Contains("too far away"));
    CHECK_THAT(bot.say("/reminder create in 10 minutes 9am -m tea"), Contains("either a time"));
    CHECK_THAT(bot.say("/reminder create -m tea"), Contains("When?"));
    CHECK_THAT(bot.say("/reminder create 9am -z Mars/Olympus -m tea"), Contains("no time zone `Mars/Olympus`"));
    CHECK_THAT(bot.say("/reminder create 9am"), Contains("*Usage:*"));
    CHECK_THAT(bot.say("/reminder"), Contains("*Usage:*"));
    CHECK_THAT(bot.say("/reminder eat"), Contains("*Usage:*"));
    CHECK(bot.host.world().timers.empty());
}

TEST_CASE("a repeated reminder sets its next time with the present one") {
    Reminder bot;
    CHECK_THAT(bot.say("/reminder create 9am -r weekdays -m stand-up"),
               Contains("Thu 2026-01-01 09:00") && Contains("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"));
    CHECK(bot.fire() == "*Reminder*: stand-up");
    CHECK(bot.due() == day + 4 * hour);
    bot.fire();
    CHECK(bot.due() == 4 * day + 4 * hour);  // over the weekend
    bot.host.restart();
    bot.fire();
    CHECK(bot.due() == 5 * day + 4 * hour);
}

TEST_CASE("rules end") {
    Reminder count;
    count.say("/reminder create 9am -r FREQ=DAILY;COUNT=3 -m x");
    for (int i = 0; i < 3; ++i) {
        CHECK(count.due() == i * day + 4 * hour);
        count.fire();
    }
    CHECK(count.host.world().timers.empty());

    Reminder until;  // 04:00 UTC is nine in Karachi: the last one counts
    until.say("/reminder create 9am -r RRULE:freq=daily;until=20260102T040000Z -m x");
    until.fire();
    CHECK(until.due() == day + 4 * hour);
    until.fire();
    CHECK(until.host.world().timers.empty());

    Reminder endless;  // beyond the end of parley::Time
    endless.say("/reminder create 9am -r FREQ=DAILY;UNTIL=99991231T235959Z -m x");
    endless.fire();
    CHECK(endless.due() == day + 4 * hour);
}

TEST_CASE("rules that cannot be are refused with words") {
    Reminder bot;
    const auto refused = [&](const std::string& rule) { return bot.say("/reminder create 9am -r " + rule + " -m x"); };
    CHECK_THAT(refused("FREQ=SECONDLY"), Contains("once an hour at most"));
    CHECK_THAT(refused("FREQ=MINUTELY;INTERVAL=90"), Contains("once an hour at most"));
    CHECK_THAT(refused("FREQ=HOURLY;BYMINUTE=0,1,2"), Contains("once an hour at most"));
    CHECK_THAT(refused("FREQ=HOURLY;BYMONTH=2"), Contains("BYMONTH is not taken"));
    CHECK_THAT(refused("FREQ=DAILY;COUNT=2;UNTIL=20260102"), Contains("either COUNT or UNTIL"));
    CHECK_THAT(refused("FREQ=DAILY;COUNT=2000"), Contains("at most 1,000 times"));
    CHECK_THAT(refused("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"), Contains("never comes round"));
    CHECK_THAT(refused("FREQ=DAILY;UNTIL=20250101"), Contains("never comes round"));
    for (const auto* rule : {"FREQ=OFTEN", "often", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;FREQ=WEEKLY", ";;", "BYDAY=MO",
                             "FREQ=DAILY;X=1", "FREQ=DAILY;BYDAY="}) {
        INFO(rule);
        CHECK_THAT(refused(rule), Contains("is no rule for repeating"));
    }
    CHECK(bot.host.world().timers.empty());
}

TEST_CASE("nine o'clock stays nine o'clock when the clocks are changed") {
    Berlin bot;
    bot.now() = forward - 20 * hour;  // March 28, 06:00
    bot.say("/reminder create 9am -r daily -m x");
    CHECK(bot.host.world().timers.at(0).due_ms == forward - 17 * hour);
    bot.fire();
    CHECK(bot.host.world().timers.at(0).due_ms == forward - 17 * hour + 23 * hour);  // the short day
    bot.now() = back - 20 * hour;
    bot.host.world().timers.at(0).due_ms = back - 18 * hour;
    bot.fire();
    CHECK(bot.host.world().timers.at(0).due_ms == back - 18 * hour + 25 * hour);  // the long one
}

TEST_CASE("a skipped time comes after the gap, a doubled one the first time only") {
    Berlin gap;
    gap.now() = forward - 2 * hour;
    CHECK_THAT(gap.say("/reminder create 2026-03-29 2:30 -m x"), Contains("Sun 2026-03-29 03:00"));
    CHECK(gap.host.world().timers.at(0).due_ms == forward);

    Berlin doubled;
    doubled.now() = back - 3 * hour;
    doubled.say("/reminder create 2:30 -r daily -m x");
    CHECK(doubled.host.world().timers.at(0).due_ms == back - hour / 2);
    doubled.fire();
    CHECK(doubled.host.world().timers.at(0).due_ms == back - hour / 2 + 25 * hour);

    Berlin hourly;
    hourly.now() = forward - 90 * minute;
    hourly.say("/reminder create in 30 minutes -r hourly -m x");
    hourly.fire();
    CHECK(hourly.host.world().timers.at(0).due_ms == forward);
    hourly.fire();
    CHECK(hourly.host.world().timers.at(0).due_ms == forward + hour);
}

TEST_CASE("a span is exact over a change of the clocks") {
    Berlin bot;
    bot.now() = forward - hour;
    bot.say("/reminder create in 3 hours -m x");
    CHECK(bot.host.world().timers.at(0).due_ms == forward + 2 * hour);
}

TEST_CASE("one that was missed comes once, late, and says so") {
    Reminder bot;
    bot.say("/reminder create 9am -r daily -m pills");
    bot.now() += 3 * day + 10 * hour;  // 15:00 three days later
    const auto outcomes = bot.host.run_due_timers();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].reply() ==
          "*Reminder*: pills\n_This was due Thu 2026-01-01 09:00 (Asia/Karachi), when I was not there._");
    CHECK(bot.due() == 4 * day + 4 * hour);
}

TEST_CASE("reminders belong to their chat") {
    Reminder bot;
    bot.say("/reminder create 9am -m mine");
    CHECK_THAT(bot.in_group("./reminder create 10am -m ours").reply(), Contains("\n1: "));
    CHECK(bot.say("/reminder get") == "*Reminders:*\n1: mine\n    Thu 2026-01-01 09:00 (Asia/Karachi)");
    CHECK(bot.in_group("./reminder get").reply() ==
          "*Reminders:*\n1: ours\n    Thu 2026-01-01 10:00 (Asia/Karachi), by Ali");
    bot.now() += 5 * hour;
    const auto outcomes = bot.host.run_due_timers();
    REQUIRE(outcomes.size() == 2);
    CHECK(outcomes[1].sent.at(0).to == "120363000000000001@g.us");
}

TEST_CASE("only the author and admins delete") {
    Reminder bot;
    const std::string other = "923009999999";
    for (const auto* what : {"a", "b", "c"}) bot.in_group(std::string("./reminder create 9am -m ") + what);
    bot.in_group("./reminder create 9am -m theirs", other);
    CHECK(bot.in_group("./reminder delete 1 9", other).reply() ==
          "Only who set them and admins may delete: 1\nThere are no reminders: 9");
    CHECK(bot.in_group("./reminder delete 1 3").reply() == "Successfully deleted reminders: 1, 3");
    CHECK(bot.in_group("./reminder delete 2", Sample::admin).reply() == "Successfully deleted reminders: 2");
    CHECK(bot.in_group("./reminder delete all").reply() == "No reminders found.");
    CHECK(bot.in_group("./reminder delete all", other).reply() == "Successfully deleted reminders: 4");
    CHECK(bot.host.world().timers.empty());
    CHECK_THAT(bot.in_group("./reminder create 9am -m next").reply(), Contains("\n5: "));  // numbers are not reused
}

TEST_CASE("a language model sets reminders at once and deletes them after a yes") {
    Reminder bot;
    CHECK(bot.host.send({.text = "/reminder create 9am -m x", .unconfirmed = true}).status == PARLEY_OK);
    CHECK(bot.host.send({.text = "/reminder delete all", .unconfirmed = true}).status == PARLEY_CONFIRM);
    CHECK(bot.host.world().timers.size() == 1);
    CHECK(bot.say("/reminder delete all") == "Successfully deleted reminders: 1");
}

TEST_CASE("a chat has a hundred reminders at most") {
    Reminder bot;
    for (int i = 0; i < 100; ++i) bot.say("/reminder create in 5 hours -m x");
    CHECK_THAT(bot.say("/reminder create in 5 hours -m x"), Contains("100 reminders already"));
    CHECK(bot.host.world().timers.size() == 100);
}
