// Files that came in: the address is asked for by the file's id (it lives five minutes, the id seven days), then the
// bytes are fetched, and handed over with their digest. [I/O thread]
#pragma once

#include <memory>
#include <string>

#include "channels/channel.hpp"
#include "channels/cloud/caller.hpp"
#include "core/message.hpp"

namespace parley::channels {

// `done` is called once, perhaps before the call returns. Errc::not_found: Meta has the file no longer; too_large; or
// what the network said.
void fetch_cloud_file(std::shared_ptr<CloudCaller> caller, const std::string& phone_number_id, const Inbound& message,
                      std::size_t max_bytes, UnixMillis now, std::shared_ptr<net::BodySink> sink, FetchDone done);

// A SHA-256 as Meta writes it (base64 in webhooks, hex in the answer to a lookup) in lower case hex; empty for one in
// no known spelling, which proves nothing.
std::string hex_of_digest(std::string_view digest);

}  // namespace parley::channels
