#include "config/config.hpp"

#include <catch2/catch.hpp>

#include "support/result_printer.hpp"
#include "support/temp_directory.hpp"

namespace parley::config {
namespace {

TEST_CASE("an empty environment gives the defaults") {
    const auto config = from_environment({});
    REQUIRE(config);
    CHECK(config->host == "127.0.0.1");
    CHECK(config->port == 8080);
    CHECK(config->data_dir == "/var/lib/parley");
    CHECK(config->database_url.empty());
    CHECK(config->gateway.timeout_ms > 0);
    CHECK_FALSE(config->gateway.allow_unsigned);
    CHECK(from_environment({{"HOME", "/srv/x"}})->data_dir == "/srv/x/.local/share/parley");
}

TEST_CASE("the environment is understood") {
    const auto config = from_environment({{"HOST", "::"},
                                          {"PORT", "0"},
                                          {"DATABASE_URL", "postgresql://db"},
                                          {"LOG_FORMAT", "json"},
                                          {"LOG_LEVEL", "warn"},
                                          {"GATEWAY_ALLOW_UNSIGNED", "yes"},
                                          {"GATEWAY_WEBHOOK_SECRET", "s3cret"},
                                          {"GATEWAY_RATE", "20"},
                                          {"WHATSAPP_CLIENT_URL", "http://gateway:3000"},
                                          {"SUPPORT_TOKEN", ""},
                                          {"API_TOKEN", "key"},
                                          {"ALLOWED_ORIGINS", "https://chat.example.org, http://localhost:5173"},
                                          {"TRUSTED_PROXIES", "127.0.0.1, 10.0.0.0/8"},
                                          {"MAX_IN_MEMORY", "100"}});
    REQUIRE(config);
    CHECK(config->host == "::");
    CHECK(config->port == 0);
    CHECK(config->database_url.reveal() == "postgresql://db");
    CHECK(config->log_format == LogFormat::json);
    CHECK(config->log_level == LogLevel::warn);
    CHECK(config->gateway.allow_unsigned);
    CHECK(config->gateway.webhook_secret.reveal() == "s3cret");
    CHECK(config->gateway.rate == 20);
    CHECK(config->gateway.url == "http://gateway:3000");
    CHECK(config->support.token.empty());
    CHECK(config->api.token.reveal() == "key");
    CHECK(config->allowed_origins == std::vector<std::string>{"https://chat.example.org", "http://localhost:5173"});
    REQUIRE(config->trusted_proxies.size() == 2);
    CHECK(config->trusted_proxies[1].contains(*IpAddress::parse("10.1.2.3")));
    CHECK(config->max_in_memory == 100);
}

TEST_CASE("words count in any case, and by the names that other programs have for them") {
    const std::pair<const char*, LogLevel> levels[] = {{"INFO", LogLevel::info},
                                                       {"Warning", LogLevel::warn},
                                                       {"ERROR", LogLevel::error},
                                                       {"CRITICAL", LogLevel::error}};
    for (const auto& [word, level] : levels) {
        INFO(word);
        const auto config = from_environment({{"LOG_LEVEL", word}, {"LOG_FORMAT", "JSON"}});
        REQUIRE(config);
        CHECK(config->log_level == level);
        CHECK(config->log_format == LogFormat::json);
    }
    for (const char* yes : {"True", "TRUE", "Yes", "on", "1"})
        CHECK(from_environment({{"GATEWAY_ALLOW_UNSIGNED", yes}})->gateway.allow_unsigned);
    for (const char* no : {"False", "FALSE", "No", "off", "0"})
        CHECK_FALSE(from_environment({{"GATEWAY_ALLOW_UNSIGNED", no}})->gateway.allow_unsigned);
}

TEST_CASE("an error names the variable and what it can be") {
    struct Row {
        const char *name, *value, *words;
    };
    const Row rows[] = {
        {"PORT", "65536", "PORT must be a number from 0 to 65535"},
        {"PORT", "-1", "PORT must be a number from 0 to 65535"},
        {"PORT", "80x", "PORT must be a number from 0 to 65535"},
        {"PORT", "99999999999999999999", "PORT must be a number from 0 to 65535"},
        {"LOG_FORMAT", "xml", "LOG_FORMAT must be one of human, json"},
        {"LOG_LEVEL", "loud", "LOG_LEVEL must be one of debug, info, warn, warning, error, critical"},
        {"GATEWAY_ALLOW_UNSIGNED", "maybe", "GATEWAY_ALLOW_UNSIGNED must be true or false"},
        {"HANDLER_TIMEOUT_MS", "1", "HANDLER_TIMEOUT_MS must be a number from 100 to 3600000"},
        {"ALLOWED_ORIGINS", "*", "ALLOWED_ORIGINS must be origins like https://chat.example.org, separated by commas"},
        {"ALLOWED_ORIGINS", "https://chat.example.org/",
         "ALLOWED_ORIGINS must be origins like https://chat.example.org, separated by commas"},
        {"TRUSTED_PROXIES", "10.0.0.0/8,nginx",
         "TRUSTED_PROXIES holds what it cannot: \"nginx\" is no IP address and no network like 10.0.0.0/8"},
        {"MAX_IN_MEMORY", "0", "MAX_IN_MEMORY must be a number from 100 to 1000000"},
    };
    for (const auto& row : rows) {
        INFO(row.name << "=" << row.value);
        const auto config = from_environment({{row.name, row.value}});
        REQUIRE_FALSE(config);
        CHECK(config.error().code == Errc::invalid);
        CHECK(config.error().message == row.words);
    }
}

TEST_CASE("complete() fills in what depends on the data directory and makes nothing") {
    const test::TempDirectory directory;
    Config config;
    config.data_dir = directory.path() + "/a/b";
    REQUIRE(complete(config));
    CHECK_FALSE(std::filesystem::exists(directory.path() + "/a"));
    CHECK(config.plugins_dir == directory.path() + "/a/b/plugins");
    CHECK(config.master_key_file == directory.path() + "/a/b/master.key");
    REQUIRE(make_data_directory(config));
    CHECK(std::filesystem::is_directory(directory.path() + "/a/b"));
    CHECK(make_data_directory(config));
}

TEST_CASE("complete() refuses what cannot work") {
    const test::TempDirectory directory;
    Config half_tls;
    half_tls.data_dir = directory.path();
    half_tls.tls_certificate = "cert.pem";
    const auto tls = complete(half_tls);
    REQUIRE_FALSE(tls);
    CHECK(tls.error().message == "TLS needs both TLS_CERTIFICATE and TLS_KEY");

    Config blocked;
    blocked.data_dir = directory.write("file", "x") + "/data";
    REQUIRE(complete(blocked));
    const auto made = make_data_directory(blocked);
    REQUIRE_FALSE(made);
    CHECK(made.error().message.find("choose another with --data-dir") != std::string::npos);
}

}  // namespace
}  // namespace parley::config
