#include <catch2/catch.hpp>

#include "core/text.hpp"

using namespace parley::text;

TEST_CASE("UTF-8 is judged as RFC 3629 does") {
    for (const char* good : {"", "abc", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                             "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "grüße 👍"}) {
        INFO(good);
        CHECK(is_valid_utf8(good));
    }
    for (const char* bad :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x20", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xE2\x82",
          "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xF0\x9F\x91"}) {
        CHECK_FALSE(is_valid_utf8(bad));
    }
}

TEST_CASE("text with U+0000 cannot be stored") {
    const std::string nul("a\0b", 3);
    CHECK(is_valid_utf8(nul));
    CHECK(has_nul(nul));
    CHECK_FALSE(is_storable(nul));
    CHECK_FALSE(is_storable("\xFF"));
    CHECK(is_storable("a"));
}

TEST_CASE("text that hides something is told apart from other text") {
    for (const char* plain : {"", "milk 👍 \u2764\uFE0F", "ٹیکسٹ", "Ä\u0301 \u00A0", "\u2027\u202F\u205F\u2070"})
        CHECK(shows_what_it_is(plain));
    for (const char* hiding :
         {"a\nb", "a\tb", "\x7F", "\u0085", "soft\u00ADhyphen", "\u061C", "1\u200B2", "\u200E", "\u2028", "\u2029",
          "send \u202Etxt.exe", "\u2060", "\u2066", "\u2069", "\uFEFF", "\U000E0041", "\xFF"})
        CHECK_FALSE(shows_what_it_is(hiding));
}

TEST_CASE("no-break spaces become spaces, nothing else changes") {
    CHECK(replace_nbsp("a\xC2\xA0"
                       "b\xC2\xA0\xC2\xA0") == "a b  ");
    CHECK(replace_nbsp("\xC3\xA0 \xC2\xA1") == "\xC3\xA0 \xC2\xA1");
    CHECK(replace_nbsp("") == "");
}

TEST_CASE("trimming and truncating") {
    CHECK(trim(" \t\r\n a b \v\f") == "a b");
    CHECK(trim("  ") == "");
    CHECK(truncate_utf8("abc", 3) == "abc");
    CHECK(truncate_utf8("abc", 2) == "ab");
    CHECK(truncate_utf8("a👍", 4) == "a");
    CHECK(truncate_utf8("👍", 1) == "");
    CHECK(truncate_utf8("é👍", 3) == "é");
}

TEST_CASE("characters are counted, not bytes") {
    CHECK(characters("") == 0);
    CHECK(characters("abc") == 3);
    CHECK(characters("\xC3\xA9\xF0\x9F\x91\x8D!") == 3);
    CHECK(characters("e\xCC\x81") == 2);  // a letter and its accent
}

TEST_CASE("ASCII case is ignored, other letters are themselves") {
    CHECK(equal_ignoring_case("X-Hub", "x-hUB"));
    CHECK_FALSE(equal_ignoring_case("a", "ab"));
    CHECK_FALSE(equal_ignoring_case("[", "{"));
    CHECK_FALSE(equal_ignoring_case("Ä", "ä"));
    CHECK(starts_with_ignoring_case("Bearer x", "bearer "));
    CHECK_FALSE(starts_with_ignoring_case("Bear", "bearer "));
    CHECK(to_lower_ascii("ÄBC@Z[") == "Äbc@z[");
    CHECK(is_digits("0123"));
    CHECK_FALSE(is_digits(""));
    CHECK_FALSE(is_digits("1a"));
}
