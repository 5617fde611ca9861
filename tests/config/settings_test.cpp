#include "config/settings.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "support/result_printer.hpp"

namespace parley::config {
namespace {

const Vault vault(Secret(std::string(32, 'k')));

std::string checked(std::string_view name, std::string_view value) {
    const auto result = Settings(vault).check(name, value);
    return result ? *result : std::string("refused: ") + to_string(result.error().code);
}

TEST_CASE("definitions are in alphabetical order") {
    const auto& all = setting_definitions();
    CHECK(std::is_sorted(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.name < b.name; }));
}

TEST_CASE("values are brought into their normal form") {
    CHECK(checked("admin_ids", "923001234567, +92 300 765-4321") == "923001234567,923007654321");
    CHECK(checked("admin_ids", "(92) 300 1234567,923001234567") == "923001234567");
    CHECK(checked("blacklist_ids", "") == "");
    CHECK(checked("blacklist_ids", " , ,") == "");
    CHECK(checked("debug", "1") == "true");
    CHECK(checked("debug", "on") == "true");
    CHECK(checked("debug", "True") == "true");
    CHECK(checked("debug", "TRUE") == "true");
    CHECK(checked("debug", "Off") == "false");
    CHECK(checked("debug", "") == "false");
    CHECK(checked("debug", "False") == "false");
    CHECK(checked("admin_command_prefix", "boss") == "boss");
    CHECK(checked("public_url", "https://bot.example") == "https://bot.example");
    CHECK(checked("public_url", "") == "");
    CHECK(checked("classroom_group_id", "any text") == "any text");
}

TEST_CASE("numbers, amounts, choices and zones are checked") {
    CHECK(checked("rate_limit_messages", " 10 ") == "10");
    CHECK(checked("rate_limit_messages", "007") == "7");
    for (const char* wrong : {"", "-1", "1001", "ten", "1.5", "99999999999999999999"})
        CHECK(checked("rate_limit_messages", wrong) == "refused: invalid");
    CHECK(checked("gpt_user_usd_per_day", "2.5") == "2.50");
    CHECK(checked("gpt_user_usd_per_day", "0.000001") == "0.000001");
    for (const char* wrong : {"", "-1", "$2", "1,50", "1.", "0.0000001", "1e3"})
        CHECK(checked("gpt_user_usd_per_day", wrong) == "refused: invalid");
    CHECK(checked("gpt_moderation", "in+out") == "in+out");
    for (const char* wrong : {"", "on", "off in", "out"}) CHECK(checked("gpt_moderation", wrong) == "refused: invalid");
    CHECK(checked("time_zone", "Europe/Berlin") == "Europe/Berlin");
    CHECK(checked("time_zone", "") == "");
    for (const char* wrong : {"Mars/Base", "../../../etc/passwd", "/etc/passwd", "Europe"})
        CHECK(checked("time_zone", wrong) == "refused: invalid");
    CHECK(checked("gpt_prices", "my-model=0/0") == "my-model=0/0");
    CHECK(checked("gpt_prices", "my-model=cheap") == "refused: invalid");
}

TEST_CASE("an empty whitelist lets everybody in, a filled one only those on it") {
    Settings settings(vault);
    CHECK(settings.is_whitelisted("923001234567"));
    settings.apply("whitelisted_users", "1234567890,9876543210");
    CHECK(settings.is_whitelisted("1234567890"));
    CHECK_FALSE(settings.is_whitelisted("923001234567"));
    CHECK(checked("whitelisted_users", "+1234567890,+9876543210") == "1234567890,9876543210");
}

TEST_CASE("values that cannot be are refused") {
    CHECK(checked("admin_ids", "somebody") == "refused: invalid");
    CHECK(checked("admin_ids", "12") == "refused: invalid");
    CHECK(checked("admin_ids", "123456789012345678901") == "refused: invalid");
    CHECK(checked("debug", "maybe") == "refused: invalid");
    CHECK(checked("admin_command_prefix", "") == "refused: invalid");
    CHECK(checked("admin_command_prefix", "two words") == "refused: invalid");
    CHECK(checked("admin_command_prefix", "/admin") == "refused: invalid");
    CHECK(checked("admin_command_prefix", "help") == "refused: invalid");
    CHECK(checked("public_url", "ftp://x") == "refused: invalid");
    CHECK(checked("openai_api_key", std::string_view("a\0b", 3)) == "refused: invalid");
    CHECK(checked("openai_api_key", "\xff") == "refused: invalid");
    CHECK(checked("openai_api_key", std::string(65 * 1024, 'x')) == "refused: invalid");
    CHECK(checked("no_such_setting", "x") == "refused: not_found");
}

TEST_CASE("keys and addresses are one line, however they were pasted") {
    CHECK(checked("openai_api_key", " sk-one\r\n") == "sk-one");
    CHECK(checked("openai_api_key", "sk-one\nsk-two") == "refused: invalid");
    CHECK(checked("public_url", "https://bot.example.com\n") == "https://bot.example.com");
}

TEST_CASE("without a database there are the fallbacks") {
    const Settings settings(vault);
    CHECK(settings.admin_prefix() == "admin");
    CHECK_FALSE(settings.flag("debug"));
    CHECK_FALSE(settings.is_admin("923001234567"));
    CHECK_FALSE(settings.is_admin(""));
    CHECK(settings.get("no_such_setting").empty());
    CHECK(settings.known("debug"));
    CHECK_FALSE(settings.known("no_such_setting"));
}

TEST_CASE("what the database holds is loaded and changed") {
    Settings settings(vault);
    REQUIRE(settings.load({{"admin_ids", "923007654321,923001234567"}, {"blacklist_ids", "4420"}, {"debug", "true"}}));
    CHECK(settings.is_admin("923001234567"));
    CHECK(settings.is_admin("923007654321"));
    CHECK_FALSE(settings.is_admin("92300"));
    CHECK(settings.is_blacklisted("4420"));
    CHECK(settings.flag("debug"));

    std::vector<std::string> changed;
    settings.on_change([&](const std::string& name) { changed.push_back(name + "=" + settings.get(name)); });
    settings.apply("debug", "false");
    settings.apply("admin_ids", "1234567");
    settings.apply("admin_command_prefix", "boss");
    CHECK(changed == std::vector<std::string>{"debug=false", "admin_ids=1234567", "admin_command_prefix=boss"});
    CHECK_FALSE(settings.is_admin("923001234567"));
    CHECK(settings.is_admin("1234567"));
    CHECK(settings.is_blacklisted("4420"));
    CHECK(settings.admin_prefix() == "boss");
}

TEST_CASE("what was read before somebody's change puts back nothing older") {
    Settings settings(vault);
    settings.apply("blacklist_ids", "1111111");
    const auto read_at = settings.revision();
    const std::map<std::string, std::string> stored{{"blacklist_ids", "1111111,2222222"}};
    settings.apply("blacklist_ids", "1111111,2222222,3333333");
    CHECK_FALSE(settings.refresh(stored, read_at));
    CHECK(settings.is_blacklisted("3333333"));
    CHECK(settings.refresh({{"blacklist_ids", "4444444"}}, settings.revision()));
    CHECK(settings.get("blacklist_ids") == "4444444");
}

TEST_CASE("what was reset meanwhile has its fallback, so that a handling that runs again builds on that") {
    Settings settings(vault);
    settings.apply("admin_command_prefix", "boss");
    settings.apply("openai_api_key", settings.to_stored("openai_api_key", "sk-1"));
    CHECK(settings.refresh({}, settings.revision()));
    CHECK(settings.get("admin_command_prefix") == setting_definition("admin_command_prefix")->fallback);
    CHECK(settings.get("openai_api_key") == "sk-1");  // secrets are not compared
}

TEST_CASE("secrets are sealed in the database and masked for people") {
    Settings settings(vault);
    const std::string stored = settings.to_stored("openai_api_key", "sk-abcdefghijkl9f2a");
    CHECK(Vault::is_sealed(stored));
    CHECK(stored.find("abcdef") == std::string::npos);
    CHECK(settings.to_stored("openai_api_key", "").empty());
    CHECK(settings.to_stored("debug", "true") == "true");

    REQUIRE(settings.load({{"openai_api_key", stored}, {"whatsapp_client_user", "me"}}));
    CHECK(settings.get("openai_api_key") == "sk-abcdefghijkl9f2a");
    const auto shown = settings.shown();
    CHECK(shown.find("openai_api_key")->second == "sk-...9f2a");
    CHECK(shown.find("ocr_space_api_key")->second.empty());
    CHECK(shown.find("whatsapp_client_user")->second == "me");
    settings.apply("openai_api_key", settings.to_stored("openai_api_key", "short"));
    CHECK(settings.get("openai_api_key") == "short");
    CHECK(settings.shown().find("openai_api_key")->second == "****");
}

TEST_CASE("every plugin may have a secret for hooks") {
    CHECK(checked("hook_secret_classroom", "0123456789abcdef") == "0123456789abcdef");
    CHECK(checked("hook_secret_classroom", "") == "");
    CHECK(checked("hook_secret_classroom", "too short") == "refused: invalid");
    CHECK(checked("hook_secret_", "0123456789abcdef") == "refused: not_found");
    CHECK(checked("hook_secret_No", "0123456789abcdef") == "refused: not_found");

    const auto first = Settings::from_environment({{"HOOK_SECRET_CLASSROOM", "0123456789abcdef"}});
    CHECK(first.at("hook_secret_classroom") == "0123456789abcdef");

    Settings settings(vault);
    const auto stored = settings.to_stored("hook_secret_classroom", "0123456789abcdef");
    CHECK(stored.find("0123456789abcdef") == std::string::npos);
    REQUIRE(settings.load({{"hook_secret_classroom", stored}}));
    CHECK(settings.get("hook_secret_classroom") == "0123456789abcdef");
    CHECK(settings.shown().at("hook_secret_classroom") == "012...cdef");
    CHECK(settings.get("hook_secret_other").empty());
}

TEST_CASE("secrets of another master key are an error that leaves things as they are") {
    Settings settings(vault);
    const std::string foreign = Vault(Secret(std::string(32, 'x'))).seal("openai_api_key", "sk");
    const auto loaded = settings.load({{"openai_api_key", foreign}, {"debug", "true"}});
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().message.find("openai_api_key") != std::string::npos);
    CHECK_FALSE(settings.flag("debug"));
}

TEST_CASE("the environment gives the first values") {
    const auto values = Settings::from_environment(
        {{"ADMIN_IDS", "923001234567"}, {"OPENAI_API_KEY", ""}, {"PATH", "/bin"}, {"ADMIN_IDS_TEST", "1234567"}});
    CHECK(values == Settings::Values{{"admin_ids", "923001234567"}});
}

TEST_CASE("the addresses for tests are settings of their own, and stand in for the others while debug is on") {
    Settings settings(vault);
    const auto first = Settings::from_environment({{"DEBUG", "True"},
                                                   {"ADMIN_IDS", "923001234567"},
                                                   {"ADMIN_IDS_TEST", "1234567"},
                                                   {"WHATSAPP_CLIENT_URL", "http://gateway:3000"},
                                                   {"WHATSAPP_CLIENT_URL_TEST", "http://localhost:3000"},
                                                   {"PUBLIC_URL", "https://bot.example.com"},
                                                   {"PUBLIC_URL_TEST", ""}});
    std::map<std::string, std::string> stored;
    for (const auto& [name, value] : first) stored[name] = settings.check(name, value).value();
    CHECK(stored == std::map<std::string, std::string>{{"admin_ids", "923001234567"},
                                                       {"debug", "true"},
                                                       {"public_url", "https://bot.example.com"},
                                                       {"whatsapp_client_url", "http://gateway:3000"},
                                                       {"whatsapp_client_url_test", "http://localhost:3000"}});
    REQUIRE(settings.load(stored));
    CHECK(settings.address("whatsapp_client_url") == "http://localhost:3000");
    CHECK(settings.address("public_url") == "https://bot.example.com");
    settings.apply("debug", "false");
    CHECK(settings.address("whatsapp_client_url") == "http://gateway:3000");
}

TEST_CASE("what the database has otherwise than the environment is named, secrets too") {
    Settings settings(vault);
    const Settings::Values environment{{"admin_ids", "1234567"}, {"openai_api_key", "sk-one"}, {"debug", "false"}};
    REQUIRE(
        settings.load({{"admin_ids", "1234567"}, {"openai_api_key", settings.to_stored("openai_api_key", "sk-one")}}));
    CHECK(settings.differing(environment).empty());
    settings.apply("openai_api_key", settings.to_stored("openai_api_key", "sk-two"));
    settings.apply("debug", "true");
    CHECK(settings.differing(environment) == std::vector<std::string>{"debug", "openai_api_key"});
}

}  // namespace
}  // namespace parley::config
