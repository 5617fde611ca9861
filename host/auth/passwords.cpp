#include "auth/passwords.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "core/crypto.hpp"
#include "core/text.hpp"

namespace parley::auth {
namespace {

constexpr std::size_t shortest = 8, longest = 128;
// Not so fast that somebody waits for nothing.
constexpr const char* busy = "too many people sign in at this moment: try again in a second";

}  // namespace

Passwords::Passwords(Executor& executor, PasswordCost cost)
    : executor_(executor), cost_(cost), workers_(cost.threads, cost.most_waiting) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be used on this machine");
    auto made = std::make_shared<std::promise<std::string>>();
    nobodys_hash_ = made->get_future().share();
    if (!workers_.submit([this, made] { made->set_value(hash_now(crypto::random_hex(16))); }))
        made->set_value(hash_now(crypto::random_hex(16)));
}

Result<void> Passwords::acceptable(const Secret& password, std::string_view username) {
    const auto& text = password.reveal();
    if (text.size() < shortest)
        return make_error(Errc::invalid, "the password is too short: it needs 8 characters or more");
    if (text.size() > longest) return make_error(Errc::invalid, "the password is too long: 128 bytes are the most");
    if (!text::is_storable(text)) return make_error(Errc::invalid, "the password is not text");
    if (text::equal_ignoring_case(text, username))
        return make_error(Errc::invalid, "the password is the name itself: choose another");
    return {};
}

void Passwords::hash(Secret password, UniqueFunction<void(Result<std::string>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<std::string>)>>(std::move(done));
    const bool taken = workers_.submit([this, shared, password = std::move(password)] {
        executor_.post([shared, hash = hash_now(password.reveal())]() mutable { (*shared)(std::move(hash)); });
    });
    if (!taken) executor_.post([shared] { (*shared)(make_error(Errc::overloaded, busy)); });
}

void Passwords::verify(std::string hash, Secret password, UniqueFunction<void(Result<Verdict>)> done) {
    auto shared = std::make_shared<UniqueFunction<void(Result<Verdict>)>>(std::move(done));
    const bool taken = workers_.submit([this, shared, hash = std::move(hash), password = std::move(password)] {
        executor_.post(
            [shared, verdict = verify_now(hash, password.reveal())]() mutable { (*shared)(std::move(verdict)); });
    });
    if (!taken) executor_.post([shared] { (*shared)(make_error(Errc::overloaded, busy)); });
}

std::string Passwords::hash_now(const std::string& password) const {
    std::array<char, crypto_pwhash_STRBYTES> out{};
    // It fails for want of memory only; an empty hash is nobody's.
    if (crypto_pwhash_str_alg(out.data(), password.data(), password.size(), cost_.passes, cost_.memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        return "";
    return out.data();
}

Passwords::Verdict Passwords::verify_now(const std::string& hash, const std::string& password) {
    ++verifications_;
    const bool somebodys = !hash.empty();
    const std::string& against = somebodys ? hash : nobodys_hash_.get();
    Verdict verdict;
    verdict.right = crypto_pwhash_str_verify(against.c_str(), password.data(), password.size()) == 0 && somebodys;
    if (verdict.right && crypto_pwhash_str_needs_rehash(against.c_str(), cost_.passes, cost_.memory) != 0)
        verdict.rehashed = hash_now(password);
    return verdict;
}

}  // namespace parley::auth
