// Files that are sent by an address of somebody else's: the provider fetches them, nothing of them comes here. Plain
// functions. [any thread]
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/message.hpp"

namespace parley::channels {

// Begins it with https:// or http://?
bool is_link(std::string_view text);

// The file at `link` as `channel` sends it: what it is and, of a document, its name are told by the link's last
// letters. Errc::invalid when it is no link, Errc::unsupported on a channel where nobody would fetch it.
Result<Media> linked_media(const std::string& link, std::string_view channel);

}  // namespace parley::channels
