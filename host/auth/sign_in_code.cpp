#include "auth/sign_in_code.hpp"

#include "core/crypto.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t code_bytes = 16;

}  // namespace

SignInCode::SignInCode() : text_(crypto::random_hex(code_bytes)) {}

bool SignInCode::spend(std::string_view text) {
    if (text_.empty() || !crypto::equal_constant_time(text, text_)) return false;
    text_.clear();
    return true;
}

}  // namespace parley::auth
