// Reads a CSV file record by record, so that a long one is never in memory. Fields may be in double quotes and then
// hold commas, line ends and, doubled, quotes (RFC 4180). A byte order mark is skipped; the separator is a comma, or a
// semicolon when the first line has one and no comma.
#pragma once

#include <istream>
#include <optional>
#include <string>
#include <vector>

namespace parley::app {

class CsvReader {
public:
    // The stream outlives the reader.
    explicit CsvReader(std::istream& in);

    // The next record that is not empty; none at the end.
    std::optional<std::vector<std::string>> next();
    // The line on which the record last read begins, from 1.
    long line() const { return line_; }

private:
    bool read_record(std::vector<std::string>& fields);

    std::istream& in_;
    char separator_ = ',';
    long line_ = 0, next_line_ = 1;
};

}  // namespace parley::app
