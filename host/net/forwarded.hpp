// Who sent a request that came through reverse proxies. Pure: no I/O.
#pragma once

#include <string>
#include <vector>

#include "core/ip_network.hpp"
#include "net/http.hpp"

namespace parley::net {

// `peer` is who connected. Anybody can write X-Forwarded-For and Forwarded (RFC 7239), so they count only as far as
// trusted proxies wrote them: read from the right, the first address that is none of `trusted` is the client, and
// whatever stands left of it is only what that client said. A hop that names no address ends the search at the proxy
// that told of it. When both headers are there and tell of different clients, one of them passed a proxy untouched:
// neither is believed.
std::string client_address(const Headers& headers, const std::string& peer, const std::vector<IpNetwork>& trusted);

}  // namespace parley::net
