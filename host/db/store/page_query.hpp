// One page of a list, put together from the sources it is read from. Internal to history.cpp.
#pragma once

#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "db/store/history.hpp"

namespace parley::db {

class PageQuery {
public:
    explicit PageQuery(const Page& page) : page_(page) {}

    // Takes a value and gives the place holder for it.
    std::string value(const std::string& text);
    std::string value(std::int64_t number) { return value(std::to_string(number)) + "::bigint"; }

    // Before the first rest(): rows of `from` that `where` holds for, read backwards along the index that `where` and
    // the order of `id` fit.
    void source(const std::string& id, const std::string& columns, const std::string& from, const std::string& where);

    // What is looked at row by row; `x` is the row.
    void rest(const std::string& condition) { rest_.push_back(condition); }

    // `columns` of the rows `x`; the first one is x.id. `next` becomes that of the slice.
    pqxx::result run(pqxx::work& tx, const std::string& columns, std::int64_t& next);

private:
    struct Source {
        std::string id, columns, from, where;
    };
    std::int64_t examined_down_to(pqxx::work& tx) const;

    Page page_;
    std::vector<std::string> values_;
    std::vector<Source> sources_;
    std::size_t source_values_ = 0;  // of values_, those that sources name
    std::vector<std::string> rest_;
};

// For ilike: texts that contain `part`, whatever the case.
std::string pattern_of(const std::string& part);

}  // namespace parley::db
