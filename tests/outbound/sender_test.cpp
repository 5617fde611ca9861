// What becomes of a message: sent, in pieces, in order, again, or not at all.
#include <filesystem>
#include <future>

#include "outbound/sender_fixture.hpp"
#include "support/text_source.hpp"

namespace parley::test {
namespace {

TEST_CASE("a message is sent, recorded, and out of the outbox") {
    SenderFixture out;
    const auto id = out.put("hello");
    CHECK(out.channel->under_way() == Texts{"hello"});
    CHECK(out.sender.sending() == 1);
    out.channel->accept("hello");
    CHECK(out.sender.sending() == 0);
    out.drain();
    CHECK(out.ending_of(id) == "sent");
    CHECK(out.store.ask("select provider_id from messages") == "P" + std::to_string(id));
}

TEST_CASE("a text that is too long for its channel goes out in pieces, in order, each a message of its own") {
    SenderFixture out;
    out.channel->can.max_text = 14;
    auto message = out.store.outbound("first part\n\nsecond part");
    message.reply_to = "Q1";
    bool committed = false;
    out.sender.enqueue(std::move(message), [&](Result<void> written) { committed = written.has_value(); });
    out.store.executor.run_until([&] { return committed; });
    CHECK(out.store.count("outbox") == "2");
    out.wait_for({"first part"});
    CHECK(out.channel->waiting.front().first.reply_to == "Q1");
    out.channel->accept("first part");
    out.wait_for({"second part"});
    CHECK(out.channel->waiting.front().first.reply_to.empty());
    out.channel->accept("second part");
    out.drain();
    CHECK(out.store.ask("select string_agg(body || ' ' || status, ', ' order by id) from messages") ==
          "first part sent, second part sent");
}

TEST_CASE("order within a chat is kept through retries, and other chats go on meanwhile") {
    SenderFixture out;
    out.put("a1", "A");
    out.put("a2", "A");
    out.put("b1", "B");
    CHECK(out.channel->under_way() == Texts{"a1", "b1"});
    for (int i = 0; i < 3; ++i) {
        out.channel->refuse("a1", Class::transient);
        out.wait_for(i == 0 ? Texts{"b1", "a1"} : Texts{"a1"});
        if (i == 0) out.channel->accept("b1");
    }
    out.channel->accept("a1");
    out.wait_for({"a2"});
    out.channel->accept("a2");
    out.drain();
    CHECK(out.channel->seen == Texts{"a1", "b1", "a1", "a1", "a1", "a2"});
    CHECK(out.store.ask("select string_agg(body, ' ' order by id) from messages where status = 'sent'") == "a1 a2 b1");
}

TEST_CASE("a message that will never work fails with its reason, and its chat goes on") {
    SenderFixture out;
    const auto bad = out.put("bad");
    out.put("good");
    out.channel->refuse("bad", Class::permanent);
    out.wait_for({"good"});
    CHECK(out.ending_of(bad) == "failedbecause");
    CHECK(out.store.ask("select reason from dead_letters where id = " + std::to_string(bad)) == "because");
    out.channel->accept("good");
    out.drain();
}

TEST_CASE("a message that was tried for too long is given up") {
    auto rules = SenderFixture::quick_rules();
    rules.retry_for_ms = 0;
    SenderFixture out({}, rules);
    const auto id = out.put("old");
    out.channel->refuse("old", Class::transient);
    out.drain();
    CHECK(out.ending_of(id) == "failedbecause");
}

TEST_CASE("a halted account keeps its messages, tries one at a time, and goes on when it works") {
    SenderFixture out;
    for (const char* chat : {"A", "B", "C"}) out.put(chat, chat);
    constexpr int a_minute = 60'000;
    out.channel->refuse("A", Class::halted, a_minute);
    CHECK(out.state().halted);
    CHECK(out.state().halted_because == "because");
    // The two that were on their way meet the same end; nothing of them is lost or given up.
    out.channel->refuse("B", Class::halted, a_minute);
    out.channel->refuse("C", Class::halted, a_minute);
    CHECK(out.state().ready == 3);
    out.sender.retry_now();
    REQUIRE(out.channel->under_way().size() == 1);
    const auto tried = out.channel->under_way().front();
    out.channel->refuse(tried, Class::halted);
    out.wait_for({tried});
    CHECK(out.sender.sending() == 1);
    out.channel->accept(tried);
    CHECK_FALSE(out.state().halted);
    CHECK(out.channel->under_way().size() == 2);
    for (const auto& text : out.channel->under_way()) out.channel->accept(text);
    out.drain();
    CHECK(out.store.count("messages where status = 'sent'") == "3");
}

TEST_CASE("an account that is too fast waits as long as its provider wishes, all of its chats") {
    SenderFixture out;
    out.put("a1", "A");
    const auto before = std::chrono::steady_clock::now();
    out.channel->refuse("a1", Class::throttled, 60);
    out.put("b1", "B");
    CHECK(out.channel->under_way().empty());
    out.wait_for({"b1", "a1"});
    CHECK(std::chrono::steady_clock::now() - before >= std::chrono::milliseconds(60));
}

TEST_CASE("no more than the account's concurrency is on its way at once") {
    outbound::AccountLimits limits;
    limits.concurrency = 2;
    SenderFixture out(limits);
    for (const char* chat : {"A", "B", "C", "D"}) out.put(chat, chat);
    CHECK(out.channel->under_way() == Texts{"A", "B"});
    out.channel->accept("B");
    CHECK(out.channel->under_way() == Texts{"A", "C"});
    out.channel->refuse("A", Class::permanent);
    CHECK(out.channel->under_way() == Texts{"C", "D"});
}

TEST_CASE("a pause lets end what is on its way, and begins nothing") {
    SenderFixture out;
    out.put("a1", "A");
    out.put("a2", "A");
    out.put("b1", "B");
    out.sender.pause();
    out.channel->accept("a1");
    out.channel->refuse("b1", Class::transient);
    CHECK(out.sender.sending() == 0);
    out.put("c1", "C");
    while (out.store.executor.timers() > 0) out.store.executor.fire_next();
    out.drain(3);
    CHECK(out.channel->under_way().empty());
}

TEST_CASE("files that wait for their turn to be opened are not on their way, and a stop does not wait for them") {
    SenderFixture out;
    for (int i = 0; i < 68; ++i) {
        const auto text = "f" + std::to_string(i);
        out.put(text, text, "content of " + text);
    }
    out.store.executor.run_until([&] { return out.channel->waiting.size() == 64; });
    CHECK(out.sender.sending() == 64);
    CHECK(text_of(*out.channel->waiting.front().first.media.content) == "content of f0");
    out.channel->accept("f0");
    out.store.executor.run_until([&] { return out.channel->waiting.size() == 64; });
    CHECK(out.sender.sending() == 64);

    out.sender.pause();
    for (const auto& text : out.channel->under_way()) out.channel->accept(text);
    CHECK(out.sender.sending() == 0);
    out.drain(3);
}

TEST_CASE("a file that is being opened when the pause comes is not sent any more") {
    SenderFixture out;
    std::promise<void> disk;
    REQUIRE(out.workers.submit([&disk] { disk.get_future().wait(); }));
    out.put("file", "A", "its content");
    CHECK(out.sender.sending() == 0);
    out.sender.pause();
    disk.set_value();
    out.store.executor.run_next();
    CHECK(out.channel->under_way().empty());
    CHECK(out.sender.sending() == 0);
    CHECK(out.store.count("outbox") == "1");
}

TEST_CASE("a file that is gone fails its message, and the next one gets its place") {
    SenderFixture out;
    auto message = out.store.outbound("lost");
    message.chat = "A";
    message.kind = OutboundKind::media;
    message.media.stored = std::string(64, 'a');
    const auto id = out.sender.enqueue(std::move(message));
    out.put("next", "A");
    out.wait_for({"next"});
    CHECK(out.ending_of(id).starts_with("failed"));
}

TEST_CASE("a file that cannot be read just now is sent when it can be") {
    SenderFixture out;
    auto message = out.store.outbound("hello");
    message.kind = OutboundKind::media;
    message.media = out.media.put("its content", "text/plain").value();
    const std::string path = out.media.path(message.media.stored), aside = path + ".aside";
    std::filesystem::rename(path, aside);
    std::filesystem::create_symlink(path, path);  // "too many levels": a fault that root meets as well
    const auto id = out.put(message);
    out.wait_until([&] { return out.store.executor.timers() > 0; });
    std::filesystem::rename(aside, path);
    out.wait_for({"hello"});
    CHECK(text_of(*out.channel->waiting.front().first.media.content) == "its content");
    out.channel->accept("hello");
    out.drain();
    CHECK(out.ending_of(id) == "sent");
}

TEST_CASE("a channel that answers at once is no recursion, however many wait") {
    SenderFixture out;
    out.channel->answers_at_once = true;
    for (int i = 0; i < 300; ++i) {
        auto message = out.store.outbound("x");
        message.chat = std::to_string(i % 3);
        out.sender.enqueue(std::move(message));
    }
    out.drain();
    CHECK(out.store.count("messages where status = 'sent'") == "300");
}

TEST_CASE("what its channel cannot do fails with its reason, and is no recursion either") {
    SenderFixture out;
    for (int i = 0; i < 300; ++i) {
        auto message = out.store.outbound("x");
        message.chat = std::to_string(i);
        message.kind = OutboundKind::revoke;
        message.reply_to = "P1";
        out.sender.enqueue(std::move(message));
    }
    out.drain();
    CHECK(out.channel->seen.empty());
    CHECK(out.store.count("messages where status = 'failed' and error <> ''") == "300");
}

TEST_CASE("an account that is halted with more than memory holds keeps its own messages waiting, and no others") {
    constexpr int many = 1100;  // of 1000 in memory
    SenderFixture out;
    const auto halted = out.store.account;
    const auto other = out.add_account("other");
    out.leave(many);
    out.sender.recover();
    out.store.executor.run_until([&] { return out.sender.has_room(other) && !out.channel->under_way().empty(); });
    REQUIRE(out.channel->under_way() == Texts{"0"});
    out.channel->refuse("0", Class::halted);
    CHECK(out.state().halted);
    CHECK_FALSE(out.sender.has_room(halted));
    CHECK(out.sender.waiting() < many);

    // Half of the memory is the other's.
    CHECK(out.sender.has_room(other));
    auto message = out.store.outbound("of the other");
    message.account = other;
    out.put(std::move(message));
    out.wait_for({"of the other"});
    out.channel->accept("of the other");

    // Mended: everything goes out, in order, and nothing twice.
    out.channel->seen.clear();
    out.channel->answers_at_once = true;
    out.sender.retry_now(halted);
    out.drain();
    Texts expected;
    for (int i = 0; i < many; ++i) expected.push_back(std::to_string(i));
    CHECK(out.channel->seen == expected);
}

TEST_CASE("what an account left is found when nobody has heard of the account yet") {
    SenderFixture out;
    const auto later = out.store.add_account("later");
    auto message = out.store.outbound("left");
    message.account = later;
    REQUIRE(out.store.enqueue(message));
    out.sender.find_late();
    // It is not configured any more: that is said.
    out.store.executor.run_until([&] { return out.store.count("messages where status = 'failed'") == "1"; });
}

TEST_CASE("a message for an account that nobody knows fails") {
    SenderFixture out;
    auto message = out.store.outbound("lost");
    out.store.transact([&](pqxx::work& tx) { message.account = db::ensure_account(tx, "gateway", "another"); });
    const auto id = out.sender.enqueue(std::move(message));
    out.drain();
    CHECK(out.ending_of(id).find("not configured") != std::string::npos);
}

}  // namespace
}  // namespace parley::test
