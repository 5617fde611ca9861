#include "db/store/queue_reader.hpp"

#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

Media media() {
    Media media;
    media.kind = MediaKind::audio;
    media.mime = "audio/ogg; codecs=opus";
    media.name = "a \"name\", with, commas.ogg";
    media.source = "https://media.example/1?x=y";
    media.stored = std::string(64, 'a');
    media.size = 123'456'789'012;
    return media;
}

void check_media(const Media& read, const Media& written) {
    CHECK(read.kind == written.kind);
    CHECK(read.mime == written.mime);
    CHECK(read.name == written.name);
    CHECK(read.source == written.source);
    CHECK(read.stored == written.stored);
    CHECK(read.size == written.size);
}

TEST_CASE("an inbound message comes back from the inbox with all of its fields") {
    JournalFixture store;
    auto message = store.inbound("Q1", "caption \xd8\xb3\nline two");
    message.chat = "120363@g.us";
    message.sender_name = "O'Somebody \"x\" \\";
    message.group = "120363";
    message.reply_to = "QUOTED";
    message.media = media();
    message.timestamp = 1'737'799'200'123;
    message.payload = "{\"a\": [1, \"b\"]}";
    REQUIRE(accepted(store.admit(message)));
    std::vector<Inbound> rows;
    store.transact([&](pqxx::work& tx) { rows = db::read_inbox(tx, 0, message.id + 1, 10); });
    REQUIRE(rows.size() == 1);
    const auto& read = rows[0];
    CHECK(read.kind == EventKind::message);
    CHECK(read.id == message.id);
    CHECK(read.account == message.account);
    CHECK(read.provider_id == message.provider_id);
    CHECK(read.chat == message.chat);
    CHECK(read.sender == message.sender);
    CHECK(read.sender_name == message.sender_name);
    CHECK(read.group == message.group);
    CHECK(read.text == message.text);
    CHECK(read.reply_to == message.reply_to);
    CHECK(read.timestamp == message.timestamp);
    CHECK(read.payload == message.payload);
    CHECK(read.trace == message.trace);
    CHECK(read.replayed);
    REQUIRE(read.media);
    check_media(*read.media, *message.media);
}

TEST_CASE("a due timer comes back with its plugin and its name, whatever is in it") {
    JournalFixture store;
    for (const std::string name : {"tea", "with:colons:in it", "\xd8\xb3 \"x\""}) {
        auto timer = store.inbound("timer:my-plugin:123:" + name);
        timer.kind = EventKind::timer;
        timer.plugin = "my-plugin";
        timer.timer = name;
        timer.payload = "{}";
        REQUIRE(accepted(store.admit(timer)));
        std::vector<Inbound> rows;
        store.transact([&](pqxx::work& tx) { rows = db::read_inbox(tx, timer.id - 1, timer.id + 1, 10); });
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].kind == EventKind::timer);
        CHECK(rows[0].plugin == "my-plugin");
        CHECK(rows[0].timer == name);
        CHECK_FALSE(rows[0].media);
    }
}

TEST_CASE("an outbound message comes back from the outbox with all of its fields") {
    JournalFixture store;
    auto message = store.outbound("look", 4711);
    message.kind = OutboundKind::media;
    message.reply_to = "QUOTED";
    message.media = media();
    message.as_file = true;
    message.voice = true;
    REQUIRE(store.enqueue(message));
    auto reaction = store.outbound("\xf0\x9f\x91\x8d");
    reaction.kind = OutboundKind::reaction;
    REQUIRE(store.enqueue(reaction));
    std::vector<Outbound> rows;
    store.transact([&](pqxx::work& tx) { rows = db::read_outbox(tx, store.account, 0, reaction.id + 1, 10); });
    REQUIRE(rows.size() == 2);
    const auto& read = rows[0];
    CHECK(read.kind == OutboundKind::media);
    CHECK(read.id == message.id);
    CHECK(read.account == message.account);
    CHECK(read.chat == message.chat);
    CHECK(read.text == message.text);
    CHECK(read.reply_to == message.reply_to);
    CHECK(read.as_file);
    CHECK(read.voice);
    CHECK(read.cause == 4711);
    CHECK(read.trace == message.trace);
    check_media(read.media, message.media);
    CHECK(rows[1].kind == OutboundKind::reaction);
    CHECK(rows[1].cause == 0);
    CHECK_FALSE(rows[1].voice);
}

TEST_CASE("a reading has its bounds, its order and its limit") {
    JournalFixture store;
    std::vector<MessageId> ids;
    for (int i = 0; i < 10; ++i) {
        const auto message = store.inbound("L" + std::to_string(i));
        ids.push_back(message.id);
        REQUIRE(accepted(store.admit(message)));
    }
    const auto read = [&](MessageId after, MessageId before, std::size_t limit) {
        std::vector<MessageId> found;
        store.transact([&](pqxx::work& tx) {
            for (const auto& row : db::read_inbox(tx, after, before, limit)) found.push_back(row.id);
        });
        return found;
    };
    CHECK(read(0, ids.back() + 1, 100) == ids);
    CHECK(read(ids[2], ids[6], 100) == std::vector<MessageId>{ids[3], ids[4], ids[5]});
    CHECK(read(ids[2], ids[6], 2) == std::vector<MessageId>{ids[3], ids[4]});
    CHECK(read(ids.back(), ids.back() + 100, 5).empty());
}

TEST_CASE("the greatest id is found wherever it is") {
    JournalFixture store;
    const auto greatest = [&] {
        MessageId id = -1;
        store.transact([&](pqxx::work& tx) { id = db::greatest_id(tx); });
        return id;
    };
    CHECK(greatest() == 0);
    const auto in = store.inbound("G1");
    REQUIRE(accepted(store.admit(in)));
    CHECK(greatest() == in.id);
    const auto out = store.outbound("x");
    REQUIRE(store.enqueue(out));
    CHECK(greatest() == out.id);
}

}  // namespace
}  // namespace parley::test
