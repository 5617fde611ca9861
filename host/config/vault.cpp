#include "config/vault.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "core/crypto.hpp"

namespace parley::config {
namespace {

constexpr std::size_t key_size = 32, nonce_size = 12, tag_size = 16;
constexpr std::string_view mark = "v1:";

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require(bool ok) {
    if (!ok) throw std::runtime_error("OpenSSL cannot encrypt");
}

Result<std::string> read_key(int file, const std::string& path) {
    std::array<char, key_size + 1> buffer{};
    const auto size = ::read(file, buffer.data(), buffer.size());
    if (size != static_cast<ssize_t>(key_size))
        return make_error(Errc::invalid,
                          "the master key " + path +
                              " is damaged: it must be exactly 32 bytes. Restore it from a backup; without it "
                              "the secrets in the database cannot be read");
    return std::string(buffer.data(), key_size);
}

Result<std::string> make_key(const std::string& path) {
    std::string key = crypto::random_bytes(key_size);
    const int file = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) return make_error(Errc::unavailable, "cannot write " + path + ": " + std::strerror(errno));
    const bool written = write(file, key.data(), key.size()) == static_cast<ssize_t>(key.size()) && fsync(file) == 0;
    close(file);
    if (!written) return make_error(Errc::unavailable, "cannot write " + path);
    return key;
}

}  // namespace

Vault::Vault(Secret key) : key_(std::move(key)) {}

Secret Vault::derive(std::string_view purpose) const {
    const auto mac = crypto::HmacSha256(key_).mac("parley key for " + std::string(purpose));
    return Secret(std::string(crypto::bytes_of(mac)));
}

Result<Vault> Vault::read(const std::string& key_file) {
    const int file = ::open(key_file.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return make_error(errno == ENOENT ? Errc::not_found : Errc::unavailable,
                          "cannot read " + key_file + ": " + std::strerror(errno));
    auto key = read_key(file, key_file);
    close(file);
    if (!key) return key.error();
    return Vault(Secret(std::move(*key)));
}

Result<Vault> Vault::open(const std::string& key_file) {
    auto there = read(key_file);
    if (there || there.error().code != Errc::not_found) return there;
    auto key = make_key(key_file);
    if (!key) return key.error();
    return Vault(Secret(std::move(*key)));
}

std::string Vault::seal(std::string_view name, std::string_view plain) const {
    const std::string nonce = crypto::random_bytes(nonce_size);
    std::string cipher(plain.size(), '\0'), tag(tag_size, '\0');
    const Cipher context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0;
    require(EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.reveal()), bytes(nonce)) == 1);
    require(EVP_EncryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1);
    auto* out = reinterpret_cast<unsigned char*>(cipher.data());
    require(EVP_EncryptUpdate(context.get(), out, &size, bytes(plain), static_cast<int>(plain.size())) == 1);
    require(EVP_EncryptFinal_ex(context.get(), out + size, &size) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_size, tag.data()) == 1);
    return std::string(mark) + crypto::base64_encode(nonce + cipher + tag);
}

Result<std::string> Vault::unseal(std::string_view name, std::string_view sealed) const {
    const Error wrong = make_error(Errc::invalid, "the secret " + std::string(name) +
                                                      " in the database was encrypted with another master key; put the "
                                                      "right key file in place, or set the secret anew");
    if (!is_sealed(sealed)) return wrong;
    auto decoded = crypto::base64_decode(sealed.substr(mark.size()));
    if (!decoded || decoded->size() < nonce_size + tag_size) return wrong;
    const std::string& raw = *decoded;
    std::string tag = raw.substr(raw.size() - tag_size);
    const std::string_view cipher(raw.data() + nonce_size, raw.size() - nonce_size - tag_size);
    std::string plain(cipher.size(), '\0');
    const Cipher context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
    int size = 0;
    require(EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, bytes(key_.reveal()), bytes(raw)) == 1);
    require(EVP_DecryptUpdate(context.get(), nullptr, &size, bytes(name), static_cast<int>(name.size())) == 1);
    auto* out = reinterpret_cast<unsigned char*>(plain.data());
    require(EVP_DecryptUpdate(context.get(), out, &size, bytes(cipher), static_cast<int>(cipher.size())) == 1);
    require(EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1);
    if (EVP_DecryptFinal_ex(context.get(), out + size, &size) != 1) return wrong;
    return plain;
}

bool Vault::is_sealed(std::string_view text) {
    return text.substr(0, mark.size()) == mark;
}

}  // namespace parley::config
