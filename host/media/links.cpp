#include "media/links.hpp"

#include <charconv>

#include "core/crypto.hpp"

namespace parley::media {
namespace {

constexpr std::size_t hash_size = 64, code_size = 64, most_end_digits = 12;

}  // namespace

std::string Links::code(std::string_view signed_part) const {
    return crypto::HmacSha256(key_).mac_hex(signed_part);
}

std::string Links::make(std::string_view reference, UnixMillis until) const {
    char end[20];
    const auto last = std::to_chars(end, end + sizeof end, static_cast<std::uint64_t>(until / 1000), 16).ptr;
    std::string token = std::string(reference) + "-" + std::string(end, last);
    return token + "-" + code(token);
}

Result<std::string> Links::open(std::string_view token, UnixMillis now) const {
    const auto unknown = [] { return make_error(Errc::not_found, "there is no such link"); };
    if (token.size() < hash_size + code_size + 3 || token.size() > hash_size + code_size + 2 + most_end_digits ||
        token[hash_size] != '-' || token[token.size() - code_size - 1] != '-')
        return unknown();
    const auto signed_part = token.substr(0, token.size() - code_size - 1);
    if (!crypto::equal_constant_time(token.substr(signed_part.size() + 1), code(signed_part))) return unknown();
    std::uint64_t end = 0;
    const auto text = signed_part.substr(hash_size + 1);
    std::from_chars(text.data(), text.data() + text.size(), end, 16);
    if (static_cast<std::uint64_t>(now / 1000) >= end) return make_error(Errc::not_found, "this link has expired");
    return std::string(token.substr(0, hash_size));
}

}  // namespace parley::media
