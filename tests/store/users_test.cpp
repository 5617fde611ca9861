// Who has written, as plugins and announcements see them.
#include "store/journal_fixture.hpp"

namespace parley::test {
namespace {

void see(JournalFixture& store, AccountId account, const std::string& id, const std::string& group,
         const std::string& name) {
    const auto message = store.inbound("");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.new_user = NewUser{account, id, group, name};
    REQUIRE(committed(store.settle(message.id, effects)));
}

void put_into(JournalFixture& store, AccountId account, const std::string& id, const std::string& user_group) {
    const auto message = store.inbound("");
    REQUIRE(accepted(store.admit(message)));
    Effects effects;
    effects.user_groups = {{account, id, user_group}};
    REQUIRE(committed(store.settle(message.id, effects)));
}

TEST_CASE("a person seen in several places is one user") {
    JournalFixture store;
    const auto here = store.account;
    see(store, here, "111", "g1", "In the group");
    see(store, here, "111", "", "Direct");
    see(store, here, "222", "g1", "Second");
    see(store, here, "222", "g1", "Second again");
    store.transact([&](pqxx::work& tx) {
        CHECK(db::read_user(tx, here, "111")->name == "Direct");
        CHECK(db::read_user(tx, here, "222")->name == "Second");
        CHECK_FALSE(db::read_user(tx, here, "333").has_value());
        CHECK(db::list_users(tx, here, "", "", 10).size() == 2);
        CHECK(db::list_users(tx, here, "", "111", 10).size() == 1);
        CHECK(db::list_users(tx, here, "nobody", "", 10).empty());
    });
    put_into(store, here, "111", "staff");
    store.transact([&](pqxx::work& tx) {
        CHECK(db::read_user(tx, here, "111")->user_group == "staff");
        CHECK(db::list_user_groups(tx, here) == std::vector<std::string>{"signedup", "staff"});
        CHECK(db::list_users(tx, here, "staff", "", 10).size() == 1);
    });
    see(store, here, "111", "g2", "In another group");  // stays where admins put them
    store.transact([&](pqxx::work& tx) {
        CHECK(db::list_users(tx, here, "staff", "", 10).size() == 1);
        const auto others = db::list_users(tx, here, "signedup", "", 10);
        REQUIRE(others.size() == 1);
        CHECK(others[0].id == "222");
    });
}

TEST_CASE("who wrote to one organisation is nobody to another") {
    JournalFixture store;
    const auto here = store.account, beside = store.add_account("beside"), elsewhere = store.add_account("elsewhere");
    store.transact([&](pqxx::work& tx) {
        tx.exec("insert into organisations (name) values ('other')");
        tx.exec_params(
            "update accounts set organisation_id = (select id from organisations where name = 'other') where id = $1",
            elsewhere);
    });
    see(store, here, "111", "", "Theirs");
    see(store, elsewhere, "222", "", "The other's");
    see(store, here, "333", "", "Of both, here");
    see(store, elsewhere, "333", "", "Of both, there");
    put_into(store, elsewhere, "333", "staff");
    put_into(store, elsewhere, "111", "staff");  // never wrote there
    store.transact([&](pqxx::work& tx) {
        for (const auto account : {here, beside}) {
            CHECK(db::list_users(tx, account, "", "", 10).size() == 2);
            CHECK(db::list_user_groups(tx, account) == std::vector<std::string>{"signedup"});
            CHECK_FALSE(db::read_user(tx, account, "222"));
            CHECK(db::read_user(tx, account, "333")->name == "Of both, here");
        }
        const auto staff = db::list_users(tx, elsewhere, "staff", "", 10);
        REQUIRE(staff.size() == 1);
        CHECK(staff[0].name == "Of both, there");
        CHECK_FALSE(db::read_user(tx, elsewhere, "111"));
        CHECK(db::list_users(tx, 0, "", "", 10).empty());
    });
}

}  // namespace
}  // namespace parley::test
