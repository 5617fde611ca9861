#include "contacts/canonical_phone.hpp"

#include <catch2/catch.hpp>

namespace parley::contacts {

TEST_CASE("two spellings of one number are one") {
    struct Row {
        const char *longer, *shorter;
    };
    const Row rows[] = {
        {"5511987654321", "551187654321"},                                     // Brazil: mobile since before the 9
        {"5531961234567", "553161234567"}, {"5215512345678", "525512345678"},  // Mexico
        {"5491112345678", "541112345678"},                                     // Argentina: Buenos Aires
        {"5493511234567", "543511234567"},                                     // Cordoba
    };
    for (const auto& row : rows) {
        CAPTURE(row.longer);
        CHECK(canonical_phone(row.longer) == row.shorter);
        CHECK(canonical_phone(row.shorter) == row.shorter);
    }
}

TEST_CASE("other numbers stay what they are") {
    const char* numbers[] = {
        "551132345678",    // Brazil: a landline
        "551199999999",    // 8 digits that begin with 9: mobile, written the old way
        "5511912345678",   // mobile, given out after the 9 came: without it a landline would have the number
        "5511941234567",   // the same
        "5501987654321",   // no area
        "525512345678",    // Mexico
        "5211234567890",   // no number of Mexico begins with 1
        "541143211234",    // Argentina: a landline
        "5499112345678",   // no area of Argentina begins with 9
        "54911123456789",  // too long
        "923001234567",
        "15512345678",  // +1 551
        "5511",           "",
    };
    for (const char* number : numbers) {
        CAPTURE(number);
        CHECK(canonical_phone(number) == number);
    }
}

TEST_CASE("only digits count") {
    CHECK(canonical_phone("+55 (11) 98765-4321") == "551187654321");
    CHECK(canonical_phone("+92 300 1234567") == "923001234567");
}

}  // namespace parley::contacts
