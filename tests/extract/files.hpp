// Documents made by the tests, good and bad.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace parley::test {

using Parts = std::vector<std::pair<std::string, std::string>>;  // names and contents

std::string zip(const Parts& parts);

// A PDF with these lines, one page each; an empty one is a page without text.
std::string pdf(const std::vector<std::string>& pages);
// The same with one page that its tree names `times` times.
std::string pdf_of_one_page(const std::string& line, std::size_t times);
// One whose page unpacks to `size` bytes of drawing.
std::string pdf_bomb(std::size_t size);
// A PDF that wants a password.
std::string locked_pdf();

std::string docx(const std::string& body);        // what stands in <w:body>
std::string xlsx(const std::string& sheet_rows);  // what stands in <sheetData> of the sheet "Budget"

}  // namespace parley::test
