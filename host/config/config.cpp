#include "config/config.hpp"

#include <charconv>
#include <filesystem>
#include <optional>

#include "config/flag.hpp"
#include "core/text.hpp"

namespace parley::config {
namespace {

// Reads variables one after the other and keeps the first thing that is wrong.
class Reader {
public:
    explicit Reader(const Environment& environment) : environment_(environment) {}

    void text(const char* name, std::string& into) {
        if (const auto* value = find(name)) into = *value;
    }
    void secret(const char* name, Secret& into) {
        if (const auto* value = find(name)) into = Secret(*value);
    }
    void flag(const char* name, bool& into) {
        const auto* value = find(name);
        if (!value) return;
        if (const auto meant = to_flag(*value)) {
            into = *meant;
        } else {
            fail(name, "must be true or false");
        }
    }
    // "https://chat.example.org, http://localhost:5173": as browsers send them.
    void origins(const char* name, std::vector<std::string>& into) {
        const auto* value = find(name);
        if (!value) return;
        std::string_view rest = *value;
        while (!rest.empty()) {
            const auto comma = rest.find(',');
            const auto origin = text::trim(rest.substr(0, comma));
            const auto slashes = origin.find("://");
            const bool good = (origin.starts_with("http://") || origin.starts_with("https://")) &&
                              origin.size() > slashes + 3 && origin == text::to_lower_ascii(origin) &&
                              origin.find_first_of("/?#@* ", slashes + 3) == std::string_view::npos;
            if (!good) return fail(name, "must be origins like https://chat.example.org, separated by commas");
            into.emplace_back(origin);
            rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
        }
    }
    // "127.0.0.1, 10.0.0.0/8"
    void networks(const char* name, std::vector<IpNetwork>& into) {
        const auto* value = find(name);
        if (!value) return;
        auto parsed = IpNetwork::parse_list(*value);
        parsed ? void(into = std::move(*parsed)) : fail(name, "holds what it cannot: " + parsed.error().message);
    }
    template <class Number>
    void number(const char* name, Number& into, long long least, long long most) {
        const auto* value = find(name);
        if (!value) return;
        long long parsed = 0;
        const auto* end = value->data() + value->size();
        const auto [stop, error] = std::from_chars(value->data(), end, parsed);
        if (error != std::errc() || stop != end || parsed < least || parsed > most) {
            fail(name, "must be a number from " + std::to_string(least) + " to " + std::to_string(most));
        } else {
            into = static_cast<Number>(parsed);
        }
    }
    template <class Enum>
    void choice(const char* name, Enum& into, std::initializer_list<std::pair<const char*, Enum>> choices) {
        const auto* value = find(name);
        if (!value) return;
        const auto given = text::to_lower_ascii(*value);
        std::string names;
        for (const auto& [word, meaning] : choices) {
            if (given == word) {
                into = meaning;
                return;
            }
            names += std::string(names.empty() ? "" : ", ") + word;
        }
        fail(name, "must be one of " + names);
    }

    const std::optional<Error>& error() const { return error_; }

private:
    const std::string* find(const char* name) const {
        const auto found = environment_.find(name);
        return found == environment_.end() || found->second.empty() ? nullptr : &found->second;
    }
    void fail(const char* name, const std::string& what) {
        if (!error_) error_ = make_error(Errc::invalid, std::string(name) + " " + what);
    }

    const Environment& environment_;
    std::optional<Error> error_;
};

std::string default_data_dir(const std::string& home) {
    return home.empty() ? "/var/lib/parley" : home + "/.local/share/parley";
}

}  // namespace

Result<Config> from_environment(const Environment& environment) {
    Config config;
    Reader read(environment);
    read.text("HOST", config.host);
    read.number("PORT", config.port, 0, 65535);
    read.text("PARLEY_DATA_DIR", config.data_dir);
    read.text("PARLEY_PLUGINS_DIR", config.plugins_dir);
    read.secret("DATABASE_URL", config.database_url);
    read.choice("LOG_FORMAT", config.log_format, {{"human", LogFormat::human}, {"json", LogFormat::json}});
    read.choice("LOG_LEVEL", config.log_level,
                {{"debug", LogLevel::debug},
                 {"info", LogLevel::info},
                 {"warn", LogLevel::warn},
                 {"warning", LogLevel::warn},
                 {"error", LogLevel::error},
                 {"critical", LogLevel::error}});
    read.text("TLS_CERTIFICATE", config.tls_certificate);
    read.text("TLS_KEY", config.tls_key);
    read.origins("ALLOWED_ORIGINS", config.allowed_origins);
    read.networks("TRUSTED_PROXIES", config.trusted_proxies);
    read.text("PARLEY_MASTER_KEY_FILE", config.master_key_file);
    read.number("HANDLER_TIMEOUT_MS", config.handler_timeout_ms, 100, 3'600'000);
    read.number("MAX_HANDLERS", config.max_handlers, 1, 20'000);
    read.number("RETRY_FOR_S", config.retry_for_s, 1, 7 * 24 * 3600);
    read.number("MAX_IN_MEMORY", config.max_in_memory, 100, 1'000'000);
    read.text("WHATSAPP_CLIENT_URL", config.gateway.url);
    read.secret("GATEWAY_WEBHOOK_SECRET", config.gateway.webhook_secret);
    read.flag("GATEWAY_ALLOW_UNSIGNED", config.gateway.allow_unsigned);
    read.text("GATEWAY_DEVICE_ID", config.gateway.device_id);
    read.number("GATEWAY_CONCURRENCY", config.gateway.concurrency, 1, 4096);
    read.number("GATEWAY_RATE", config.gateway.rate, 0, 100'000);
    read.number("GATEWAY_TIMEOUT_MS", config.gateway.timeout_ms, 100, 300'000);
    read.secret("SUPPORT_TOKEN", config.support.token);
    read.flag("SUPPORT_ALLOW_UNAUTHENTICATED", config.support.allow_unauthenticated);
    read.number("MEDIA_MAX_MB", config.media.max_mb, 1, 2048);
    read.number("MEDIA_QUOTA_MB", config.media.quota_mb, 0, 1'000'000'000);
    read.number("MEDIA_MIN_FREE_MB", config.media.min_free_mb, 0, 1'000'000'000);
    read.number("MEDIA_RETENTION_DAYS", config.media.retention_days, 0, 36'500);
    read.secret("API_TOKEN", config.api.token);
    read.number("API_RATE", config.api.rate, 0, 100'000);
    if (read.error()) return *read.error();
    config.environment = environment;
    if (config.data_dir.empty()) {
        const auto home = environment.find("HOME");
        config.data_dir = default_data_dir(home == environment.end() ? "" : home->second);
    }
    return config;
}

Result<void> complete(Config& config) {
    std::error_code error;
    config.data_dir = std::filesystem::absolute(config.data_dir, error).string();
    if (config.plugins_dir.empty()) config.plugins_dir = config.data_dir + "/plugins";
    config.plugins_dir = std::filesystem::absolute(config.plugins_dir, error).string();
    if (config.master_key_file.empty()) config.master_key_file = config.data_dir + "/master.key";
    if (config.tls_certificate.empty() != config.tls_key.empty())
        return make_error(Errc::invalid, "TLS needs both TLS_CERTIFICATE and TLS_KEY");
    return {};
}

Result<void> make_data_directory(const Config& config) {
    std::error_code error;
    std::filesystem::create_directories(config.data_dir, error);
    if (!error) return {};
    return make_error(Errc::unavailable, "cannot make the data directory " + config.data_dir + ": " + error.message() +
                                             "; choose another with --data-dir or PARLEY_DATA_DIR");
}

}  // namespace parley::config
