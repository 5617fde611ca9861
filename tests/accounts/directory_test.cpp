#include "accounts/directory.hpp"

#include "support/fake_channel.hpp"
#include "support/manual_executor.hpp"
#include "support/result_printer.hpp"

namespace parley::test {
namespace {

accounts::Account account_of(AccountId id, std::string name) {
    accounts::Account account;
    account.id = id;
    account.channel = "twilio";
    account.name = std::move(name);
    return account;
}

struct World {
    ManualExecutor executor;
    std::vector<AccountId> changed;
    accounts::Directory directory{executor,
                                  [](const accounts::Account&) {
                                      return accounts::Lines{std::make_shared<FakeChannel>(), nullptr, nullptr};
                                  },
                                  [this](const accounts::Entry& entry) { changed.push_back(entry.account.id); },
                                  Logger()};
};

TEST_CASE("a removed account does not stand in the way of a new one with its name") {
    World w;
    w.directory.apply({account_of(1, "shop")});
    w.directory.apply({});
    CHECK(w.directory.find("shop") == nullptr);
    CHECK(w.directory.all().empty());
    REQUIRE(w.directory.find(1) != nullptr);  // messages that still name it find a channel that refuses
    CHECK_FALSE(w.directory.find(1)->channel().verify({}));

    w.directory.apply({account_of(2, "shop")});
    REQUIRE(w.directory.find("shop") != nullptr);
    CHECK(w.directory.find("shop")->account.id == 2);
    CHECK(w.directory.find("shop")->channel().verify({}));
    CHECK(w.changed == std::vector<AccountId>{1, 1, 2});
}

TEST_CASE("an account that is removed while it is disabled is gone as well") {
    World w;
    auto account = account_of(1, "shop");
    account.enabled = false;
    w.directory.apply({account});
    CHECK(w.directory.find("shop") != nullptr);
    w.directory.apply({});
    CHECK(w.directory.find("shop") == nullptr);
}

}  // namespace
}  // namespace parley::test
