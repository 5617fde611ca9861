// What the gateway's answer to "are you connected?" means, for `parley account test`. A plain function. [any thread]
#pragma once

#include <vector>

#include "channels/gateway/config.hpp"
#include "channels/probe.hpp"
#include "net/client.hpp"

namespace parley::channels {

// `answer` is to GatewayEncoder::status(). Looks at what is configured as well.
std::vector<ProbeLine> read_gateway_status(const GatewayConfig& config, const net::ClientResult& answer);

}  // namespace parley::channels
