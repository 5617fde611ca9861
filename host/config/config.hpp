// How this process runs: flags, then environment, then the .env file, then the defaults below. Read once at start and
// passed down by value; nothing else looks at the environment.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/ip_network.hpp"
#include "core/log.hpp"
#include "core/secret.hpp"

namespace parley::config {

struct GatewayConfig {
    std::string url;              // WHATSAPP_CLIENT_URL: where to send; a setting, this seeds it
    Secret webhook_secret;        // GATEWAY_WEBHOOK_SECRET: signs what the gateway posts
    bool allow_unsigned = false;  // GATEWAY_ALLOW_UNSIGNED=true: take unsigned bodies of old gateways
    std::string device_id;        // GATEWAY_DEVICE_ID: which of its numbers, with several
    unsigned concurrency = 512;   // GATEWAY_CONCURRENCY: sends on their way at once
    double rate = 0;              // GATEWAY_RATE: sends a second; 0: as fast as it takes them
    int timeout_ms = 60'000;      // GATEWAY_TIMEOUT_MS: above the 45 s after which the gateway itself gives up
};

struct SupportConfig {
    Secret token;                        // SUPPORT_TOKEN: bearer token for the plain JSON channel
    bool allow_unauthenticated = false;  // SUPPORT_ALLOW_UNAUTHENTICATED=true: development only
};

struct MediaConfig {
    unsigned max_mb = 100;         // MEDIA_MAX_MB: no file of more is fetched; below that the limits of WhatsApp hold
    unsigned min_free_mb = 512;    // MEDIA_MIN_FREE_MB: nothing is stored when less is free on the disk; 0: always
    unsigned quota_mb = 10'240;    // MEDIA_QUOTA_MB: the oldest files go when there is more; 0: never
    unsigned retention_days = 30;  // MEDIA_RETENTION_DAYS: files go after so many days; 0: never
};

struct ApiConfig {
    Secret token;        // API_TOKEN: an admin's bearer token for /api/v1; empty: none
    unsigned rate = 50;  // API_RATE: requests a second of one key or person, four seconds' worth at once; 0: no limit
};

using Environment = std::map<std::string, std::string, std::less<>>;

struct Config {
    std::string host = "127.0.0.1";           // HOST
    std::uint16_t port = 8080;                // PORT; 0: any free one
    std::string data_dir;                     // PARLEY_DATA_DIR
    std::string plugins_dir;                  // PARLEY_PLUGINS_DIR
    Secret database_url;                      // DATABASE_URL; empty: the embedded PostgreSQL
    LogFormat log_format = LogFormat::human;  // LOG_FORMAT: human, json
    LogLevel log_level = LogLevel::info;      // LOG_LEVEL: debug, info, warn, error
    std::string tls_certificate;              // TLS_CERTIFICATE, with TLS_KEY: serve HTTPS
    std::string tls_key;
    std::vector<std::string> allowed_origins;  // ALLOWED_ORIGINS: other sites whose pages may use this host
    std::vector<IpNetwork> trusted_proxies;    // TRUSTED_PROXIES: who may say whose requests it passes on
    std::string master_key_file;               // PARLEY_MASTER_KEY_FILE; empty: <data dir>/master.key
    int handler_timeout_ms = 60'000;           // HANDLER_TIMEOUT_MS: how long a command may take
    unsigned max_handlers = 10'000;            // MAX_HANDLERS: handlers that may wait at once
    int retry_for_s = 24 * 3600;               // RETRY_FOR_S: how long a message is tried before it is failed
    unsigned max_in_memory =
        20'000;  // MAX_IN_MEMORY: messages of each direction held in memory; more wait in the database
    GatewayConfig gateway;
    SupportConfig support;
    MediaConfig media;
    ApiConfig api;
    Environment environment;  // what all of this was read from; the settings take their first values from it
};

// The file of an installed host. Only its user and root can read it: for others it is as if it were not there.
inline constexpr const char* system_file = "/etc/parley/parley.env";

// The process's environment, completed by a file: the .env of the working directory or, when there is none, `fallback`,
// or none. A broken line is an error that names file and line.
Result<Environment> read_environment(const std::string& dotenv_path = ".env",
                                     const std::string& fallback = system_file);

// Fills in what the environment says. Errors name the variable and what it can be.
Result<Config> from_environment(const Environment& environment);

// Checks that hold between values, and fills in what depends on others (directories). Makes nothing. Errors say what to
// do.
Result<void> complete(Config& config);

// Makes the data directory of a completed configuration when it is not there. Errors say what to do.
Result<void> make_data_directory(const Config& config);

}  // namespace parley::config
