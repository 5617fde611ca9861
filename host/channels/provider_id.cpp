#include "channels/provider_id.hpp"

#include <algorithm>

#include "core/crypto.hpp"

namespace parley::channels {
namespace {

constexpr std::size_t longest = 200;  // real ones have 20 to 70 characters; an index takes no more than 2,700 bytes

bool is_plain(const std::string& id) {
    return std::all_of(id.begin(), id.end(), [](unsigned char c) { return c >= 0x20 && c != 0x7F; });
}

}  // namespace

std::string bounded_id(std::string id) {
    return id.size() <= longest && is_plain(id) ? std::move(id) : "sha256:" + crypto::sha256_hex(id);
}

}  // namespace parley::channels
