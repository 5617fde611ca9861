// A server with one route, for measuring sockets alone: /rooms/{room} gives every text to all who are in the room. The
// host's own server, without rooms that are stored or people who sign in.
#pragma once

#include <cstdint>

namespace parley::bench {

// Runs until SIGTERM or SIGINT.
int run_fanout(std::uint16_t port);

}  // namespace parley::bench
