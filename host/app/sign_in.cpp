#include "app/sign_in.hpp"

#include "core/crypto.hpp"

namespace parley::app {
namespace {

constexpr std::size_t code_bytes = 16, token_bytes = 32;
constexpr int most_wrong = 20;
constexpr std::chrono::minutes idle{15};
constexpr std::chrono::hours whole{8};

}  // namespace

SignIn::SignIn() : code_(crypto::random_hex(code_bytes)) {}

std::optional<std::string> SignIn::exchange(std::string_view code) {
    if (code_.empty()) return std::nullopt;
    if (!crypto::equal_constant_time(code, code_)) {
        if (++wrong_ >= most_wrong) code_.clear();
        return std::nullopt;
    }
    code_.clear();
    std::string token = crypto::random_hex(token_bytes);
    const auto now = std::chrono::steady_clock::now();
    sessions_[crypto::sha256_hex(token)] = Session{now + whole, now + idle};
    return token;
}

bool SignIn::valid(std::string_view token) {
    const auto now = std::chrono::steady_clock::now();
    std::erase_if(sessions_, [&](const auto& entry) { return entry.second.ends < now || entry.second.idles < now; });
    const auto found = sessions_.find(crypto::sha256_hex(token));
    if (found == sessions_.end()) return false;
    found->second.idles = now + idle;
    return true;
}

}  // namespace parley::app
