#include "app/cli/csv_reader.hpp"

namespace parley::app {

CsvReader::CsvReader(std::istream& in) : in_(in) {
    const auto begin = in_.tellg();
    std::string first;
    std::getline(in_, first);
    if (first.find(',') == std::string::npos && first.find(';') != std::string::npos) separator_ = ';';
    in_.clear();
    in_.seekg(begin + static_cast<std::streamoff>(first.starts_with("\xEF\xBB\xBF") ? 3 : 0));
}

std::optional<std::vector<std::string>> CsvReader::next() {
    std::vector<std::string> fields;
    while (read_record(fields))
        if (fields.size() > 1 || !fields.front().empty()) return fields;
    return std::nullopt;
}

bool CsvReader::read_record(std::vector<std::string>& fields) {
    fields.assign(1, "");
    line_ = next_line_;
    bool quoted = false, any = false;
    for (char c; in_.get(c);) {
        any = true;
        if (c == '\n') ++next_line_;
        if (quoted) {
            if (c != '"') {
                fields.back() += c;
            } else if (in_.peek() == '"') {
                fields.back() += static_cast<char>(in_.get());
            } else {
                quoted = false;
            }
        } else if (c == '"' && fields.back().empty()) {
            quoted = true;
        } else if (c == separator_) {
            fields.emplace_back();
        } else if (c == '\n') {
            return true;
        } else if (c != '\r') {
            fields.back() += c;
        }
    }
    return any;
}

}  // namespace parley::app
