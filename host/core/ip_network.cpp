#include "core/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "core/text.hpp"

namespace parley {
namespace {

constexpr std::array<std::uint8_t, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};  // ::ffff:0:0/96
constexpr unsigned mapped_bits = 96;

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    const std::string owned(text);  // inet_pton() wants its NUL
    if (owned.find('\0') != std::string::npos) return std::nullopt;
    IpAddress out;
    if (inet_pton(AF_INET6, owned.c_str(), out.bytes_.data()) == 1) return out;
    std::copy(mapped.begin(), mapped.end(), out.bytes_.begin());
    if (inet_pton(AF_INET, owned.c_str(), out.bytes_.data() + mapped.size()) == 1) return out;
    return std::nullopt;
}

bool IpAddress::is_v4() const {
    return std::equal(mapped.begin(), mapped.end(), bytes_.begin());
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> out{};
    const bool v4 = is_v4();
    inet_ntop(v4 ? AF_INET : AF_INET6, bytes_.data() + (v4 ? mapped.size() : 0), out.data(), out.size());
    return out.data();
}

std::optional<IpNetwork> IpNetwork::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = IpAddress::parse(text.substr(0, slash));
    if (!address) return std::nullopt;
    IpNetwork out;
    out.base_ = *address;
    out.bits_ = 128;
    if (slash == std::string_view::npos) return out;
    const auto digits = text.substr(slash + 1);
    const unsigned family = address->is_v4() ? mapped_bits : 0;
    unsigned bits = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool good = error == std::errc() && end == digits.data() + digits.size() && bits > 0 && bits <= 128 - family;
    if (!good) return std::nullopt;
    out.bits_ = family + bits;
    return out;
}

Result<std::vector<IpNetwork>> IpNetwork::parse_list(std::string_view list) {
    std::vector<IpNetwork> out;
    while (!list.empty()) {
        const auto comma = list.find(',');
        const auto one = text::trim(list.substr(0, comma));
        const auto network = parse(one);
        if (!network)
            return make_error(Errc::invalid, "\"" + std::string(text::truncate_utf8(one, 60)) +
                                                 "\" is no IP address and no network like 10.0.0.0/8");
        out.push_back(*network);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
    return out;
}

bool IpNetwork::contains(const IpAddress& address) const {
    const unsigned whole = bits_ / 8, rest = bits_ % 8;
    if (!std::equal(base_.bytes_.begin(), base_.bytes_.begin() + whole, address.bytes_.begin())) return false;
    return rest == 0 || (base_.bytes_[whole] ^ address.bytes_[whole]) >> (8 - rest) == 0;
}

}  // namespace parley
