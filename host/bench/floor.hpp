// The floor: the least that does the same durable work. Webhook in, signature checked, message stored, 200; reply
// stored and the message marked handled; reply posted; reply marked sent. Three writes a message to the same tables, in
// shared commits on two connections. No plugins, no lanes, no access rules, no users, no retries, no recovery. What
// parley reaches of it is the price of being a bot host.
#pragma once

#include <cstdint>
#include <string>

namespace parley::bench {

struct FloorOptions {
    std::string directory;  // of its private PostgreSQL
    std::uint16_t port = 0;
    std::uint16_t gateway_port = 0;
    std::string secret;
};

// Runs until SIGTERM or SIGINT.
int run_floor(const FloorOptions& options);

}  // namespace parley::bench
