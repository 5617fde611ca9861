#include "contacts/book.hpp"

#include "channels/cloud/decode.hpp"
#include "store/journal_fixture.hpp"

namespace parley::contacts {
namespace {

using Kind = IdentityKind;

class BookFixture : public test::JournalFixture {
public:
    explicit BookFixture(BookOptions book_options = {})
        : pool(options, Logger()), book(executor, pool, book_options, Logger()) {}
    ~BookFixture() {
        if (!book.idle()) executor.run_until([&] { return book.idle(); });
    }

    // True when there was something to write.
    bool hear(const Inbound& message) {
        auto sighting = book.unknown(message);
        if (!sighting) return false;
        book.add(std::move(*sighting));
        executor.run_until([&] { return book.idle(); });
        return true;
    }
    Inbound from(std::string sender, std::vector<Identity> identities = {}, std::string name = "") {
        Inbound message = inbound("");
        message.sender = std::move(sender);
        message.sender_name = std::move(name);
        message.identities = std::move(identities);
        return message;
    }

    db::Pool pool;
    Book book;
};

}  // namespace

TEST_CASE("a known sender is not written again within the hour") {
    BookFixture fixture;
    CHECK(fixture.hear(fixture.from("923001234567", {}, "Ada")));
    CHECK_FALSE(fixture.hear(fixture.from("923001234567", {}, "Other")));
    CHECK(fixture.hear(fixture.from("923001234567", {{Kind::phone, "923001234567"}, {Kind::lid, "77"}})));
    CHECK(fixture.count("contacts") == "1");
    CHECK(fixture.ask("select name from contacts") == "Ada");
}

TEST_CASE("after that name and time are brought up to date") {
    BookOptions options;
    options.refresh = std::chrono::milliseconds(0);
    BookFixture fixture(options);
    CHECK(fixture.hear(fixture.from("923001234567", {}, "Ada")));
    CHECK(fixture.hear(fixture.from("923001234567", {}, "Ada L")));
    CHECK(fixture.ask("select name from contacts") == "Ada L");
}

TEST_CASE("both spellings of a number are one contact, which keeps the provider's") {
    BookFixture fixture;
    CHECK(fixture.hear(fixture.from("551187654321")));
    CHECK_FALSE(fixture.hear(fixture.from("5511987654321")));
    CHECK(fixture.hear(fixture.from("5511987654321", {{Kind::phone, "5511987654321"}, {Kind::user_id, "BR.1"}})));
    CHECK(fixture.count("contacts") == "1");
    CHECK(fixture.ask("select phone from contacts") == "5511987654321");
    CHECK(fixture.ask("select value from contact_identities where kind = 'phone'") == "551187654321");
}

TEST_CASE("what is no person's name makes no contact") {
    BookFixture fixture;
    CHECK_FALSE(sighting_of(fixture.from("operator")));
    CHECK_FALSE(sighting_of(fixture.from("123456")));
    CHECK_FALSE(sighting_of(fixture.from("1234567890123456")));
    CHECK_FALSE(sighting_of(fixture.from("")));
    auto timer = fixture.from("923001234567");
    timer.kind = EventKind::timer;
    CHECK_FALSE(sighting_of(timer));
    auto event = fixture.from("923001234567");
    event.kind = EventKind::other;
    CHECK_FALSE(sighting_of(event));
    auto typed = fixture.from("923001234567");
    typed.channel = "terminal";
    CHECK_FALSE(sighting_of(typed));
    // A hidden id is no phone number, though it is digits.
    CHECK(sighting_of(fixture.from("98765432101234", {{Kind::lid, "98765432101234"}}))->phone.empty());
}

TEST_CASE("one sighting that cannot be stored does not keep its neighbours out") {
    BookFixture fixture;
    fixture.transact([](pqxx::work& tx) {
        tx.exec("alter table contact_identities add constraint no_evil check (value <> '666666666')");
    });
    // The first is on its way alone while the others gather.
    for (const char* sender : {"923000000001", "923000000002", "666666666", "923000000003"})
        fixture.book.add(*fixture.book.unknown(fixture.from(sender)));
    fixture.executor.run_until([&] { return fixture.book.idle(); });
    CHECK(fixture.count("contacts") == "3");
    CHECK(fixture.book.unknown(fixture.from("666666666")));  // tried again with the next message
    CHECK_FALSE(fixture.book.unknown(fixture.from("923000000003")));
}

TEST_CASE("what could not be written is tried with the next message") {
    BookFixture fixture;
    fixture.transact([](pqxx::work& tx) { tx.exec("alter table contacts rename to away"); });
    CHECK(fixture.hear(fixture.from("923001234567")));
    fixture.transact([](pqxx::work& tx) { tx.exec("alter table away rename to contacts"); });
    CHECK(fixture.hear(fixture.from("923001234567")));
    CHECK(fixture.count("contacts") == "1");
}

TEST_CASE("memory is bounded: who was forgotten is simply written again") {
    BookOptions options;
    options.max_known = 4;
    BookFixture fixture(options);
    for (int i = 0; i < 20; ++i) CHECK(fixture.hear(fixture.from(std::to_string(923'001'000'000 + i))));
    CHECK_FALSE(fixture.hear(fixture.from("923001000019")));
    CHECK(fixture.hear(fixture.from("923001000000")));
    CHECK(fixture.count("contacts") == "20");
}

// Meta's notices come as messages of the old number that carry the new one.
TEST_CASE("a changed number stays the same person") {
    BookFixture fixture;
    CHECK(fixture.hear(fixture.from("16505551234", {{Kind::phone, "16505551234"}}, "Ada")));
    const std::string notice =
        R"({"object":"whatsapp_business_account","entry":[{"id":"1","changes":[{"field":"messages","value":{
            "messaging_product":"whatsapp","metadata":{"display_phone_number":"15550000000","phone_number_id":"99"},
            "messages":[{"from":"16505551234","id":"wamid.X","timestamp":"1750269342","type":"system","system":{
            "body":"User changed from 16505551234 to 12195555358","wa_id":"12195555358",
            "type":"user_changed_number"}}]}}]}]})";
    const auto decoded = channels::decode_cloud(
        notice, [&](std::string_view, std::string_view) { return fixture.account; }, unix_now());
    REQUIRE(decoded);
    REQUIRE(decoded->messages.size() == 1);
    CHECK(fixture.hear(decoded->messages[0]));
    CHECK(fixture.count("contacts") == "1");
    CHECK(fixture.count("contact_identities") == "2");
    CHECK(fixture.ask("select phone from contacts") == "12195555358");
}

}  // namespace parley::contacts
