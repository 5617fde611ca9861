// The other side of extractor.hpp: what happens in the child process.
#pragma once

namespace parley::extract {

// Confines this process, then reads the document on standard input. Writes to standard output either
//   "text <sections> <1 if there is more>\n" and the text, or
//   "error <code> <words>\n", or
//   "pdf\n" and what pdftotext prints: this process becomes it.
// Returns the exit code: 0 also for a file that cannot be read.
int run_child();

inline constexpr const char* pdftotext = "/usr/bin/pdftotext";

}  // namespace parley::extract
