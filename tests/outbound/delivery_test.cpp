// What the sender sees to beside sending: limits, breakers, windows, questions, voice notes.
#include <thread>

#include "media/voice.hpp"
#include "outbound/resender.hpp"
#include "outbound/sender_fixture.hpp"
#include "support/text_source.hpp"
#include "support/wav.hpp"

namespace parley::test {
namespace {

using Catch::Matchers::Contains;
constexpr UnixMillis an_hour = 3'600'000;

// Committed a minute ago, by a process that is gone.
void leave_behind(SenderFixture& out, const std::string& text, const std::string& chat) {
    auto message = out.store.outbound(text);
    message.id -= 60'000LL << 22;
    message.chat = chat;
    REQUIRE(out.store.enqueue(message));
}

TEST_CASE("when nothing gets through the account tries one message at a time, until one does") {
    SenderFixture out;
    Texts texts;
    for (int i = 0; i < 22; ++i) texts.push_back("m" + std::to_string(i));
    for (const auto& text : texts) out.put(text, text);
    CHECK(out.channel->under_way() == texts);
    for (int i = 0; i < 19; ++i) out.channel->refuse(texts[i], Class::transient);
    CHECK_FALSE(out.state().halted);
    CHECK(out.state().last_failure == "because");
    for (int i = 19; i < 22; ++i) out.channel->refuse(texts[i], Class::transient);
    CHECK(out.state().halted);
    CHECK_THAT(out.state().halted_because, Contains("nothing got through") && Contains("in a row"));
    out.wait_until([&] { return out.state().ready == 21; });
    CHECK(out.channel->under_way().size() == 1);
    out.channel->accept(out.channel->under_way().front());
    CHECK_FALSE(out.state().halted);
    CHECK(out.state().last_failure.empty());
    CHECK(out.channel->under_way().size() == 21);
    out.channel->answers_at_once = true;
    for (const auto& text : out.channel->under_way()) out.channel->accept(text);
    out.drain();
}

TEST_CASE("a person who gets too much at once holds up nobody else") {
    outbound::AccountLimits limits;
    limits.person_rate = 0.001;
    limits.person_burst = 1;
    SenderFixture out(limits);
    out.put("a1", "A");
    out.put("a2", "A");
    out.channel->accept("a1");
    out.store.executor.run_until([&] { return out.sender.waiting() == 1; });
    out.store.executor.run_posted();
    CHECK(out.channel->under_way().empty());
    CHECK(out.store.executor.until_next() > std::chrono::minutes(10));
    out.put("b1", "B");
    CHECK(out.channel->under_way() == Texts{"b1"});

    // The provider's own rule: 4^n seconds, and that chat alone.
    out.channel->refuse("b1", channels::SendError{Class::crowded, "131056", 4'000});
    out.put("c1", "C");
    CHECK(out.channel->under_way() == Texts{"c1"});
    CHECK(out.store.executor.until_next() >= std::chrono::seconds(4));
    CHECK(out.state().rate == 0);
}

TEST_CASE("a provider that says too fast makes the account slower") {
    outbound::AccountLimits limits;
    limits.rate = 80;
    SenderFixture out(limits);
    out.put("a1");
    out.channel->refuse("a1", Class::throttled, 1);
    CHECK(out.state().rate == Approx(40).margin(1));
    CHECK_FALSE(out.state().halted);
}

TEST_CASE("free text beyond the window is refused in words that name templates, and a template goes out") {
    SenderFixture out;
    out.channel->can.conversation_window = out.channel->can.templates = true;
    UnixMillis heard = unix_now() - 25 * an_hour;
    Result<void> database;
    out.sender.set_heard_since([&](AccountId account, const std::string& chat, UnixMillis since, auto done) {
        CHECK(account == out.store.account);
        CHECK(chat == "A");
        done(database ? Result<bool>(heard >= since) : Result<bool>(database.error()));
    });
    const auto late = out.put("late");
    out.drain();
    CHECK_THAT(out.ending_of(late), Contains("failed") && Contains("24 hours") && Contains("template"));

    auto offer = out.store.outbound("offer");
    offer.chat = "A";
    offer.kind = OutboundKind::template_message;
    offer.payload = R"({"name":"offer","language":{"code":"en"}})";
    out.put(offer);
    CHECK(out.channel->under_way() == Texts{"offer"});
    out.channel->accept("offer");

    auto answer = out.store.outbound("answer", out.store.ids.next());  // to what came in just now
    answer.chat = "A";
    answer.answers = true;
    out.put(answer);
    out.wait_for({"answer"});
    out.channel->accept("answer");

    heard = unix_now() - 23 * an_hour;
    out.put("in time");
    out.wait_for({"in time"});
    out.channel->accept("in time");

    database = make_error(Errc::unavailable, "the database is away");
    const auto kept = out.put("kept");
    database = Result<void>();
    out.wait_for({"kept"});
    CHECK(out.ending_of(kept) == "(none)");
}

TEST_CASE("audio goes out as a voice note, and as audio where there is no ffmpeg") {
    for (const bool has_ffmpeg : {true, false}) {
        CAPTURE(has_ffmpeg);
        SenderFixture out;
        media::Voice voice(out.media, has_ffmpeg ? media::find_ffmpeg() : std::string(), Logger());
        out.sender.set_voice(&voice);
        auto message = out.store.outbound("");
        message.kind = OutboundKind::media;
        message.voice = true;
        message.media = out.media.put(wav(), "audio/wav").value();
        out.put(message);
        out.store.executor.run_until([&] { return !out.channel->waiting.empty(); });
        const Outbound& sent = out.channel->waiting.front().first;
        CHECK(sent.voice == has_ffmpeg);
        CHECK(sent.media.mime == (has_ffmpeg ? "audio/ogg" : "audio/wav"));
        const auto bytes = text_of(*sent.media.content);
        CHECK(bytes.substr(0, 4) == (has_ffmpeg ? "OggS" : "RIFF"));
        CHECK((bytes.find("OpusHead") != std::string::npos) == has_ffmpeg);
        out.channel->accept("");
        out.drain();
    }
}

TEST_CASE("what concerns more than one message is told") {
    SenderFixture out;
    std::vector<std::string> alarms;
    out.sender.set_on_failure([&](const Outbound& message, const channels::SendError& error) {
        CHECK(message.account == out.store.account);
        if (error.alarm) alarms.push_back(message.chat + ": " + error.reason);
    });
    std::vector<MessageId> ended;
    out.sender.set_on_outcome([&](MessageId id) { ended.push_back(id); });
    const auto first = out.put("a1", "A");
    out.channel->refuse("a1", channels::SendError{Class::permanent, "131048: spam", 0, true, 131048});
    out.drain();
    const auto second = out.put("b1", "B");
    out.channel->refuse("b1", Class::permanent);
    out.drain();
    CHECK(alarms == Texts{"A: 131048: spam"});
    CHECK(ended == std::vector<MessageId>{first, second});
}

TEST_CASE("a message that waits can be withdrawn, one that may be on its way cannot") {
    outbound::AccountLimits limits;
    limits.concurrency = 1;
    SenderFixture out(limits);
    const auto first = out.put("a1", "A"), behind = out.put("a2", "A"), waiting = out.put("b1", "B");
    int dropped = 0;
    const auto count = [&](const Result<void>& written) { dropped += written ? 1 : 0; };
    CHECK_FALSE(out.sender.drop(first, "not wanted", count));
    CHECK(out.sender.drop(behind, "not wanted", count));
    CHECK(out.sender.drop(waiting, "not wanted", count));
    out.store.executor.run_until([&] { return dropped == 2; });
    out.channel->accept("a1");
    out.drain();
    CHECK(out.channel->seen == Texts{"a1"});
    CHECK(out.ending_of(behind) == "failednot wanted");
    CHECK(out.ending_of(waiting) == "failednot wanted");
}

TEST_CASE("questions about what an earlier process left keep to the account's rate") {
    outbound::AccountLimits limits;
    limits.rate = 0.01;  // one, and the next after a minute and a half
    SenderFixture out(limits);
    out.channel->can.keeps_history = true;
    out.channel->history.verdict = channels::SentBefore::Verdict::absent;
    for (const char* chat : {"A", "B", "C"}) leave_behind(out, chat, chat);
    out.sender.recover();
    out.store.executor.run_until([&] { return out.sender.waiting() == 3; });
    out.store.executor.run_posted();
    CHECK(out.channel->looked_up.size() == 1);
    CHECK(out.channel->under_way().empty());
    CHECK(out.store.executor.until_next() > std::chrono::minutes(1));

    limits.rate = 0;
    out.sender.set_account(out.store.account, "account", out.channel, limits);
    out.wait_until([&] { return out.channel->under_way().size() == 3; });
    CHECK(out.channel->looked_up.size() == 3);
}

TEST_CASE("a question waits while its account is closed") {
    SenderFixture out;
    out.channel->can.keeps_history = true;
    out.channel->history = {channels::SentBefore::Verdict::found, "P1"};
    const auto id = out.put("hello");
    out.channel->refuse("hello", Class::in_doubt);
    auto closed = std::make_shared<FakeChannel>();
    out.sender.set_account(out.store.account, "account", closed, {});
    while (closed->under_way().empty()) out.store.executor.fire_next();
    closed->refuse("hello", Class::halted);
    out.sender.set_account(out.store.account, "account", out.channel, {});
    out.drain();
    CHECK(out.channel->looked_up == Texts{"hello"});
    CHECK(out.channel->seen == Texts{"hello"});
    CHECK(out.ending_of(id) == "sent");
}

TEST_CASE("what was withdrawn behind others, and is wanted again, is sent") {
    SenderFixture out;
    out.put("first");
    const auto changed_mind = out.put("second");
    bool dropped = false;
    CHECK(out.sender.drop(changed_mind, "not wanted", [&](const Result<void>& written) { dropped = bool(written); }));
    CHECK_FALSE(out.sender.drop(changed_mind, "not wanted", [](const Result<void>&) {}));
    out.store.executor.run_until([&] { return dropped; });
    CHECK(out.sender.waiting() == 1);
    out.store.transact([&](pqxx::work& tx) { CHECK(db::requeue(tx, changed_mind)); });
    out.sender.recover();
    out.store.executor.run_until([&] { return out.sender.waiting() == 2; });
    out.channel->accept("first");
    out.wait_for({"second"});
    out.channel->accept("second");
    out.drain();
    CHECK(out.ending_of(changed_mind) == "sent");
}

TEST_CASE("what a provider took and did not deliver is sent again after a minute") {
    SenderFixture out;
    db::Pool pool{out.store.options, Logger()};
    outbound::Resender resender(out.store.executor, pool, out.sender, Logger());
    const auto id = out.put("hello");
    out.channel->accept("hello");
    out.drain();
    StatusUpdate failure;
    failure.account = out.store.account;
    failure.provider_ids = {"P" + std::to_string(id)};
    failure.status = DeliveryStatus::failed;
    failure.reason = "trouble";
    failure.passing = true;
    REQUIRE(out.store.report(failure));
    CHECK(out.ending_of(id) == "failedtrouble");
    resender.failed(failure);
    CHECK(out.store.executor.until_next() >= std::chrono::minutes(1));
    out.wait_for({"hello"});
    CHECK(out.store.count("messages") == "0");
    auto accept = std::move(out.channel->waiting.front().second);
    out.channel->waiting.clear();
    accept(channels::Sent{"another id"});
    out.drain();
    CHECK(out.ending_of(id) == "sent");
    CHECK(out.channel->seen == Texts{"hello", "hello"});
    CHECK(out.store.count("dead_letters") == "0");
}

TEST_CASE("an account that is enabled waits for reports about what an earlier process left, as at the start") {
    SenderFixture out;
    const auto closed = std::make_shared<FakeChannel>();
    out.sender.set_account(out.store.account, "account", closed, {});
    for (const char* chat : {"A", "B"}) leave_behind(out, chat, chat);
    out.sender.recover();
    out.store.executor.run_until([&] { return closed->under_way().size() == 2; });
    closed->refuse("A", Class::halted);
    const auto fresh = out.put("fresh", "C");

    out.channel->can.hands_back_ids = true;
    out.sender.set_account(out.store.account, "account", out.channel, {});
    closed->refuse("B", Class::halted);
    out.wait_for({"fresh"});
    out.channel->accept("fresh");
    out.drain(2);
    CHECK(out.state().in_doubt == 2);
    CHECK(out.ending_of(fresh) == "sent");
    const auto first = std::stoll(out.store.ask("select id from outbox where body = 'A'"));
    StatusUpdate report;
    report.account = out.store.account;
    report.provider_ids = {"P1"};
    report.status = DeliveryStatus::delivered;
    report.message = first;
    REQUIRE(out.store.report(report));
    out.sender.settled(out.store.account, first);
    CHECK(out.state().in_doubt == 1);
    out.wait_for({"B"});  // nobody told of it
    CHECK(out.channel->seen == Texts{"fresh", "B"});
    // Once is enough.
    out.channel->refuse("B", Class::transient);
    out.wait_for({"B"});
    out.channel->accept("B");
    out.drain();
}

TEST_CASE("the time in which nobody could try does not count: one failure that passes ends nothing") {
    auto rules = SenderFixture::quick_rules();
    rules.retry_for_ms = 500;
    SenderFixture out({}, rules);
    leave_behind(out, "left", "A");  // a minute ago
    out.sender.recover();
    out.wait_for({"left"});
    out.channel->refuse("left", Class::transient);
    out.wait_for({"left"});

    // Both are older than the limit when their account is halted.
    const auto begun = unix_now();
    out.put("held", "B");
    while (unix_now() - begun < rules.retry_for_ms) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    out.channel->refuse("held", Class::halted);
    out.channel->refuse("left", Class::transient);
    out.wait_for({"held"});
    out.channel->refuse("held", Class::transient);
    out.wait_until([&] { return !out.channel->under_way().empty(); });
    out.channel->accept(out.channel->under_way().front());
    out.wait_until([&] { return !out.channel->under_way().empty(); });
    out.channel->accept(out.channel->under_way().front());
    out.drain();
    CHECK(out.store.count("messages where status = 'sent'") == "2");
}

}  // namespace
}  // namespace parley::test
