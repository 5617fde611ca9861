// Nothing of one conversation is told in another: everybody plants a phrase wherever they are, and everything that the
// model is ever told is searched for the phrases of others.
#include "db/store/accounts.hpp"
#include "talk/talk_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("history never crosses people, chats or organisations") {
    TalkFixture host;
    AccountId other = 0;
    host.store.transact([&](pqxx::work& tx) {
        other = db::ensure_account(tx, "gateway", "other");
        tx.exec("insert into organisations (name) values ('elsewhere')");
        tx.exec(
            "update accounts set organisation_id = (select id from organisations where name = 'elsewhere') "
            "where id = " +
            std::to_string(other));
    });
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
            const auto number = std::to_string(round);
            const auto before = host.model.requests.size();
            // In answers of commands, in documents and in words.
            if (round == 0)
                host.model.script = {[&](const auto&) { return calls({wish("trouble", place.phrase() + "tool")}); }};
            auto document = host.with_file(MediaKind::document, "application/pdf", place.phrase() + number, "a.pdf");
            host.documents[document.media->stored] = place.phrase() + "document";
            host.say(dot + place.phrase() + number, place.from, round == 2 ? &document : nullptr);
            REQUIRE(host.model.requests.size() == before + (round == 0 ? 2 : 1));
            const auto told = host.told();
            CHECK_THAT(told, Catch::Contains(place.phrase() + number));
            if (round == 0) CHECK_THAT(told, Catch::Contains("survived " + place.phrase() + "tool"));
            if (round == 1) CHECK_THAT(told, Catch::Contains(place.phrase() + "0"));
            if (round == 2) CHECK_THAT(told, Catch::Contains(place.phrase() + "document"));
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
