// IP addresses as plain values, and ranges of them as people write them. Pure: no names are looked up. [any thread]
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace parley {

class IpAddress {
public:
    // "192.0.2.1", "2001:db8::1"; an IPv4 address in IPv6 ("::ffff:192.0.2.1") is the IPv4 address. No ports, no zones.
    static std::optional<IpAddress> parse(std::string_view text);
    // One spelling for each address.
    std::string text() const;

    bool operator==(const IpAddress&) const = default;

private:
    friend class IpNetwork;
    bool is_v4() const;

    std::array<std::uint8_t, 16> bytes_{};  // IPv4 as ::ffff:a.b.c.d
};

class IpNetwork {
public:
    // "10.0.0.0/8", "fd00::/8", or one address. Not "/0": that is everybody.
    static std::optional<IpNetwork> parse(std::string_view text);
    // A list with commas between; empty is none. Errc::invalid names what is no network.
    static Result<std::vector<IpNetwork>> parse_list(std::string_view list);

    bool contains(const IpAddress& address) const;

private:
    IpAddress base_;
    unsigned bits_ = 0;  // of 128
};

}  // namespace parley
