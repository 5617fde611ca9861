// What the person has to agree to before the model's wish comes true.
#include <set>

#include "guards/silence.hpp"
#include "talk/talk_fixture.hpp"

namespace parley::test {
namespace {

auto shout(const std::string& text) {
    return [text](const auto&) { return calls({wish("shout", text)}); };
}

TEST_CASE("a command that must be confirmed runs after the yes of who asked, once, and as it was shown") {
    TalkFixture host;
    host.model.script = {shout("fire"), [](const gpt::ChatRequest& request) {
                             CHECK_THAT(request.messages.back().text, Catch::StartsWith("Not run yet"));
                             return words("Shall I?");
                         }};
    CHECK(host.say("tell all") == Texts{"Shall I?", "Reply *yes* within 5 minutes to run `/shout fire`"});
    const auto questions = host.model.requests.size();
    CHECK(host.say("Yes!") == Texts{"SHOUTED fire"});
    CHECK(host.model.requests.size() == questions);
    CHECK(host.say("yes") == Texts{"fine"});  // nothing waits any more
}

TEST_CASE("other words, other people, other chats and time forget the wish") {
    TalkFixture host;
    const auto offer = [&](TalkFixture::From from) {
        host.model.script = {shout("fire"), [](const auto&) { return words("Shall I?"); }};
        host.say(from.group.empty() ? "tell all" : ".tell all", from);
    };
    offer({"923001", "A", ""});
    CHECK(host.say("hm, no", {"923001", "A", ""}) == Texts{"fine"});
    CHECK(host.say("yes", {"923001", "A", ""}) == Texts{"fine"});

    offer({"923001", "G", "120363"});
    CHECK(host.channel->seen.back() == "Reply *.yes* within 5 minutes to run `./shout fire`");
    CHECK(host.say(".yes", {"923002", "G", "120363"}) == Texts{"fine"});
    CHECK(host.say("yes", {"923001", "A", ""}) == Texts{"fine"});
    CHECK(host.say(".yes", {"923001", "G", "120363"}) == Texts{"SHOUTED fire"});

    offer({"923001", "A", ""});
    host.store.transact(
        [](pqxx::work& tx) { tx.exec("update conversations set pending_until = now() - interval '1s'"); });
    CHECK(host.say("yes", {"923001", "A", ""}) == Texts{"fine"});
}

TEST_CASE("without the question there is nothing to agree to") {
    TalkFixture host;
    host.model.script = {shout("fire"), [](const auto&) { return fault(gpt::Fault::away); }};
    CHECK_THAT(host.say("tell all").back(), Catch::StartsWith("Sorry, I cannot answer"));
    CHECK(host.say("yes") == Texts{"fine"});

    // A human takes the chat over while the model thinks: what it wanted to ask is not sent, and a yes is for the
    // human.
    guards::Silence silence(host.executor(), host.pool, Logger());
    host.handler.heed(silence);
    const auto hold = [&](bool human) {
        std::optional<Result<bool>> held;
        const auto done = [&](Result<bool> result) { held = std::move(result); };
        if (human)
            silence.take(host.store.account, "A", "cli", 0, done);
        else
            silence.give_back(host.store.account, "A", done);
        host.executor().run_until([&] { return held.has_value(); });
        CHECK(*held);
    };
    host.model.script = {[&](const auto&) {
        host.model.silent = true;
        return calls({wish("shout", "fire")});
    }};
    const auto before = host.channel->seen.size();
    host.post("tell all");
    host.executor().run_until([&] { return !host.model.waiting.empty(); });
    host.model.silent = false;
    hold(true);
    host.model.waiting.front()(words("Shall I?"));
    host.finish();
    CHECK(host.channel->seen.size() == before);
    hold(false);
    CHECK(host.say("yes") == Texts{"fine"});

    // So is one that was said to a human in between.
    host.model.script = {shout("fire"), [](const auto&) { return words("Shall I?"); }};
    CHECK(host.say("tell all").size() == 2);
    hold(true);
    CHECK(host.say("no, thanks") == Texts{});
    hold(false);
    CHECK(host.say("yes") == Texts{"fine"});
}

TEST_CASE("a command in between forgets the wish, talk of a group among themselves does not") {
    TalkFixture host;
    const TalkFixture::From at_home{"923001", "A", ""}, in_group{"923001", "G", "120363"};
    for (const auto& from : {at_home, in_group}) {
        const std::string dot = from.group.empty() ? "" : ".";
        const auto offer = [&] {
            host.model.script = {shout("fire"), [](const auto&) { return words("Shall I?"); }};
            CHECK(host.say(dot + "tell all", from).size() == 2);
        };
        offer();
        CHECK(host.say(dot + "/note -l", from) == Texts{"no notes"});
        CHECK(host.say(dot + "yes", from) == Texts{"fine"});
        offer();
        host.say(dot + "/note -l", {"923002", from.chat, from.group});
        if (!from.group.empty()) CHECK(host.say("shall I?", from) == Texts{});
        CHECK(host.say(dot + "yes", from) == Texts{"SHOUTED fire"});
        host.say(dot + "/reset", from);
    }
}

TEST_CASE("a command that writes to another chat does so only after a yes") {
    TalkFixture host;
    host.model.script = {[](const auto&) { return calls({wish("tell", "hi")}); },
                         [](const auto&) { return words("Shall I?"); }};
    CHECK(host.say("tell them") == Texts{"Shall I?", "Reply *yes* within 5 minutes to run `/tell hi`"});
    CHECK(host.store.count("messages where direction = 1 and chat = 'VICTIM'") == "0");
    const auto answers = host.say("yes");
    CHECK(std::set<std::string>(answers.begin(), answers.end()) == std::set<std::string>{"TELLING", "TOLD hi"});
    CHECK(host.store.count("messages where direction = 1 and chat = 'VICTIM'") == "1");
}

TEST_CASE("two wishes in a turn: only the first is offered; what cannot be shown is not") {
    TalkFixture host;
    host.model.script = {[](const auto&) { return calls({wish("shout", "one"), wish("shout", "two")}); }};
    CHECK(host.say("tell all").back() == "Reply *yes* within 5 minutes to run `/shout one`");
    CHECK(host.say("yes") == Texts{"SHOUTED one"});
    for (const auto& hidden : std::vector<std::string>{"a`b", "a\\nb", std::string(600, 'x'), "send \\u202etxt.exe",
                                                       "1\\u200b2", "a\\u2028b"}) {
        host.model.script = {shout(hidden)};
        CHECK(host.say("tell all") == Texts{"fine"});
    }
}

}  // namespace
}  // namespace parley::test
