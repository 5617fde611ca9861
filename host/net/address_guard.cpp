#include "net/address_guard.hpp"

#include <array>
#include <cstdint>

namespace parley::net {

namespace ip = boost::asio::ip;

namespace {

struct Range4 {
    std::uint32_t base;
    int bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
    return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array blocked4{
    Range4{v4(0, 0, 0, 0), 8},        // this network
    Range4{v4(10, 0, 0, 0), 8},       // private
    Range4{v4(100, 64, 0, 0), 10},    // shared, carriers
    Range4{v4(127, 0, 0, 0), 8},      // loopback
    Range4{v4(169, 254, 0, 0), 16},   // link-local: cloud metadata
    Range4{v4(172, 16, 0, 0), 12},    // private
    Range4{v4(192, 0, 0, 0), 24},     // protocol assignments
    Range4{v4(192, 0, 2, 0), 24},     // documentation
    Range4{v4(192, 88, 99, 0), 24},   // 6to4 relays
    Range4{v4(192, 168, 0, 0), 16},   // private
    Range4{v4(198, 18, 0, 0), 15},    // benchmarks
    Range4{v4(198, 51, 100, 0), 24},  // documentation
    Range4{v4(203, 0, 113, 0), 24},   // documentation
    Range4{v4(224, 0, 0, 0), 4},      // multicast
    Range4{v4(240, 0, 0, 0), 4},      // reserved, broadcast
};

// Inside 2000::/3; everything outside of it is blocked as a whole (::/96, fc00::/7, fe80::/10, fec0::/10, ff00::/8,
// 64:ff9b::/96, 64:ff9b:1::/48, 100::/64, 5f00::/16, ...).
struct Range6 {
    std::uint16_t first, second;
    int bits;
};

constexpr std::array blocked6{
    Range6{0x2001, 0x0000, 23},  // protocol assignments: Teredo, ORCHID, benchmarks
    Range6{0x2001, 0x0db8, 32},  // documentation
    Range6{0x2002, 0x0000, 16},  // 6to4: an IPv4 address inside
    Range6{0x3fff, 0x0000, 20},  // documentation
};

bool is_blocked4(std::uint32_t address) {
    for (const auto& range : blocked4) {
        if ((address ^ range.base) >> (32 - range.bits) == 0) return true;
    }
    return false;
}

bool is_blocked6(const ip::address_v6::bytes_type& bytes) {
    if ((bytes[0] & 0xe0) != 0x20) return true;
    std::uint32_t start = v4(bytes[0], bytes[1], bytes[2], bytes[3]);
    for (const auto& range : blocked6) {
        std::uint32_t base = static_cast<std::uint32_t>(range.first) << 16 | range.second;
        if ((start ^ base) >> (32 - range.bits) == 0) return true;
    }
    return false;
}

}  // namespace

bool is_blocked(const ip::address& address) {
    if (address.is_v4()) return is_blocked4(address.to_v4().to_uint());
    const auto v6 = address.to_v6();
    if (v6.is_v4_mapped()) return is_blocked4(ip::make_address_v4(ip::v4_mapped, v6).to_uint());
    return is_blocked6(v6.to_bytes());
}

}  // namespace parley::net
