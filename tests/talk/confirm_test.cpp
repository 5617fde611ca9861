// What the person has to agree to before the model's wish comes true.
#include <set>

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
    for (const auto& hidden : std::vector<std::string>{"a`b", "a\\nb", std::string(600, 'x')}) {
        host.model.script = {shout(hidden)};
        CHECK(host.say("tell all") == Texts{"fine"});
    }
}

}  // namespace
}  // namespace parley::test
