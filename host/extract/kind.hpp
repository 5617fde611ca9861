// What a file is, told by its first bytes. Names and declared types are not asked: whoever sent the file chose them.
#pragma once

namespace parley::extract {

enum class Kind { pdf, package, old_office, rich_text, empty, other };

Kind kind_of(int file);

}  // namespace parley::extract
