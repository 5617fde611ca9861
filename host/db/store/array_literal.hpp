// Builds PostgreSQL array literals, to hand many rows to one statement through unnest().
#pragma once

#include <cstdint>

#include <string>
#include <string_view>
#include <vector>

namespace parley::db {

class ArrayLiteral {
public:
    void add(std::string_view text) {
        separate();
        out_ += '"';
        for (const char c : text) {
            if (c == '"' || c == '\\') out_ += '\\';
            out_ += c;
        }
        out_ += '"';
    }
    void add(std::int64_t number) {
        separate();
        out_ += std::to_string(number);
    }

    bool empty() const { return out_.size() == 1; }
    std::string str() const { return out_ + '}'; }

private:
    void separate() {
        if (out_.size() > 1) out_ += ',';
    }
    std::string out_ = "{";
};

// "{1,2}" as an element of a text[], for a column that is an array itself; "" when there is nothing.
inline std::string as_array(const std::vector<std::int64_t>& numbers) {
    ArrayLiteral list;
    for (const auto number : numbers) list.add(number);
    return list.empty() ? std::string() : list.str();
}

}  // namespace parley::db
