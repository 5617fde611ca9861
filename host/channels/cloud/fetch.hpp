// Files that came in: the address is asked for by the file's id (it lives five minutes, the id seven days), then the
// bytes are fetched and compared with their digest. [I/O thread]
#pragma once

#include <memory>
#include <string>

#include "channels/cloud/caller.hpp"
#include "core/message.hpp"

namespace parley::channels {

// `done` is called once, perhaps before the call returns. Errc::not_found: Meta has the file no longer; too_large; or
// what the network said. Errc::unavailable also for bytes that do not have the digest they should.
void fetch_cloud_file(std::shared_ptr<CloudCaller> caller, const std::string& phone_number_id, const Inbound& message,
                      std::size_t max_bytes, UnixMillis now, UniqueFunction<void(Result<std::string>)> done);

// Is `digest` (base64 as in webhooks, or hex as in the answer to a lookup) the SHA-256 of these bytes? A digest in no
// known spelling proves nothing: true.
bool has_digest(std::string_view bytes, std::string_view digest);

}  // namespace parley::channels
