// Digests, message codes, random bytes and their spellings, over OpenSSL. A failure of OpenSSL itself throws
// std::runtime_error.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.hpp"

namespace parley::crypto {

using Digest = std::array<unsigned char, 32>;

// [any thread]
Digest sha256(std::string_view data);
std::string sha256_hex(std::string_view data);

// The same for what comes in pieces. [one thread at a time]
class Sha256 {
public:
    Sha256();
    ~Sha256();
    Sha256(const Sha256&) = delete;
    Sha256& operator=(const Sha256&) = delete;

    void add(std::string_view data);
    Digest finish();  // once; nothing may be added after

private:
    struct Context;
    std::unique_ptr<Context> context_;
};

struct HmacContext;  // OpenSSL's

// HMAC-SHA256 with a key that is set up once. [one thread at a time]
class HmacSha256 {
public:
    explicit HmacSha256(const Secret& key);
    ~HmacSha256();
    HmacSha256(HmacSha256&&) noexcept;
    HmacSha256& operator=(HmacSha256&&) noexcept;

    Digest mac(std::string_view data) const;
    std::string mac_hex(std::string_view data) const;

private:
    std::unique_ptr<HmacContext> context_;
};

// The same with SHA-1, for providers that still sign with it. [one thread at a time]
class HmacSha1 {
public:
    explicit HmacSha1(const Secret& key);
    ~HmacSha1();
    HmacSha1(HmacSha1&&) noexcept;
    HmacSha1& operator=(HmacSha1&&) noexcept;

    std::string mac(std::string_view data) const;  // 20 bytes

private:
    std::unique_ptr<HmacContext> context_;
};

// Takes as long for a wrong first byte as for a wrong last one. The lengths are not kept secret.
bool equal_constant_time(std::string_view a, std::string_view b);

// From the system's generator. [any thread]
std::string random_bytes(std::size_t count);
std::string random_hex(std::size_t byte_count);

// Lower case digits out, both cases in; nothing else, and an even number of them.
std::string hex_encode(std::string_view bytes);
std::optional<std::string> hex_decode(std::string_view text);

// RFC 4648 section 4, padded. Decoding is strict: no white space, no missing padding, no bits left over.
std::string base64_encode(std::string_view bytes);
std::optional<std::string> base64_decode(std::string_view text);

// A digest as bytes, for the spellings above.
inline std::string_view bytes_of(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace parley::crypto
