// Encrypts secrets at rest: AES-256-GCM, a fresh random nonce each, bound to the name they belong to. The key lies in a
// file of the data directory (0600), or wherever PARLEY_MASTER_KEY_FILE says.
#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"
#include "core/secret.hpp"

namespace parley::config {

class Vault {
public:
    // 32 bytes of key.
    explicit Vault(Secret key);

    // Reads the key file. Errc::not_found: there is none; Errc::invalid: it is of the wrong size.
    static Result<Vault> read(const std::string& key_file);
    // The same, and makes one when there is none. What is wrong is never replaced.
    static Result<Vault> open(const std::string& key_file);

    // "v1:" + base64(nonce, ciphertext, tag). `name` must be the same when it is opened.
    std::string seal(std::string_view name, std::string_view plain) const;
    // Errc::invalid when it was sealed with another key or for another name, or was changed.
    Result<std::string> unseal(std::string_view name, std::string_view sealed) const;
    // A key of its own for another purpose ("media links"), from which nobody can tell the vault's.
    Secret derive(std::string_view purpose) const;
    static bool is_sealed(std::string_view text);

private:
    Secret key_;
};

}  // namespace parley::config
