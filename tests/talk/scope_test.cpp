// Nothing of one conversation is told in another: everybody plants a phrase wherever they are, and everything that the
// model is ever told is searched for the phrases of others.
#include "db/store/accounts.hpp"
#include "talk/talk_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("history never crosses people, chats or accounts of other organisations") {
    TalkFixture host;
    AccountId other = 0;
    host.store.transact([&](pqxx::work& tx) { other = db::ensure_account(tx, "gateway", "other"); });
    host.sender.set_account(other, "gateway", host.channel, {});

    struct Place {
        AccountId account;
        TalkFixture::From from;
        std::string phrase() const {
            return "phrase-" + std::to_string(account) + "-" + from.sender + "-" + from.chat + "-";
        }
    };
    std::vector<Place> places;
    for (const auto account : {host.store.account, other})
        for (const std::string sender : {"923001", "923002", "923003"}) {
            places.push_back({account, {sender, sender + "@s", ""}});
            for (const std::string group : {"G1", "G2"}) places.push_back({account, {sender, group, group}});
        }
    for (int round = 0; round < 6; ++round) {
        for (const auto& place : places) {
            host.account = place.account;
            host.model.summary_text = "summary of " + place.phrase();
            const std::string dot = place.from.group.empty() ? "" : ".";
            host.say(dot + place.phrase() + std::to_string(round), place.from);
            REQUIRE_FALSE(host.model.requests.empty());
            const auto told = host.told();
            CHECK_THAT(told, Catch::Contains(place.phrase() + std::to_string(round)));
            if (round == 1) CHECK_THAT(told, Catch::Contains(place.phrase() + "0"));
            for (const auto& another : places)
                if (another.phrase() != place.phrase()) CHECK_THAT(told, !Catch::Contains(another.phrase()));
            host.model.otherwise = [](const gpt::ChatRequest& request) {
                return words("I heard " + request.messages.back().text);  // answers hold the phrases too
            };
        }
    }
    for (const auto& summary : host.model.summaries) {
        const auto told = ScriptedModel::told(summary);
        int seen = 0;
        for (const auto& place : places) seen += told.find(place.phrase()) != std::string::npos ? 1 : 0;
        CHECK(seen == 1);
    }
    CHECK(host.store.count("conversations") == std::to_string(places.size()));
}

}  // namespace
}  // namespace parley::test
