// Which accounts there are after a start.
#include "accounts/registry.hpp"

#include "support/manual_executor.hpp"
#include "support/postgres.hpp"
#include "support/result_printer.hpp"

namespace parley::test {
namespace {

accounts::Account twilio(const std::string& name, const std::string& number) {
    accounts::Account account;
    account.channel = "twilio";
    account.name = name;
    account.fields = {
        {"account_sid", "AC1"}, {"from", "whatsapp:+" + number}, {"public_url", "https://bot.example.com"}};
    account.secrets.emplace("auth_token", Secret("token"));
    return account;
}

struct World {
    std::vector<std::string> start(const std::vector<accounts::Account>& environment) {
        std::vector<std::string> names;
        for (const auto& account : registry.load(environment)) names.push_back(account.name);
        return names;
    }
    AccountId id_of(const std::string& name) {
        for (const auto& account : registry.load({}))
            if (account.name == name) return account.id;
        return 0;
    }
    void remove(const std::string& name) {
        std::optional<Result<void>> done;
        registry.remove(id_of(name), [&](Result<void> ok) { done = std::move(ok); });
        executor.run_until([&] { return done.has_value(); });
        REQUIRE(*done);
    }
    void save(const accounts::Account& account) {
        std::optional<Result<AccountId>> done;
        registry.save(account, [&](Result<AccountId> id) { done = std::move(id); });
        executor.run_until([&] { return done.has_value(); });
        REQUIRE(*done);
    }

    ManualExecutor executor;
    db::DatabaseOptions options = TestDatabase::options(TestDatabase::instance().migrated_database());
    db::Pool pool{options, Logger()};
    config::Vault vault{Secret(std::string(32, 'k'))};
    accounts::Registry registry{pool, vault, executor};
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an account of the environment is made once: removed, it stays removed") {
    World w;
    const std::vector environment{twilio("twilio", "14155550001")};
    CHECK(w.start({}).empty());
    CHECK(w.start(environment) == Names{"twilio"});
    CHECK(w.start(environment) == Names{"twilio"});
    w.remove("twilio");
    CHECK(w.start(environment).empty());
    w.save(twilio("second", "14155550002"));
    CHECK(w.start(environment) == Names{"second"});
}

TEST_CASE("an account of the environment stands back for one that is there already, also when that one goes") {
    World w;
    w.save(twilio("shop", "14155550002"));
    const std::vector environment{twilio("twilio", "14155550001")};
    CHECK(w.start(environment) == Names{"shop"});
    w.remove("shop");
    CHECK(w.start(environment).empty());
}

TEST_CASE("a Twilio account of the environment needs no PUBLIC_URL to be there") {
    const auto described = accounts::from_environment({{"TWILIO_ACCOUNT_SID", "AC1"},
                                                       {"TWILIO_AUTH_TOKEN", "token"},
                                                       {"TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155238886"}});
    REQUIRE(described);
    REQUIRE(described->size() == 1);
    CHECK(accounts::check(described->front()));
    const auto nothing = accounts::from_environment({{"PUBLIC_URL", "https://bot.example.com"}});
    REQUIRE(nothing);
    CHECK(nothing->empty());
    const auto half = accounts::from_environment({{"TWILIO_ACCOUNT_SID", "AC1"}});
    REQUIRE(!half);
    CHECK(half.error().message.find("TWILIO_AUTH_TOKEN, TWILIO_WHATSAPP_NUMBER") != std::string::npos);
}

TEST_CASE("variables whose values an account does not have are named, and no others") {
    const auto described = accounts::from_environment({{"TWILIO_ACCOUNT_SID", "AC1"},
                                                       {"TWILIO_AUTH_TOKEN", "token"},
                                                       {"TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155550001"}});
    REQUIRE(described);
    auto stored = twilio("twilio", "14155550001");  // with a public_url besides
    CHECK(accounts::differing_variables(described->front(), stored).empty());
    stored.secrets.find("auth_token")->second = Secret("another");
    stored.fields["from"] = "whatsapp:+14155550002";
    CHECK(accounts::differing_variables(described->front(), stored) ==
          std::vector<std::string>{"TWILIO_AUTH_TOKEN", "TWILIO_WHATSAPP_NUMBER"});
}

}  // namespace parley::test
