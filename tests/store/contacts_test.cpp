#include "db/store/contacts.hpp"

#include <barrier>
#include <thread>

#include "db/store/contact_edits.hpp"
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

using db::Sighting;
using Kind = IdentityKind;

class People : public JournalFixture {
public:
    Sighting sighting(std::vector<Identity> identities, std::string name = "", UnixMillis seen = 1'700'000'000'000) {
        Sighting made;
        made.account = account;
        made.name = std::move(name);
        for (const auto& identity : identities)
            if (identity.kind == Kind::phone) made.phone = identity.value;
        made.identities = std::move(identities);
        made.seen = seen;
        return made;
    }
    void see(std::vector<Identity> identities, std::string name = "", UnixMillis seen = 1'700'000'000'000) {
        const auto made = sighting(std::move(identities), std::move(name), seen);
        transact([&](pqxx::work& tx) { db::write_sightings(tx, {made}); });
    }
    std::string contact_of(const std::string& value) {
        return ask("select contact_id from contact_identities where value = '" + value + "'");
    }
};

}  // namespace

TEST_CASE("a sender becomes one contact, whatever is known of them") {
    People people;
    people.see({{Kind::phone, "923001234567"}}, "Ada");
    people.see({{Kind::phone, "923001234567"}, {Kind::user_id, "PK.1"}}, "Ada L");
    people.see({{Kind::user_id, "PK.1"}}, "", 1'700'000'100'000);
    CHECK(people.count("contacts") == "1");
    CHECK(people.count("contact_identities") == "2");
    CHECK(people.ask("select name || ' ' || phone from contacts") == "Ada L 923001234567");
    CHECK(people.ask("select extract(epoch from last_seen - first_seen)::int from contacts") == "100");
}

TEST_CASE("what is older does not take last_seen back") {
    People people;
    people.see({{Kind::phone, "1"}}, "", 1'700'000'100'000);
    people.see({{Kind::phone, "1"}}, "", 1'700'000'000'000);
    CHECK(people.ask("select extract(epoch from last_seen)::bigint from contacts") == "1700000100");
}

TEST_CASE("a message that carries the names of two contacts makes them one: the older") {
    People people;
    people.see({{Kind::phone, "923001234567"}});
    people.see({{Kind::user_id, "PK.1"}, {Kind::parent_user_id, "PK.9"}}, "Ada");
    const auto older = people.contact_of("923001234567");
    people.see({{Kind::phone, "923001234567"}, {Kind::user_id, "PK.1"}});
    CHECK(people.count("contacts") == "1");
    for (const char* value : {"923001234567", "PK.1", "PK.9"}) CHECK(people.contact_of(value) == older);
    CHECK(people.ask("select name from contacts") == "Ada");
}

TEST_CASE("a user name is handed on and makes nobody the same person") {
    People people;
    people.see({{Kind::user_id, "PK.1"}, {Kind::username, "ada"}});
    people.see({{Kind::user_id, "PK.2"}, {Kind::username, "ada"}});
    CHECK(people.count("contacts") == "2");
    CHECK(people.contact_of("ada") == people.contact_of("PK.2"));
    people.see({{Kind::username, "ada"}}, "Ada");
    CHECK(people.count("contacts") == "2");
}

TEST_CASE("an operator's word about campaigns is kept by the number that people are compared by") {
    People people;
    auto mexican = people.sighting({{Kind::phone, "525512345678"}, {Kind::user_id, "MX.1"}});
    mexican.phone = "5215512345678";
    people.transact([&](pqxx::work& tx) { db::write_sightings(tx, {mexican}); });
    const auto id = std::stoll(people.contact_of("525512345678"));
    const auto out = [&](bool wanted) {
        people.transact([&](pqxx::work& tx) { CHECK(db::edit_contact(tx, id, {{}, wanted})); });
        return people.ask("select string_agg(person, ' ' order by person) from opt_outs where opted_out");
    };
    CHECK(out(true) == "525512345678 MX.1");
    CHECK(out(false).empty());
}

TEST_CASE("organisations do not share contacts") {
    People people;
    people.see({{Kind::phone, "923001234567"}});
    people.transact([&](pqxx::work& tx) {
        tx.exec(
            "insert into organisations (name) values ('other'); "
            "update accounts set organisation_id = (select id from organisations where name = 'other')");
    });
    people.see({{Kind::phone, "923001234567"}});
    CHECK(people.count("contacts") == "2");
}

TEST_CASE("who is erased from one organisation stays with the others") {
    People people;
    people.see({{Kind::phone, "923001234567"}});
    const auto here = people.account;
    people.transact([&](pqxx::work& tx) {
        people.account = db::ensure_account(tx, "gateway", "elsewhere");
        tx.exec(
            "insert into organisations (name) values ('other'); "
            "update accounts set organisation_id = (select id from organisations where name = 'other') "
            " where id = " +
            std::to_string(people.account));
    });
    people.see({{Kind::phone, "923001234567"}});
    people.transact([&](pqxx::work& tx) {
        for (const auto account : {here, people.account}) {
            tx.exec_params(
                "insert into campaigns (account_id, name, kind, rate) values ($1::integer, 'c' || $1, 'text', 1)",
                account);
            tx.exec_params(
                "insert into campaign_recipients (campaign_id, n, chat, person) "
                "select id, 1, '923001234567@s.whatsapp.net', '923001234567' from campaigns where account_id = $1",
                account);
            tx.exec_params(
                "insert into timers (plugin, account_id, chat, name, due, sender) "
                "values ('p', $1, '923001234567@s.whatsapp.net', 't', now(), '923001234567')",
                account);
            tx.exec_params(
                "insert into users (organisation_id, user_id) select organisation_id, '923001234567' from accounts "
                "where id = $1",
                account);
        }
    });
    // A message to the other organisation that waits to be handled is none of this one's business.
    REQUIRE(accepted(people.admit(people.inbound("waiting"))));
    const auto erase = [&](AccountId account) {
        const auto id =
            std::stoll(people.ask("select c.id from contacts c join accounts a using (organisation_id) "
                                  "where a.id = " +
                                  std::to_string(account)));
        people.transact([&](pqxx::work& tx) { CHECK(db::erase_contact(tx, id)); });
    };
    erase(here);
    for (const char* table : {"contacts", "campaign_recipients", "timers", "users", "messages"}) {
        CAPTURE(table);
        CHECK(people.count(table) == "1");
    }
    const auto other = std::to_string(people.account);
    CHECK(people.ask("select account_id from timers") == other);
    CHECK(people.ask("select a.id from users join accounts a using (organisation_id)") == other);
    CHECK(people.ask("select account_id from campaigns c join campaign_recipients r on r.campaign_id = c.id") == other);
    people.transact([&](pqxx::work& tx) { tx.exec("delete from inbox"); });
    erase(people.account);
    for (const char* table : {"contacts", "campaign_recipients", "timers", "users", "messages"}) {
        CAPTURE(table);
        CHECK(people.count(table) == "0");
    }
}

TEST_CASE("who is erased is gone from what plugins store, and from the audit log") {
    People people;
    people.see({{Kind::phone, "923001234567"}});
    people.transact([&](pqxx::work& tx) {
        tx.exec(R"(insert into plugin_storage (plugin, key, value) values
                   ('poll', 'vote/room/1/923001234567', '[1]'), ('poll', 'vote/room/1/9230012345678', '[1]'),
                   ('expenses', 'next/direct-923001234567', '2'), ('expenses', 'item/g/1', '{"sender": "923001234567"}'),
                   ('expenses', 'item/g/2', '{"sender": "923009999999"}'), ('p', 'config', '{"boss": "923001234567"}'))");
        tx.exec(R"(insert into audit_log (actor_kind, actor, action, target, before, after, remote) values
                   ('chat', '923001234567', 'putSetting', '/api/v1/settings/debug', '', '{"value":"true"}', 'gateway'),
                   ('local', 'x', 'addBlacklistEntry', '/api/v1/blacklist/923001234567', '', '{"number":"923001234567"}', ''))");
        CHECK(db::erase_contact(tx, std::stoll(people.contact_of("923001234567"))));
    });
    CHECK(people.ask("select string_agg(key, ' ' order by key) from plugin_storage") ==
          "config item/g/2 vote/room/1/9230012345678");
    CHECK(people.ask("select string_agg(actor || ' ' || target || ' ' || after, '; ' order by id) from audit_log") ==
          R"( /api/v1/settings/debug {"value":"true"}; x /api/v1/blacklist/- )");
}

TEST_CASE("who is erased and talked in rooms has said nothing there, and cannot sign in") {
    People people;
    people.transact([&](pqxx::work& tx) {
        tx.exec(
            R"(insert into people (id, username, password) overriding system value values (7, 'ada', 'x'), (8, 'bob', 'x');
                   insert into rooms (id, type, name, description, created_by) overriding system value
                       values (1, 'chat', 'both', '', 7), (2, 'chat', 'alone', '', 7);
                   insert into room_members (room_id, person_id) values (1, 7), (1, 8), (2, 7);
                   insert into room_messages (room_id, sender_id, body, picture)
                       values (1, 7, 'mine', 'mine.png'), (1, 8, 'bobs', ''), (2, 7, 'alone', ''), (2, 0, 'to her', '');
                   insert into tokens (person_id, hash, expires_at) values (7, 'h', now() + interval '1 day'))");
    });
    people.see({{Kind::user_id, "user:7"}}, "ada");
    std::optional<db::ErasedContact> erased;
    people.transact([&](pqxx::work& tx) { erased = db::erase_contact(tx, std::stoll(people.contact_of("user:7"))); });
    REQUIRE(erased);
    CHECK(erased->files == std::vector<std::string>{"mine.png"});
    CHECK(people.ask("select string_agg(body, ' ') from room_messages") == "bobs");
    CHECK(people.ask("select string_agg(id::text, ' ') from rooms") == "1");
    CHECK(people.count("tokens") == "0");
    CHECK(people.ask("select username || ' ' || password || ' ' || disabled from people where id = 7") ==
          "(erased 7)  true");
}

TEST_CASE("operators are not erased by accident") {
    People people;
    people.transact([&](pqxx::work& tx) {
        tx.exec(
            "insert into people (id, username, password, role) overriding system value "
            "values (9, 'root', 'x', 'admin')");
    });
    people.see({{Kind::user_id, "user:9"}});
    people.transact([&](pqxx::work& tx) {
        CHECK_THROWS_AS(db::erase_contact(tx, std::stoll(people.contact_of("user:9"))), ErrorException);
    });
}

TEST_CASE("sightings of an account that is gone are left out") {
    People people;
    auto lost = people.sighting({{Kind::phone, "1"}});
    lost.account = 4711;
    const auto kept = people.sighting({{Kind::phone, "2"}});
    people.transact([&](pqxx::work& tx) { db::write_sightings(tx, {lost, kept}); });
    CHECK(people.count("contacts") == "1");
}

TEST_CASE("writers that see halves of one person at once make one contact") {
    People people;
    constexpr int writers = 4, rounds = 20;
    std::barrier together(writers);
    std::vector<std::thread> threads;
    threads.reserve(writers);
    std::vector<std::string> failures(writers);
    for (int writer = 0; writer < writers; ++writer) {
        threads.emplace_back([&, writer] {
            const auto connection = db::connect(people.options, "test");
            for (int round = 0; round < rounds; ++round) {
                const std::string phone = "92300" + std::to_string(1'000'000 + round);
                const std::string user = "PK." + std::to_string(round), lid = "9" + std::to_string(round);
                const std::vector<std::vector<Identity>> seen{{{Kind::phone, phone}},
                                                              {{Kind::user_id, user}, {Kind::lid, lid}},
                                                              {{Kind::phone, phone}, {Kind::user_id, user}},
                                                              {{Kind::lid, lid}, {Kind::phone, phone}}};
                together.arrive_and_wait();
                try {
                    pqxx::work tx(*connection);
                    db::write_sightings(tx, {people.sighting(seen[static_cast<std::size_t>(writer)])});
                    tx.commit();
                } catch (const std::exception& failure) {
                    failures[static_cast<std::size_t>(writer)] = failure.what();
                }
            }
        });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& failure : failures) CHECK(failure.empty());
    CHECK(people.count("contacts") == std::to_string(rounds));
    CHECK(people.count("contact_identities") == std::to_string(3 * rounds));
}

}  // namespace parley::test
