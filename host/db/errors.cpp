// Which failures of the database mean what. SQLSTATE classes: postgresql.org/docs/current/errcodes-appendix.html
#include <pqxx/except>

#include "db/pool.hpp"

namespace parley::db {
namespace {

constexpr const char* in_doubt = "the commit is in doubt: the database connection broke while it was under way";

// The server's first line. The rest (DETAIL, the statement) may hold people's data.
std::string first_line(std::string_view text) {
    text = text.substr(0, text.find('\n'));
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return std::string(text);
}

std::string state_of(const std::exception& failure) {
    if (const auto* sql = dynamic_cast<const pqxx::sql_error*>(&failure)) return sql->sqlstate();
    // pqxx 6 gives these two classes no SQLSTATE.
    if (dynamic_cast<const pqxx::deadlock_detected*>(&failure)) return "40P01";
    if (dynamic_cast<const pqxx::serialization_failure*>(&failure)) return "40001";
    return {};
}

Errc code_of(std::string_view state) {
    const std::string_view group = state.substr(0, 2);
    if (state == "57014" || state == "55P03" || state == "25P03")
        return Errc::timeout;  // canceled, lock, idle in transaction
    if (state == "23505" || state == "23P01") return Errc::conflict;
    if (state == "25006") return Errc::unavailable;  // read-only: a standby, after a fail-over
    if (group == "08" || group == "40" || group == "53" || group == "57" || group == "58") return Errc::unavailable;
    if (group == "22") return Errc::invalid;
    return Errc::internal;
}

}  // namespace

Error to_error(const std::exception& failure) {
    if (const auto* own = dynamic_cast<const ErrorException*>(&failure)) return own->error();
    const std::string words = first_line(failure.what());
    if (dynamic_cast<const pqxx::in_doubt_error*>(&failure)) return make_error(Errc::unavailable, in_doubt);
    const std::string state = state_of(failure);
    if (!state.empty()) return make_error(code_of(state), "database: " + words + " (" + state + ")");
    if (dynamic_cast<const pqxx::broken_connection*>(&failure))
        return make_error(Errc::unavailable, words.empty() ? "the database is away" : "the database is away: " + words);
    if (dynamic_cast<const pqxx::transaction_rollback*>(&failure))
        return make_error(Errc::unavailable, "database: " + words);
    return make_error(Errc::internal, words.empty() ? "the database layer failed" : words);
}

bool is_in_doubt(const Error& error) {
    return error.message == in_doubt;
}

bool is_retryable(const std::exception& failure) {
    const std::string state = state_of(failure);
    return state == "40001" || state == "40P01";
}

bool is_lock_timeout(const std::exception& failure) {
    return state_of(failure) == "55P03";
}

bool breaks_connection(const std::exception& failure) {
    if (dynamic_cast<const pqxx::broken_connection*>(&failure) || dynamic_cast<const pqxx::in_doubt_error*>(&failure))
        return true;
    if (dynamic_cast<const pqxx::statement_completion_unknown*>(&failure)) return true;
    const std::string state = state_of(failure);
    return state.starts_with("08") || state.starts_with("57P") || state == "25P03";
}

}  // namespace parley::db
