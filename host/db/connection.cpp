// Opening a connection: what libpq is told before it connects, what the session is told after.
#include <libpq-fe.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <pqxx/pqxx>

#include "db/pool.hpp"

namespace parley::db {
namespace {

constexpr int oldest_server = 130'000;
constexpr int tcp_user_timeout_ms = 10'000;  // for what was written and is not acknowledged

// Each waits for the other's word: a machine that is gone without one is noticed within about ten seconds, by both.
constexpr int keepalives_idle_s = 5, keepalives_interval_s = 2, keepalives_count = 3;

constexpr int idle_in_transaction_timeout_ms = 60'000;

using Settings = std::map<std::string, std::string, std::less<>>;

// Both forms, URL and keywords, taken apart by libpq itself; what the operator wrote is not overruled.
Settings parse(const std::string& url) {
    char* message = nullptr;
    std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> parsed(PQconninfoParse(url.c_str(), &message),
                                                                        &PQconninfoFree);
    if (!parsed) {
        // libpq's words may quote the URL, and with it the password.
        PQfreemem(message);
        throw ErrorException(make_error(
            Errc::invalid,
            "the database URL cannot be understood: it has to look like postgresql://user:password@host:5432/name, or "
            "be empty, and the host makes and runs a database of its own"));
    }
    Settings settings;
    for (const PQconninfoOption* option = parsed.get(); option->keyword != nullptr; ++option)
        if (option->val != nullptr) settings[option->keyword] = option->val;
    return settings;
}

std::string quoted(std::string_view value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\') out += '\\';
        out += c;
    }
    return out + "'";
}

std::string connection_string(const DatabaseOptions& options, std::string_view application_name) {
    Settings settings = parse(options.url.reveal());
    settings.try_emplace("application_name", application_name);
    settings.try_emplace("connect_timeout", std::to_string(options.connect_timeout_s));
    settings.try_emplace("tcp_user_timeout", std::to_string(tcp_user_timeout_ms));
    settings.try_emplace("keepalives_idle", std::to_string(keepalives_idle_s));
    settings.try_emplace("keepalives_interval", std::to_string(keepalives_interval_s));
    settings.try_emplace("keepalives_count", std::to_string(keepalives_count));
    settings["client_encoding"] = "UTF8";
    std::string text;
    for (const auto& [name, value] : settings) text += name + "=" + quoted(value) + " ";
    return text;
}

bool unsafe_allowed() {
    const char* value = std::getenv("PARLEY_ALLOW_UNSAFE_DATABASE");
    return value != nullptr && std::strcmp(value, "1") == 0;
}

// One round trip: all settings, and the answer to what cannot be set from here.
void prepare_session(pqxx::connection& connection, const DatabaseOptions& options) {
    pqxx::nontransaction session(connection);
    const std::string settings =
        "set statement_timeout = " + std::to_string(options.statement_timeout_ms) +
        "; set lock_timeout = " + std::to_string(options.lock_timeout_ms) +
        "; set idle_in_transaction_session_timeout = " + std::to_string(idle_in_transaction_timeout_ms) +
        "; set tcp_keepalives_idle = " + std::to_string(keepalives_idle_s) +
        "; set tcp_keepalives_interval = " + std::to_string(keepalives_interval_s) +
        "; set tcp_keepalives_count = " + std::to_string(keepalives_count) +
        "; set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set jit = off; set client_min_messages = warning"
        "; select current_setting('fsync'), current_setting('synchronous_commit')";
    const pqxx::result answer = session.exec(settings);
    if (unsafe_allowed()) return;
    if (answer[0][0].as<std::string>() != "on")
        throw ErrorException(make_error(
            Errc::unsupported,
            "the database server runs with fsync=off and would lose committed messages in a power cut: set fsync = on "
            "in its "
            "postgresql.conf (or PARLEY_ALLOW_UNSAFE_DATABASE=1 for a database whose content does not matter)"));
    if (answer[0][1].as<std::string>() == "off") session.exec("set synchronous_commit = on");
}

}  // namespace

std::unique_ptr<pqxx::connection> connect(const DatabaseOptions& options, std::string_view application_name) {
    auto connection = std::make_unique<pqxx::connection>(connection_string(options, application_name));
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    connection->inhibit_reactivation(true);
#pragma GCC diagnostic pop
    if (connection->server_version() < oldest_server)
        throw ErrorException(make_error(Errc::unsupported, "the database server is PostgreSQL " +
                                                               std::to_string(connection->server_version() / 10'000) +
                                                               ", but 13 or newer is needed"));
    prepare_session(*connection, options);
    return connection;
}

}  // namespace parley::db
