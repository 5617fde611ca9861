// Plain words and their answers: what the model is told, what is written, what happens when it fails.
#include <fstream>

#include "talk/talk_fixture.hpp"

namespace parley::test {
namespace {

TEST_CASE("plain words are answered, and the next question knows of them") {
    TalkFixture host;
    host.model.script = {[](const auto&) { return words("**Blue**, I think."); }};
    CHECK(host.say("What colour is the sky?") == Texts{"*Blue*, I think."});
    CHECK(host.say("And at night?") == Texts{"fine"});
    const auto& messages = host.asked().messages;
    REQUIRE(messages.size() == 4);
    CHECK(messages[0].role == gpt::Role::system);
    CHECK_THAT(messages[0].text, Catch::Contains("`/note`") && Catch::Contains("Asia/Karachi") &&
                                     Catch::Contains("Name of 923001234567") && !Catch::Contains("unlock"));
    CHECK_THAT(messages[0].text, Catch::Contains("*1. Keep it.*\n`/note [text]`\n*Examples:*\n> /note milk"));
    CHECK(messages[1].text == "What colour is the sky?");
    CHECK(messages[2].text == "**Blue**, I think.");
    CHECK(messages[3].text == "And at night?");
    CHECK(host.asked().asker.user == "923001234567");
    CHECK(host.asked().asker.chat == "A");
    CHECK(host.asked().asker.account == host.store.account);

    CHECK(host.store.ask("select count(*) from conversations where person = '923001234567' and is_active") == "1");
    CHECK(host.store.ask("select title from conversations") == "What colour is the sky?");
    CHECK(host.store.ask("select model || input_tokens || '/' || output_tokens from turns order by id limit 1") ==
          "scripted-110/5");
    CHECK(host.store.ask("select ai_response || total_tokens || is_processed from ai_messages "
                         "where direction = 'inbound' order by id limit 1") == "**Blue**, I think.15true");
    CHECK(host.store.ask("select string_agg(user_id || content || coalesce(ai_response, '-') || "
                         "coalesce(total_tokens::text, '-'), '|' order by id) from ai_messages "
                         "where direction = 'outbound' and conversation_id is not null") ==
          "923001234567*Blue*, I think.--|923001234567fine--");
    CHECK(host.say("/note -l") == Texts{"no notes"});  // no words with the model, and yet to somebody
    CHECK(host.store.ask("select user_id || coalesce(conversation_id::text, '-') from ai_messages "
                         "where content = 'no notes'") == "923001234567-");
    CHECK(host.store.ask("select sum(total_tokens) from ai_messages") == "30");
    CHECK(host.store.ask("select user_id || is_active from ai_conversations") == "923001234567true");
    CHECK(host.store.ask("select phone_number || is_active from ai_users") == "+923001234567true");
    CHECK(host.store.ask("select bool_and(is_whitelisted) from ai_users") == "t");  // no list: everybody
    host.say("hello", {"US.1349", "B", ""});
    CHECK(host.store.ask("select phone_number is null from ai_users where id = 'US.1349'") == "t");
}

TEST_CASE("a model with little room is told of the commands in short") {
    TalkFixture host;
    host.model.context = 400;
    host.say("What can you do?");
    CHECK_THAT(host.asked().messages[0].text, Catch::Contains("`/note`") && !Catch::Contains("`/note [text]`"));
}

TEST_CASE("without a model there is the hint, and the help does not speak of conversations") {
    TalkFixture host;
    host.model.is_configured = false;
    CHECK_THAT(host.say("hello").at(0), Catch::StartsWith("Hello, I am a bot. Use `/help`"));
    CHECK_THAT(host.say("/help").at(0), !Catch::Contains("/reset"));
    CHECK(host.store.count("turns") == "0");
    host.model.is_configured = true;
    CHECK_THAT(host.say("/help").at(0), Catch::Contains("`/reset`"));
}

TEST_CASE("a model that fails gets an apology said, never silence, and commands go on") {
    TalkFixture host;
    for (const auto kind : {gpt::Fault::away, gpt::Fault::busy, gpt::Fault::timeout, gpt::Fault::quota,
                            gpt::Fault::invalid, gpt::Fault::refused, gpt::Fault::not_configured}) {
        host.model.script = {[kind](const auto&) { return fault(kind); }};
        const auto answers = host.say("hello");
        REQUIRE(answers.size() == 1);
        CHECK_THAT(answers[0], Catch::StartsWith("Sorry, I cannot answer"));
    }
    CHECK(host.store.ask("select count(*) from turns where error <> '' and answered = ''") == "7");
    CHECK(host.say("/trouble x") == Texts{"survived x"});
    host.say("and now?");
    CHECK(host.asked().messages.size() == 2);  // what was not answered is not part of the conversation
    for (const auto* empty : {"", " \n "}) {
        host.model.script = {[empty](const auto&) { return words(empty); }};
        CHECK_THAT(host.say("hello").at(0), Catch::StartsWith("Sorry, I cannot answer"));
    }
}

TEST_CASE("a question that is too long is asked once more with less") {
    TalkFixture host;
    host.say("first");
    host.model.script = {[](const auto&) { return fault(gpt::Fault::too_long); },
                         [](const gpt::ChatRequest& request) {
                             CHECK(request.messages.size() == 2);
                             return words("short");
                         }};
    CHECK(host.say("second") == Texts{"short"});
    host.model.otherwise = [](const auto&) { return fault(gpt::Fault::too_long); };
    CHECK(host.say("third") == Texts{"Sorry, that is more than I can read at once."});
}

TEST_CASE("while the model is silent nothing is visible, other chats go on, and the chat waits its turn") {
    TalkFixture host;
    host.model.silent = true;
    host.post("slow");
    host.executor().run_until([&] { return !host.model.waiting.empty(); });
    host.post("/trouble behind");
    host.post("/trouble elsewhere", {"923009999999", "B", ""});
    host.executor().run_until([&] { return !host.channel->seen.empty(); });
    CHECK(host.channel->seen == Texts{"survived elsewhere"});
    CHECK(host.store.count("turns") == "0");
    CHECK(host.store.count("outbox where chat = 'A'") == "0");
    CHECK(host.store.count("inbox") == "2");  // a crash now would begin the turn again
    CHECK(host.dispatcher.stats().running == 1);
    CHECK(host.handlers.stats().waiting == 0);  // no thread waits
    host.model.waiting.front()(words("at last"));
    host.finish();
    CHECK(host.channel->seen == Texts{"survived elsewhere", "at last", "survived behind"});
}

// Not run by itself: what waiting costs, for docs/gpt.md.
TEST_CASE("what a waiting conversation costs", "[.memory]") {
    const auto resident = [] {
        std::ifstream file("/proc/self/statm");
        long all = 0, pages = 0;
        file >> all >> pages;
        return pages * 4;  // KiB
    };
    TalkFixture host;
    host.model.silent = true;
    host.model.remembers = false;
    const auto wait_for = [&](std::size_t count) {
        for (auto i = host.model.waiting.size(); i < count; ++i) {
            const auto number = std::to_string(923000000000 + static_cast<long long>(i));
            host.post("what is the weather like today, and will it rain tomorrow?", {number, number + "@s", ""});
        }
        host.executor().run_until([&] { return host.model.waiting.size() == count; });
    };
    wait_for(100);
    const auto before = resident();
    const auto threads = host.handlers.stats().threads;
    wait_for(900);  // the fixture's queue holds a thousand
    const auto each = (resident() - before) / 800;
    WARN(each << " KiB a conversation, " << threads << " handler threads");
    CHECK(each < 50);
    for (auto& done : host.model.waiting) done(words("fine"));
    host.finish();
}

TEST_CASE("a model that never answers costs an apology at the deadline") {
    TalkFixture host;
    host.model.silent = true;
    host.post("anybody there?");
    host.executor().run_until([&] { return !host.model.waiting.empty(); });
    host.executor().fire_next();
    host.finish();
    CHECK(host.channel->seen == Texts{"Sorry, that took too long. Please try again."});
    host.model.waiting.front()(words("too late"));
    host.finish();
    CHECK(host.channel->seen.size() == 1);
}

TEST_CASE("quick messages in a row get one answer, in one commit") {
    TalkFixture host;
    host.settings.apply("conversation_quiet_ms", "400");
    host.settings.apply("conversation_longest_wait_ms", "400");
    host.post("one");
    host.post("two");
    host.post("/trouble between");
    host.post("three");
    while (host.dispatcher.stats().waiting > 0 || host.sender.waiting() > 0) {
        host.executor().run_posted();
        if (host.executor().timers() > 0 && host.executor().until_next().count() <= 400) host.executor().fire_next();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    host.finish();
    CHECK(host.channel->seen == Texts{"fine", "survived between", "fine"});
    REQUIRE(host.model.requests.size() == 2);
    CHECK(host.model.requests[0].messages.back().text == "one\ntwo");
    CHECK(host.model.requests[1].messages.back().text == "three");
    CHECK(host.store.ask("select string_agg(cardinality(messages)::text, ' ' order by id) from turns") == "2 1");
    CHECK(host.store.ask("select count(*) from ai_messages where ai_response = 'fine'") == "3");
    CHECK(host.store.ask("select sum(total_tokens) from ai_messages") == "30");  // as of two answers
}

TEST_CASE("commands that the model runs leave their effects with the answer, at most five a turn") {
    TalkFixture host;
    host.model.script = {[](const gpt::ChatRequest& request) {
                             CHECK(request.tools.size() == 4);  // note, shout, tell, trouble
                             return calls({wish("note", "milk"), wish("note", "fail")});
                         },
                         [](const gpt::ChatRequest& request) {
                             const auto& said = request.messages;
                             REQUIRE(said.size() >= 4);
                             CHECK(said[said.size() - 2].tool_call_id == "call_note");
                             CHECK(said[said.size() - 2].text == "Run. They got this answer: NOTED milk");
                             CHECK_THAT(said.back().text, Catch::StartsWith("It failed: Sorry, `/note` failed."));
                             return words("Noted.");
                         }};
    CHECK(host.say("note milk please") == Texts{"NOTED milk", "Noted."});
    CHECK(host.store.ask("select value #>> '{}' from plugin_storage where key = 'note'") == "milk");

    host.model.otherwise = [](const gpt::ChatRequest& request) {
        if (request.tools.empty()) return words("enough");
        return calls({wish("note", "a"), wish("note", "b")});
    };
    CHECK(host.say("go on") == Texts{"NOTED a", "NOTED b", "NOTED a", "NOTED b", "NOTED a", "enough"});
    CHECK(host.store.ask("select value #>> '{}' from plugin_storage where key = 'note'") == "more: a");
}

TEST_CASE("/reset begins anew") {
    TalkFixture host;
    host.say("my name is Ozymandias");
    CHECK_THAT(host.say("/reset").at(0), Catch::StartsWith("I have forgotten"));
    host.say("who am I?");
    CHECK_THAT(host.told(), !Catch::Contains("Ozymandias"));
    CHECK(host.store.ask("select string_agg(is_active::text, ' ' order by id) from conversations") == "false true");
}

TEST_CASE("the last ten messages are shown, and what falls out of the window lives on in a summary") {
    TalkFixture host;
    host.model.summary_text = "They collect red stamps.";
    for (int i = 0; i < 5; ++i) host.say("question " + std::to_string(i));
    host.say("question 5");
    CHECK(host.asked().messages.size() == 1 + 10 + 1);
    CHECK_THAT(host.told(), Catch::Contains("question 0"));
    host.say("question 6");
    CHECK(host.asked().messages.size() == 1 + 10 + 1);
    CHECK_FALSE(host.model.summaries.empty());
    CHECK_THAT(ScriptedModel::told(host.model.summaries[0]), Catch::Contains("question 0"));
    CHECK(host.store.ask("select summary from conversations") == "They collect red stamps.");
    CHECK_THAT(host.told(), Catch::Contains("They collect red stamps.") && !Catch::Contains("question 0"));
    host.say("/reset");
    host.say("anew");
    CHECK_THAT(host.told(), !Catch::Contains("red stamps"));
}

TEST_CASE("while no summary can be made, what left the window waits for one") {
    TalkFixture host;
    host.model.summary_text = "";
    for (int i = 0; i < 8; ++i) host.say("question " + std::to_string(i));
    CHECK_THAT(host.told(), !Catch::Contains("question 0"));
    CHECK(host.store.ask("select summary from conversations").empty());
    host.model.summary_text = "They collect red stamps.";
    host.say("question 8");
    CHECK_THAT(ScriptedModel::told(host.model.summaries.back()), Catch::Contains("question 0"));
    for (const auto* another : {"question 9", "question 10"}) host.say(another);
    CHECK_THAT(host.told(), Catch::Contains("They collect red stamps."));
}

TEST_CASE("a reply carries what it quotes") {
    TalkFixture host;
    host.post("the parcel is blue", {"923002222222", "G", "120363"});
    const auto quoted = host.post(".the parcel is blue", {"923002222222", "G", "120363"});
    host.finish();
    auto reply = quoted;
    reply.reply_to = quoted.provider_id;
    host.say(".what did they mean?", {"923001111111", "G", "120363"}, &reply);
    CHECK_THAT(host.asked().messages.back().text,
               Catch::Contains("[they reply to words of somebody else]\n<<<\n.the parcel is blue\n>>>") &&
                   Catch::EndsWith("Name of 923001111111: what did they mean?"));
    // From another chat nothing can be quoted.
    host.say("what did they mean?", {"923001111111", "H", ""}, &reply);
    CHECK_THAT(host.told(), !Catch::Contains("parcel"));
}

}  // namespace
}  // namespace parley::test
