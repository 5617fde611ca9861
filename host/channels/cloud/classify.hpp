// What Meta's answer to a message means. Plain functions. [any thread]
#pragma once

#include <string>

#include "channels/channel.hpp"
#include "channels/cloud/graph.hpp"
#include "net/client.hpp"

namespace parley::channels {

// `attempts` counts this one: the wait for one recipient grows with it (4^n seconds, Meta's rule for 131056), and a few
// codes are tried a few times only. `now` is needed for a Retry-After that names a date. A refused token is
// Class::halted here; trying another token comes before (cloud_channel.cpp).
SendResult classify_cloud_answer(const net::ClientResult& answer, int attempts, UnixMillis now);

// The same for an answer that is no success, whatever was asked.
SendError cloud_send_error(const net::ClientResult& answer, int attempts, UnixMillis now);

// Why a message failed that had been accepted before: "131047: more than 24 hours ...: Re-engagement message".
std::string describe_cloud_failure(const GraphError& error);

}  // namespace parley::channels
