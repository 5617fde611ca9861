#include "core/crypto.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace parley::crypto {

namespace {

const unsigned char* data_of(std::string_view bytes) {
    // OpenSSL takes a null pointer for "not given", even with length 0.
    static const unsigned char empty = 0;
    return bytes.empty() ? &empty : reinterpret_cast<const unsigned char*>(bytes.data());
}

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("OpenSSL failed: ") + what);
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

int base64_value(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

}  // namespace

Digest sha256(std::string_view data) {
    Digest digest;
    require(SHA256(data_of(data), data.size(), digest.data()) != nullptr, "SHA256");
    return digest;
}

std::string sha256_hex(std::string_view data) {
    return hex_encode(bytes_of(sha256(data)));
}

struct Sha256::Context {
    EVP_MD_CTX* digest = EVP_MD_CTX_new();
    ~Context() { EVP_MD_CTX_free(digest); }
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
    require(context_->digest && EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) == 1, "EVP_DigestInit_ex");
}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view data) {
    require(EVP_DigestUpdate(context_->digest, data_of(data), data.size()) == 1, "EVP_DigestUpdate");
}

Digest Sha256::finish() {
    Digest digest;
    require(EVP_DigestFinal_ex(context_->digest, digest.data(), nullptr) == 1, "EVP_DigestFinal_ex");
    return digest;
}

struct HmacContext {
    EVP_MAC* mac = nullptr;
    EVP_MAC_CTX* context = nullptr;

    HmacContext() = default;
    HmacContext(const Secret& key, std::string digest) : HmacContext() {
        mac = EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr);
        require(mac != nullptr, "EVP_MAC_fetch");
        context = EVP_MAC_CTX_new(mac);
        require(context != nullptr, "EVP_MAC_CTX_new");
        const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
                                         OSSL_PARAM_construct_end()};
        const std::string& text = key.reveal();
        require(EVP_MAC_init(context, data_of(text), text.size(), parameters) == 1, "EVP_MAC_init");
    }
    HmacContext(const HmacContext&) = delete;
    HmacContext& operator=(const HmacContext&) = delete;
    ~HmacContext() {
        EVP_MAC_CTX_free(context);
        EVP_MAC_free(mac);
    }

    void compute(std::string_view data, unsigned char* out, std::size_t size) {
        // Without a key the context starts over with the one it has: the key schedule is not computed again.
        require(EVP_MAC_init(context, nullptr, 0, nullptr) == 1, "EVP_MAC_init");
        require(EVP_MAC_update(context, data_of(data), data.size()) == 1, "EVP_MAC_update");
        std::size_t length = 0;
        require(EVP_MAC_final(context, out, &length, size) == 1 && length == size, "EVP_MAC_final");
    }
};

HmacSha256::HmacSha256(const Secret& key) : context_(std::make_unique<HmacContext>(key, "SHA256")) {}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Digest HmacSha256::mac(std::string_view data) const {
    Digest digest;
    context_->compute(data, digest.data(), digest.size());
    return digest;
}

HmacSha1::HmacSha1(const Secret& key) : context_(std::make_unique<HmacContext>(key, "SHA1")) {}
HmacSha1::~HmacSha1() = default;
HmacSha1::HmacSha1(HmacSha1&&) noexcept = default;
HmacSha1& HmacSha1::operator=(HmacSha1&&) noexcept = default;

std::string HmacSha1::mac(std::string_view data) const {
    std::string digest(20, '\0');
    context_->compute(data, reinterpret_cast<unsigned char*>(digest.data()), digest.size());
    return digest;
}

std::string HmacSha256::mac_hex(std::string_view data) const {
    return hex_encode(bytes_of(mac(data)));
}

bool equal_constant_time(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(data_of(a), data_of(b), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
    require(count <= static_cast<std::size_t>(std::numeric_limits<int>::max()), "RAND_bytes");
    std::string bytes(count, '\0');
    require(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(count)) == 1, "RAND_bytes");
    return bytes;
}

std::string random_hex(std::size_t byte_count) {
    return hex_encode(random_bytes(byte_count));
}

std::string hex_encode(std::string_view bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        out.push_back(kDigits[byte >> 4]);
        out.push_back(kDigits[byte & 15]);
    }
    return out;
}

std::optional<std::string> hex_decode(std::string_view text) {
    if (text.size() % 2 != 0) return std::nullopt;
    std::string out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
    }
    return out;
}

std::string base64_encode(std::string_view bytes) {
    static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
        unsigned group = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            group = group << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0u);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            out.push_back(k <= count ? kLetters[group >> (18 - 6 * k) & 63] : '=');
        }
    }
    return out;
}

std::optional<std::string> base64_decode(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
    text.remove_suffix(padding);

    std::string out;
    out.reserve(text.size() * 3 / 4 + 1);
    unsigned pool = 0, bits = 0;
    for (const char c : text) {
        const int value = base64_value(c);
        if (value < 0) return std::nullopt;
        pool = (pool << 6 | static_cast<unsigned>(value)) & 0xFFF;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(pool >> bits & 0xFF));
        }
    }
    if ((pool & ((1u << bits) - 1)) != 0) return std::nullopt;
    return out;
}

}  // namespace parley::crypto
