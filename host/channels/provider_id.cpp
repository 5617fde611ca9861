#include "channels/provider_id.hpp"

#include "core/crypto.hpp"

namespace parley::channels {
namespace {

constexpr std::size_t longest = 200;  // real ones have 20 to 70 characters; an index takes no more than 2,700 bytes

}  // namespace

std::string bounded_id(std::string id) {
    return id.size() <= longest ? std::move(id) : "sha256:" + crypto::sha256_hex(id);
}

}  // namespace parley::channels
