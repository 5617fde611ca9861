// Documents of a classroom: what the group reads, files that are sent along, and reminders.
#include <catch2/catch.hpp>

#include "fixture.hpp"

using Catch::Matchers::Contains;

namespace {

const std::string group = "120363000000000009";

struct Classroom : Sample {
    Classroom() : Sample("classroom") {
        host.world().settings["classroom_group_id"] = group;
        host.world().storage["zone"] = "\"Asia/Karachi\"";
    }
    parley::testing::Outcome post(const std::string& body) { return host.post({.body = body}); }
};

const std::string work = R"({"type": "courseWork", "is_new": true, "course": {"descriptionHeading": "Physics"},
    "activity": {"title": "Waves", "description": "Chapter 3", "alternateLink": "https://classroom/x", "maxPoints": 10,
                 "workType": "SHORT_ANSWER_QUESTION", "dueDate": {"year": 2026, "month": 1, "day": 3},
                 "dueTime": {"hours": 18, "minutes": 59}}})";

}  // namespace

TEST_CASE("work is announced with its due time on the clock that was set") {
    Classroom bot;
    const auto outcome = bot.post(work);
    CHECK(outcome.reply() ==
          "*New Short Answer Question for Physics*\n\n*📝 Title*: Waves\n*📄 Description*: Chapter 3\n"
          "*⏰ Due*: 2026/1/3 11:59 PM\n*🏆 Points*: 10\n*🔗 Link*: https://classroom/x\n\n_Good Luck ✌️_");
    CHECK(outcome.sent[0].to == group + "@g.us");
}

TEST_CASE("reminders come a day, an hour and ten minutes before it is due") {
    Classroom bot;
    bot.post(work);
    bot.post(work);  // again: they are moved, not doubled
    auto& world = bot.host.world();
    REQUIRE(world.timers.size() == 3);
    std::vector<std::string> said;
    while (!world.timers.empty()) {
        world.now_ms = std::min_element(world.timers.begin(), world.timers.end(), [](const auto& a, const auto& b) {
                           return a.due_ms < b.due_ms;
                       })->due_ms;
        for (const auto& outcome : bot.host.run_due_timers()) said.push_back(outcome.reply());
    }
    CHECK(said ==
          std::vector<std::string>{
              "*🔔 Only 24 hours left for Waves 🔔*",
              "*🔔 Only 1 hour left for Waves 🔔*\n\nYou should start submitting your work now.\nhttps://classroom/x",
              "*🔔 Only 10 minutes left for Waves 🔔*"});
}

TEST_CASE("announcements and materials, with a line for what has a value") {
    Classroom bot;
    CHECK(bot.post(R"({"type": "announcements", "is_new": false, "course": {"descriptionHeading": "Physics"},
                       "activity": {"text": "No class today", "alternateLink": "https://a"}})")
              .reply() == "*Updated Announcement for Physics*\n\n*💬 Text*: No class today\n*🔗 Link*: https://a");
    const auto sent =
        bot.post(R"({"type": "courseWorkMaterial", "is_new": true, "course": {"descriptionHeading": "Physics"},
        "activity": {"title": "Slides", "alternateLink": "https://m", "materials": [
            {"youtubeVideo": {"title": "Film", "alternateLink": "https://youtube/1"}},
            {"link": {"title": "Page", "url": "https://page"}}, {"unknown": {}}]}})")
            .sent;
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].text == "*New Material for Physics*\n\n*📝 Title*: Slides\n*🔗 Link*: https://m");
    CHECK(sent[1].text == "*Material 1 of 3 for Slides*\n\n*📝 Title*: Film\n*🔗 YouTube Link*: https://youtube/1");
    CHECK(sent[2].text == "*Material 2 of 3 for Slides*\n\n*📝 Title*: Page\n*🔗 Link*: https://page");
}

TEST_CASE("files are fetched where they can be had, and are links elsewhere") {
    Classroom bot;
    std::vector<std::string> asked;
    bot.host.world().http = [&](const parley::HttpRequest& request) {
        asked.push_back(request.url);
        if (request.url.find("public") != std::string::npos) return parley::HttpResponse{200, {}, "%PDF"};
        return parley::HttpResponse{200, {{"content-type", "text/html; charset=utf-8"}}, "<html>log in"};
    };
    const auto sent =
        bot.post(R"({"type": "announcements", "course": {"descriptionHeading": "P"}, "activity": {"text": "t",
        "materials": [{"driveFile": {"driveFile": {"title": "a.pdf", "alternateLink": "https://drive.google.com/file/d/public1/view"}}},
                      {"driveFile": {"driveFile": {"title": "b.pdf", "alternateLink": "https://drive.google.com/open?id=secret1&x=1"}}},
                      {"file": {"title": "c.pdf", "url": "https://school/public/c.pdf"}}]}})")
            .sent;
    REQUIRE(sent.size() == 4);
    CHECK(asked == std::vector<std::string>{"https://drive.google.com/uc?export=download&id=public1",
                                            "https://drive.google.com/uc?export=download&id=secret1",
                                            "https://school/public/c.pdf"});
    CHECK(sent[1].media == "%PDF");
    CHECK(sent[1].media_name == "a.pdf");
    CHECK(sent[1].as_file);
    CHECK_THAT(sent[1].text, Contains("Material 1 of 3 for Announcement"));
    CHECK(sent[2].kind == parley::Outgoing::Kind::text);
    CHECK_THAT(sent[2].text, Contains("https://drive.google.com/open?id=secret1"));
    CHECK(sent[3].media == "%PDF");
    bot.host.world().http = nullptr;  // no network
    CHECK(bot.post(R"({"type": "announcements", "activity": {"materials": [{"file": {"url": "https://x/y"}}]}})")
              .sent.size() == 2);
}

TEST_CASE("what is no document, and a group that is not set, are for the admins") {
    Classroom bot;
    CHECK_THAT(bot.post("{}").report, Contains("no document of a classroom"));
    CHECK(bot.post("no json").status == PARLEY_FAILED);
    bot.host.world().settings["classroom_group_id"] = "";
    CHECK_THAT(bot.post(work).report, Contains("an admin sets classroom_group_id"));
}

TEST_CASE("admins see and set where and how") {
    Classroom bot;
    CHECK(bot.send("/classroom").reply() == "This is for admins.");
    CHECK(bot.as_admin("/classroom").reply() == "*Group*: " + group + "\n*Time zone*: Asia/Karachi");
    CHECK(bot.as_admin("/classroom -z UTC").reply() == "*Group*: " + group + "\n*Time zone*: UTC");
    CHECK(bot.as_admin("/classroom -z Moon").reply() == "There is no time zone `Moon`.");
    CHECK_THAT(bot.post(work).reply(), Contains("2026/1/3 06:59 PM"));
}
