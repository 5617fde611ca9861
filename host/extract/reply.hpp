// What the child printed, as a document. The child has read a stranger's file and may be under its control by now: what
// it says is checked like the file itself.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "extract/extractor.hpp"

namespace parley::extract {

// `cut`: there was more, which was not read.
Result<Document> read_reply(std::string_view printed, bool cut);

// The child failed: its own words, or those of a program that it became, for the person who sent the file.
Error explain_failure(const Error& failure);

}  // namespace parley::extract
