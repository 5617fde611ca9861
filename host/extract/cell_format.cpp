#include "extract/cell_format.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>

namespace parley::extract {
namespace {

constexpr std::size_t most_styles = 100'000;

// The formats that every workbook has (ECMA-376 part 1, 18.8.30).
CellFormat built_in(int id) {
    if (id >= 14 && id <= 17) return CellFormat::date;
    if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47)) return CellFormat::time;
    return id == 22 ? CellFormat::date_time : CellFormat::number;
}

int number(std::string_view text) {
    int value = -1;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

class StyleEvents final : public XmlEvents {
public:
    void open(std::string_view name, const Attributes& attributes) override {
        if (name == "numFmt" && codes_.size() < most_styles)
            codes_[number(attributes["numFmtId"])] = format_of_code(attributes["formatCode"]);
        if (name == "cellXfs") in_cells_ = true;
        if (name != "xf" || !in_cells_ || found.size() >= most_styles) return;
        const int id = number(attributes["numFmtId"]);
        const auto own = codes_.find(id);
        found.push_back(own != codes_.end() ? own->second : built_in(id));
    }
    void close(std::string_view name) override {
        if (name == "cellXfs") in_cells_ = false;
    }
    void text(std::string_view) override {}

    std::vector<CellFormat> found;

private:
    std::map<int, CellFormat> codes_;
    bool in_cells_ = false;
};

template <class... Values>
std::string print(const char* format, Values... values) {
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), format, values...);
    return text.data();
}

std::string show_time(int seconds) {
    const auto hours = print("%02d:%02d", seconds / 3600, seconds / 60 % 60);
    return seconds % 60 == 0 ? hours : hours + print(":%02d", seconds % 60);
}

std::string show_day(double days, bool from_1904) {
    using namespace std::chrono;
    // 1900 was no leap year, but Excel counts 29 February 1900.
    const sys_days origin = from_1904   ? sys_days(1904y / January / 1)
                            : days < 61 ? sys_days(1899y / December / 31)
                                        : sys_days(1899y / December / 30);
    const year_month_day day(origin + std::chrono::days(static_cast<int>(days)));
    return print("%04d-%02u-%02u", static_cast<int>(day.year()), static_cast<unsigned>(day.month()),
                 static_cast<unsigned>(day.day()));
}

}  // namespace

CellFormat format_of_code(std::string_view code) {
    std::string letters;
    for (std::size_t at = 0; at < code.size() && code[at] != ';'; ++at) {
        const char c = code[at];
        if (c == '"' || c == '[') {
            const auto end = code.find(c == '"' ? '"' : ']', at + 1);
            // "[h]" and the like count hours; all else in brackets is a colour, a currency or a condition.
            if (c == '[' && end == at + 2) letters += code[at + 1];
            if (end == std::string_view::npos) break;
            at = end;
        } else if (c == '\\' || c == '_' || c == '*') {
            ++at;  // the next character stands for itself
        } else {
            letters += c;
        }
    }
    if (letters == "General") return CellFormat::number;
    const bool clock = letters.find_first_of("hHsS") != std::string::npos;
    const bool day = letters.find_first_of(clock ? "yYdD" : "yYdDmM") != std::string::npos;
    if (day) return clock ? CellFormat::date_time : CellFormat::date;
    return clock ? CellFormat::time : CellFormat::number;
}

Result<std::vector<CellFormat>> read_cell_formats(Package& package, std::string_view part) {
    StyleEvents events;
    if (!package.has(part)) return std::move(events.found);
    if (auto ok = package.read_xml(part, events); !ok) return ok.error();
    return std::move(events.found);
}

std::string show_number(std::string_view value, CellFormat format, bool from_1904) {
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || end != value.data() + value.size() || !std::isfinite(number)) return std::string(value);
    constexpr double last_day = 2958466;  // 31 December 9999 is the day before
    if (format == CellFormat::number || number < 0 || number >= last_day)
        // 15 digits are what Excel shows; what it stores has the error of the last ones.
        return value.size() <= 15 ? std::string(value) : print("%.15g", number);
    double days = std::floor(number);
    auto seconds = static_cast<int>(std::lround((number - days) * 86'400));
    if (seconds == 86'400) {
        days += 1;
        seconds = 0;
    }
    if (format == CellFormat::time && days == 0) return show_time(seconds);
    if (format == CellFormat::time) return print("%.15g", number * 24) + " h";
    const std::string day = show_day(days, from_1904);
    return format == CellFormat::date || seconds == 0 ? day : day + " " + show_time(seconds);
}

}  // namespace parley::extract
