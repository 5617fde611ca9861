#include "db/store/page_query.hpp"

#include <algorithm>

namespace parley::db {

std::string PageQuery::value(const std::string& text) {
    values_.push_back(text);
    return "$" + std::to_string(values_.size());
}

void PageQuery::source(const std::string& id, const std::string& columns, const std::string& from,
                       const std::string& where) {
    sources_.push_back({id, columns, from, where});
    source_values_ = values_.size();
}

// The limit keeps the planner from moving the rest into a source, where it would look for a way of its own.
pqxx::result PageQuery::run(pqxx::work& tx, const std::string& columns, std::int64_t& next) {
    next = 0;
    if (sources_.empty()) return {};
    const std::string examined = std::to_string(std::max(page_.most_examined, page_.limit + 1));
    std::string sql = "select " + columns + " from (";
    for (const auto& source : sources_) {
        if (&source != &sources_.front()) sql += " union all ";
        sql += "(select " + source.columns + " from " + source.from + " where " + source.where + " order by " +
               source.id + " desc limit " + examined + ")";
    }
    sql += ") x";
    for (const auto& condition : rest_) sql += (&condition == &rest_.front() ? " where " : " and ") + condition;
    sql += " order by x.id desc limit " + std::to_string(page_.limit + 1);

    auto rows = tx.exec_params(sql, pqxx::prepare::make_dynamic_params(values_));
    if (static_cast<std::size_t>(rows.size()) > page_.limit) {
        next = rows[static_cast<int>(page_.limit) - 1][0].as<std::int64_t>();
    } else if (!rest_.empty()) {
        next = examined_down_to(tx);
    }
    return rows;
}

// Where the first source that has more than may be examined was left; 0: all were read to their end.
std::int64_t PageQuery::examined_down_to(pqxx::work& tx) const {
    const std::string last = std::to_string(std::max(page_.most_examined, page_.limit + 1) - 1);
    std::string sql = "select coalesce(max(id), 0) from (";
    for (const auto& source : sources_) {
        if (&source != &sources_.front()) sql += " union all ";
        sql += "(select " + source.id + " as id from " + source.from + " where " + source.where + " order by " +
               source.id + " desc offset " + last + " limit 1)";
    }
    const auto values = pqxx::prepare::make_dynamic_params(
        values_.begin(), values_.begin() + static_cast<std::ptrdiff_t>(source_values_));
    return tx.exec_params(sql + ") x", values)[0][0].as<std::int64_t>();
}

std::string pattern_of(const std::string& part) {
    std::string pattern = "%";
    for (const char c : part) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

}  // namespace parley::db
