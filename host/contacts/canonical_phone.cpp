#include "contacts/canonical_phone.hpp"

namespace parley::contacts {
namespace {

bool between(char digit, char least, char most) {
    return digit >= least && digit <= most;
}

// Where the digit stands that may be left out; 0: there is none.
std::size_t optional_digit(std::string_view digits) {
    if (digits.size() != 13) return 0;
    if (digits.starts_with("55")) {
        const bool has_area = between(digits[2], '1', '9') && between(digits[3], '1', '9');
        return has_area && digits[4] == '9' && between(digits[5], '6', '9') ? 4 : 0;
    }
    if (digits.starts_with("521")) return between(digits[3], '2', '9') ? 2 : 0;
    if (digits.starts_with("549")) return between(digits[3], '1', '3') ? 2 : 0;
    return 0;
}

}  // namespace

std::string canonical_phone(std::string_view number) {
    std::string digits;
    for (const char c : number)
        if (between(c, '0', '9')) digits += c;
    if (const std::size_t at = optional_digit(digits); at != 0) digits.erase(at, 1);
    return digits;
}

}  // namespace parley::contacts
