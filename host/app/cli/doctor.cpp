// `parley doctor`: looks at everything that must be right for the host to run and says what is not, and what to do
// about it. It changes nothing.
#include <sys/statvfs.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>

#include "accounts/account.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "config/settings.hpp"
#include "config/vault.hpp"
#include "db/cluster.hpp"
#include "db/database_lock.hpp"
#include "db/migrate.hpp"
#include "db/pool.hpp"
#include "extract/child.hpp"
#include "media/voice.hpp"
#include "net/client.hpp"
#include "plugins/runtime.hpp"

namespace parley::app {
namespace {

class Report {
public:
    void good(const std::string& text) { std::cout << "  ok       " << text << '\n'; }
    void hint(const std::string& text) { std::cout << "  note     " << text << '\n'; }
    void bad(const std::string& text, const std::string& remedy) {
        ++problems_;
        std::cout << "  PROBLEM  " << text << "\n           " << remedy << '\n';
    }
    int problems() const { return problems_; }

private:
    int problems_ = 0;
};

// The directory itself, or the nearest above it that is there.
std::string existing(const std::string& directory) {
    std::error_code error;
    std::filesystem::path at = directory;
    while (!std::filesystem::exists(at, error) && at.has_relative_path()) at = at.parent_path();
    return at.string();
}

void examine_master_key(const config::Config& config, Report& report) {
    const auto vault = config::Vault::read(config.master_key_file);
    if (vault) return report.good("master key " + config.master_key_file);
    if (vault.error().code != Errc::not_found)
        return report.bad(vault.error().message, "see docs/operations.md, Backup");
    report.hint("the master key " + config.master_key_file +
                " is not there: the next start makes one. When this host has run before, put its key back first; "
                "without it the secrets in the database cannot be read");
}

void examine_directories(const config::Config& config, Report& report) {
    const std::string there = existing(config.data_dir);
    const bool is_made = there == config.data_dir;
    if (access(there.c_str(), W_OK | X_OK) != 0) {
        report.bad("the data directory " + config.data_dir +
                       (is_made ? " cannot be written" : " is not there and cannot be made in " + there),
                   "check the owner, or use --data-dir");
    } else if (is_made) {
        report.good("data directory " + config.data_dir);
    } else {
        report.hint("the data directory " + config.data_dir + " is not there: the first start makes it");
    }
    struct statvfs disk {};
    if (statvfs(there.c_str(), &disk) == 0) {
        const auto free_mib = static_cast<unsigned long long>(disk.f_bavail) * disk.f_frsize >> 20;
        if (free_mib < 512) {
            report.bad("only " + std::to_string(free_mib) + " MiB are free on its disk",
                       "make room: PostgreSQL stops when the disk is full, and the bot with it");
        } else {
            report.good(std::to_string(free_mib) + " MiB free on its disk");
        }
    }
    examine_master_key(config, report);
}

void examine_plugins(const config::Config& config, Report& report) {
    plugins::RuntimeOptions options;
    options.plugins_dir = config.plugins_dir;
    options.canary_program = "/proc/self/exe";
    std::error_code error;
    int found = 0;
    for (const auto& entry : std::filesystem::directory_iterator(config.plugins_dir, error)) {
        if (entry.path().extension() != ".so") continue;
        ++found;
        const auto checked = plugins::check_file(entry.path().string(), options);
        for (const auto& problem : checked.problems)
            report.bad(entry.path().filename().string() + ": " + problem,
                       "put a file there that loads, or take it away; docs/plugins.md tells how they are built");
        for (const auto& warning : checked.warnings) report.hint(entry.path().filename().string() + ": " + warning);
    }
    if (found == 0) {
        report.hint("no plugins in " + config.plugins_dir + ": the bot only knows /help");
    } else {
        report.good(std::to_string(found) + " plugin files in " + config.plugins_dir);
    }
}

std::string text_of(const boost::json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

using Shown = std::map<std::string, std::string>;  // by name, as the API shows them: secrets masked

std::optional<Shown> settings_of(const ControlClient& host) {
    const auto listed = host.list("/api/v1/settings", 5'000);
    if (!listed) return std::nullopt;
    Shown settings;
    for (const auto& item : *listed) settings[text_of(item.as_object(), "name")] = text_of(item.as_object(), "value");
    return settings;
}

// Who writes another value into the environment waits for nothing to happen.
void examine_settings(const config::Config& config, const Shown& settings, Report& report) {
    if (const auto debug = settings.find("debug"); debug != settings.end() && debug->second == "true")
        report.bad("debug is on: only admins are answered",
                   "parley chat --admin --say \"/admin setting -c debug false\"");
    const auto vault = config::Vault::read(config.master_key_file);
    if (!vault) return;
    const config::Settings rules(*vault);
    for (const auto& [name, given] : config::Settings::from_environment(config.environment)) {
        const auto found = settings.find(name);
        const auto checked = rules.check(name, given);
        if (!checked) {
            report.bad("the environment: " + checked.error().message, "mend it: with it the host does not start");
        } else if (found == settings.end() || rules.shown(name, *checked) != found->second) {
            std::string hint = "the environment has another value for the setting ";
            hint.append(name).append(" than the database, which counts: change that with `/admin setting -c ");
            report.hint(hint.append(name).append(" ...`"));
        }
    }
}

// With its secrets masked, as those that the API shows.
accounts::Account masked(accounts::Account account) {
    for (auto& [name, secret] : account.secrets) secret = Secret(secret.masked());
    return account;
}

accounts::Account account_from(const boost::json::object& shown) {
    accounts::Account account;
    account.channel = text_of(shown, "channel");
    account.name = text_of(shown, "name");
    for (const auto& field : accounts::fields_of(account.channel)) {
        auto value = text_of(shown.at("fields").as_object(), field.name);
        if (value.empty()) continue;
        if (field.secret) {
            account.secrets.emplace(field.name, Secret(std::move(value)));
        } else {
            account.fields.emplace(field.name, std::move(value));
        }
    }
    return account;
}

void examine_accounts(const config::Config& config, const ControlClient& host, const Shown& settings, Report& report) {
    const auto first = accounts::from_environment(config.environment);
    if (!first) return report.bad(first.error().message, "mend it: with it the host does not start");
    const auto listed = host.list("/api/v1/accounts", 5'000);
    if (!listed) return;
    const auto is_set = [&settings](const char* name) {
        const auto found = settings.find(name);
        return found != settings.end() && !found->second.empty();
    };
    for (const auto& item : *listed) {
        const auto stored = account_from(item.as_object());
        if (stored.channel == "twilio" && stored.get("public_url").empty() && !is_set("public_url") &&
            !is_set("public_url_test"))
            report.hint("account " + stored.name +
                        " takes no webhooks, since Twilio signs over the address that it posts to: set PUBLIC_URL, or "
                        "`/admin setting -c public_url https://...`");
        for (const auto& account : *first) {
            if (account.channel != stored.channel || account.name != stored.name) continue;
            for (const auto& variable : accounts::differing_variables(masked(account), stored))
                report.hint(variable + " of the environment is not what account " + stored.name +
                            " has in the database, which counts: change that with `parley account set " + stored.name +
                            " ...`");
        }
    }
}

void examine_running_host(const config::Config& config, Report& report) {
    const ControlClient host(config);
    const auto status = host.get("/api/v1/health", 5'000);
    if (!status) {
        report.hint("no host is running on this data directory (" + status.error().message + ")");
        return;
    }
    const auto& state = status->as_object();
    report.good("a host is running on port " + boost::json::serialize(state.at("port")));
    if (!state.at("ready").as_bool())
        report.bad("it is not ready: its database is away", "look at its log, and at the PostgreSQL log");
    for (const auto& item : state.at("accounts").as_array()) {
        const auto& account = item.as_object();
        if (account.at("halted").as_bool())
            report.bad("account " + std::string(account.at("name").as_string()) +
                           " cannot send: " + std::string(account.at("why").as_string()),
                       "parley account test " + std::string(account.at("name").as_string()) +
                           " tells more; its messages wait, and go out when this is mended");
    }
    if (state.at("threads_written_off").to_number<int>() > 0)
        report.bad(boost::json::serialize(state.at("threads_written_off")) + " handlers never returned",
                   "the log (handler.overdue) names the plugin; mend it, and restart to get the threads back");
    if (const auto settings = settings_of(host)) {
        examine_settings(config, *settings, report);
        examine_accounts(config, host, *settings, report);
    }
    const auto plugins = host.list("/api/v1/plugins", 5'000);
    if (!plugins) return;
    for (const auto& item : *plugins) {
        const auto& plugin = item.as_object();
        const std::string state_name(plugin.at("state").as_string());
        if (state_name == "failed" || state_name == "quarantined")
            report.bad("plugin " + std::string(plugin.at("id").as_string()) + " is " + state_name + ": " +
                           std::string(plugin.at("error").as_string()),
                       "mend it and drop in the new file, or `parley plugin enable` it");
    }
}

void examine_programs(Report& report) {
    const auto ffmpeg = media::find_ffmpeg();
    if (ffmpeg.empty()) {
        report.hint("ffmpeg is not installed: " + std::string(media::no_ffmpeg_advice));
    } else {
        report.good("ffmpeg for voice notes: " + ffmpeg);
    }
    if (access(extract::pdftotext, X_OK) != 0) {
        report.hint("pdftotext is not installed: install poppler-utils to read PDF files; other documents are read");
    } else {
        report.good(std::string("pdftotext for PDF files: ") + extract::pdftotext);
    }
}

void examine_database(const config::Config& config, Report& report) {
    if (config.database_url.empty()) {
        if (const auto cluster = db::examine_cluster(config.data_dir + "/postgres")) {
            report.good("the embedded database: " + *cluster + ", started with the host");
        } else {
            report.bad("the embedded database cannot start: " + cluster.error().message,
                       "or name a PostgreSQL server of your own in DATABASE_URL");
        }
        return;
    }
    db::DatabaseOptions options;
    options.url = config.database_url;
    const auto state = db::migration_state(options);
    if (!state) {
        report.bad("the database of DATABASE_URL: " + state.error().message, "check the URL and the server");
    } else if (!state->pending.empty()) {
        report.hint(std::to_string(state->pending.size()) + " migrations are pending; the next start applies them");
    } else {
        report.good("the database answers, its schema is current");
    }
    if (const auto shared = state ? db::shares_sessions(options) : Result<bool>(false); shared && *shared)
        report.bad("DATABASE_URL leads to a pooler that hands out sessions for single transactions",
                   "name the server itself, or let the pooler give each connection a session (PgBouncer: pool_mode = "
                   "session); else two hosts may work side by side");
}

void examine_gateway(const config::Config& config, Report& report) {
    const auto& gateway = config.gateway;
    if (gateway.url.empty()) {
        report.hint("WHATSAPP_CLIENT_URL is not in the environment (it may stand in the settings)");
    } else if (auto url = net::parse_url(gateway.url); !url) {
        report.bad("WHATSAPP_CLIENT_URL: " + url.error().message, "write it like http://localhost:3000");
    }
    if (!gateway.url.empty() && gateway.webhook_secret.empty() && !gateway.allow_unsigned)
        report.hint(
            "the gateway's webhooks are refused: set GATEWAY_WEBHOOK_SECRET to the gateway's secret, or, for old "
            "gateways that do not sign, GATEWAY_ALLOW_UNSIGNED=true");
    if (gateway.allow_unsigned)
        report.hint("GATEWAY_ALLOW_UNSIGNED=true: anybody who reaches the port can write as anybody");
}

}  // namespace

int doctor(const config::Config& given) {
    config::Config config = given;
    if (auto ok = config::complete(config); !ok) return fail(ok.error().message);
    Report report;
    std::cout << "Parley " PARLEY_VERSION "\n";
    examine_directories(config, report);
    examine_database(config, report);
    examine_plugins(config, report);
    examine_programs(report);
    examine_gateway(config, report);
    examine_running_host(config, report);
    std::cout << (report.problems() == 0   ? "Nothing is wrong.\n"
                  : report.problems() == 1 ? "One problem was found.\n"
                                           : std::to_string(report.problems()) + " problems were found.\n");
    return report.problems() == 0 ? 0 : 1;
}

}  // namespace parley::app
