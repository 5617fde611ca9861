// Which addresses an outbound connection may have when its URL came from somebody else. Pure.
#pragma once

#include <boost/asio/ip/address.hpp>

namespace parley::net {

// Everything that is not plain public unicast: private, loopback, link-local, shared, documentation, benchmark,
// multicast, reserved, and all the ways IPv6 has of writing an IPv4 address (mapped ones are unwrapped first).
bool is_blocked(const boost::asio::ip::address& address);

}  // namespace parley::net
