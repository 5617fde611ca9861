// What a number in a cell means: Excel writes days as numbers, and only the cell's style tells that it is one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "extract/package.hpp"

namespace parley::extract {

enum class CellFormat : std::uint8_t { number, date, time, date_time };

// Of the styles of a workbook, by the number that cells name. Empty when the workbook has none.
Result<std::vector<CellFormat>> read_cell_formats(Package& package, std::string_view part);

// Of a number format's code, such as "dd/mm/yyyy hh:mm".
CellFormat format_of_code(std::string_view code);

// "2026-11-21 14:30" for "46347.604166667"; what is not a number, or no day that Excel knows, as it is. `from_1904`:
// the workbook counts from 1904.
std::string show_number(std::string_view value, CellFormat format, bool from_1904);

}  // namespace parley::extract
