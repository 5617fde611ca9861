#include "db/store/history.hpp"

#include <set>

#include "db/store/contacts.hpp"
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

using db::MessageFilter;
using db::MessageRow;
using db::Page;

class History : public JournalFixture {
public:
    MessageId comes(const std::string& text, const std::string& chat = "1@s", const std::string& type = "",
                    bool handled = true) {
        auto message = inbound("in" + std::to_string(++number_), text);
        message.chat = chat;
        message.type = type;
        if (type == "image") message.media = Media{MediaKind::image, "image/jpeg", "", "", "hash", 3, nullptr};
        REQUIRE(accepted(admit(message)));
        if (handled) settle(message.id, {});
        return message.id;
    }
    MessageId goes(const std::string& text, const std::string& chat = "1@s") {
        auto message = outbound(text);
        message.chat = chat;
        REQUIRE(enqueue(message));
        return message.id;
    }
    db::Slice<MessageRow> page(const MessageFilter& filter, const Page& asked = {}) {
        db::Slice<MessageRow> found;
        transact([&](pqxx::work& tx) { found = db::list_messages(tx, filter, asked); });
        return found;
    }
    // All pages put together. Every page must lead on.
    std::vector<MessageId> all(const MessageFilter& filter, Page asked = {}) {
        std::vector<MessageId> found_ids;
        for (;;) {
            const auto found = page(filter, asked);
            for (const auto& item : found.items) found_ids.push_back(item.id);
            if (found.next == 0) return found_ids;
            REQUIRE(found.next < asked.before);
            asked.before = found.next;
        }
    }
    std::vector<MessageId> expected(std::vector<MessageId> found_ids) { return {found_ids.rbegin(), found_ids.rend()}; }

private:
    int number_ = 0;
};

Page page_of(std::size_t limit, std::size_t most_examined = 200'000) {
    Page page;
    page.limit = limit;
    page.most_examined = most_examined;
    return page;
}

}  // namespace

TEST_CASE("messages of both directions come newest first, with their state") {
    History history;
    const auto first = history.comes("hello");
    const auto second = history.goes("answer");
    history.sent(second, "out1");
    const auto third = history.comes("waits", "1@s", "", false);
    const auto fourth = history.goes("queued");
    const auto fifth = history.goes("bad");
    history.failed(fifth, "no such number");
    const auto found = history.page({});
    CHECK(found.next == 0);
    REQUIRE(found.items.size() == 5);
    const std::vector<std::pair<MessageId, std::string>> states{
        {fifth, "failed"}, {fourth, "queued"}, {third, "received"}, {second, "sent"}, {first, "handled"}};
    for (std::size_t i = 0; i < states.size(); ++i) {
        CHECK(found.items[i].id == states[i].first);
        CHECK(found.items[i].status == states[i].second);
        CHECK(history.all({.status = states[i].second}) == std::vector{states[i].first});
    }
    CHECK(found.items[0].error == "no such number");
    CHECK(found.items[3].provider_id == "out1");
    CHECK(found.items[4].account == "gateway");
    CHECK(found.items[4].text == "hello");
    CHECK_FALSE(found.items[4].outbound);
    CHECK(history.all({.outbound = false}) == std::vector{third, first});
    CHECK(history.all({.outbound = true}) == std::vector{fifth, fourth, second});
}

TEST_CASE("each piece of a long text tells the state of all, and what is none tells of none") {
    History history;
    const auto piece = [&](const std::string& trace, MessageId cause = 0) {
        auto message = history.outbound("part", cause);
        message.trace = trace;
        REQUIRE(history.enqueue(message));
        return message.id;
    };
    const auto first = piece("long"), between = piece("other"), second = piece("long"), third = piece("long");
    const auto answer = piece("turn", 7), note = piece("turn", 7);
    history.sent(first, "out1");
    history.failed(third, "no such number");
    const auto said = history.comes("hello");
    const auto states = [&](MessageId id) {
        std::string told;
        history.transact([&](pqxx::work& tx) {
            const auto message = db::read_message(tx, id);
            REQUIRE(message);
            for (const auto& row : db::read_pieces(tx, *message))
                told += std::to_string(row.id - first) + " " + row.status + row.error + "\n";
        });
        return told;
    };
    const std::string all = "0 sent\n" + std::to_string(second - first) + " queued\n" + std::to_string(third - first) +
                            " failedno such number\n";
    CHECK(states(first) == all);
    CHECK(states(second) == all);
    CHECK(states(third) == all);
    for (const MessageId id : {between, answer, note, said}) CHECK(states(id).empty());
}

TEST_CASE("every filter gives what it says, alone and with others") {
    History history;
    AccountId other = 0;
    history.transact([&](pqxx::work& tx) { other = db::ensure_account(tx, "cloud", "shop"); });
    const auto text = history.comes("50% off_all", "1@s");
    const auto image = history.comes("a picture", "2@s", "image");
    const AccountId gateway = history.account;
    history.account = other;
    const auto place = history.comes("", "1@s", "location");
    const auto word = history.comes("Good MORNING", "1@s");
    const auto wrong = history.goes("morning", "1@s");
    history.failed(wrong, "why");
    history.account = gateway;

    CHECK(history.all({.account = gateway}) == std::vector{image, text});
    CHECK(history.all({.account = other}) == std::vector{wrong, word, place});
    CHECK(history.all({.chat = "1@s"}) == std::vector{wrong, word, place, text});
    CHECK(history.all({.account = other, .chat = "1@s"}) == std::vector{wrong, word, place});
    CHECK(history.all({.chat = "nobody"}).empty());
    CHECK(history.all({.type = "location"}) == std::vector{place});
    CHECK(history.all({.account = gateway, .type = "location"}).empty());
    CHECK(history.all({.type = "text"}) == std::vector{wrong, word, text});
    CHECK(history.all({.with_file = true}) == std::vector{image});
    CHECK(history.all({.type = "image", .with_file = true}) == std::vector{image});
    CHECK(history.all({.text = "morning"}) == std::vector{wrong, word});
    CHECK(history.all({.outbound = false, .text = "morning"}) == std::vector{word});
    CHECK(history.all({.text = "0% o"}) == std::vector{text});
    CHECK(history.all({.text = "f_a"}) == std::vector{text});
    CHECK(history.all({.text = "a_p"}).empty());
    CHECK(history.all({.chat = "1@s", .type = "text", .status = "failed", .text = "morn"}) == std::vector{wrong});
    CHECK(history.all({.status = "failed", .text = "nothing"}).empty());
    CHECK(history.all({.until = IdGenerator::time_of(text)}).empty());
    CHECK(history.all({.since = IdGenerator::time_of(text)}).size() == 5);
    CHECK(history.all({.since = IdGenerator::time_of(wrong) + 1}).empty());
}

TEST_CASE("pages put together are the list, whatever their size and however little is examined") {
    History history;
    std::vector<MessageId> everything, pictures, needles;
    for (int i = 0; i < 60; ++i) {
        const bool picture = i % 7 == 0, needle = i % 25 == 3, out = i % 4 == 1;
        const std::string text = needle ? "the needle" : "hay";
        const auto id = out ? history.goes(text) : history.comes(text, "1@s", picture ? "image" : "");
        if (out && i % 8 == 1) history.sent(id, "out" + std::to_string(i));
        everything.push_back(id);
        if (picture && !out) pictures.push_back(id);
        if (needle) needles.push_back(id);
    }
    for (const std::size_t limit : {1, 7, 60, 100}) {
        CAPTURE(limit);
        CHECK(history.all({}, page_of(limit)) == history.expected(everything));
        for (const std::size_t examined : {1, 5, 59, 60, 61, 1000}) {
            CAPTURE(examined);
            const auto page = page_of(limit, examined);
            CHECK(history.all({.with_file = true}, page) == history.expected(pictures));
            CHECK(history.all({.text = "needle"}, page) == history.expected(needles));
            CHECK(history.all({.chat = "1@s", .text = "needle"}, page) == history.expected(needles));
        }
    }
}

TEST_CASE("contacts are found by name, number and organisation") {
    History history;
    const auto see = [&](const std::string& phone, const std::string& name, UnixMillis seen) {
        db::Sighting sighting{history.account, name, phone, {{IdentityKind::phone, phone}}, seen};
        history.transact([&](pqxx::work& tx) { db::write_sightings(tx, {sighting}); });
    };
    see("923001111111", "Ada", 1'700'000'000'000);
    see("923002222222", "Grace", 1'700'000'100'000);
    const auto names = [&](const db::ContactFilter& filter) {
        std::string found;
        history.transact([&](pqxx::work& tx) {
            for (const auto& contact : db::list_contacts(tx, filter, {}).items) found += contact.name + " ";
        });
        return found;
    };
    CHECK(names({}) == "Grace Ada ");
    CHECK(names({.organisation = "default"}) == "Grace Ada ");
    CHECK(names({.organisation = "other"}).empty());
    CHECK(names({.account = history.account}) == "Grace Ada ");
    CHECK(names({.phone = "923001111111"}) == "Ada ");
    CHECK(names({.text = "gra"}) == "Grace ");
    CHECK(names({.text = "2222"}) == "Grace ");
    CHECK(names({.since = 1'700'000'100'000}) == "Grace ");
    CHECK(names({.until = 1'700'000'100'000}) == "Ada ");
    history.transact([&](pqxx::work& tx) {
        const auto first = db::list_contacts(tx, {}, page_of(1));
        REQUIRE(first.items.size() == 1);
        CHECK(first.items[0].identities == R"([{"kind" : "phone", "value" : "923002222222"}])");
        CHECK(first.items[0].last_seen == "2023-11-14T22:15:00.000Z");
        Page rest;
        rest.before = first.next;
        CHECK(db::list_contacts(tx, {}, rest).items.at(0).name == "Ada");
    });
}

TEST_CASE("events of accounts are listed") {
    History history;
    for (const char* type : {"quality", "template"}) {
        const auto told = history.wait<Result<void>>([&](auto done) {
            history.journal->account_event(history.ids.next(), {history.account, type, "{}", 1'700'000'000'000},
                                           std::move(done));
        });
        REQUIRE(told);
    }
    history.transact([&](pqxx::work& tx) {
        CHECK(db::list_account_events(tx, {}, {}).items.at(0).type == "template");
        const auto found = db::list_account_events(tx, {.account = history.account, .type = "quality"}, {});
        REQUIRE(found.items.size() == 1);
        CHECK(found.items[0].account == "gateway");
        CHECK(found.items[0].told_at == "2023-11-14T22:13:20.000Z");
        CHECK(db::list_account_events(tx, {.account = 4711}, {}).items.empty());
    });
}

}  // namespace parley::test
