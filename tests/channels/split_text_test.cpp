#include <catch2/catch.hpp>
#include <random>

#include "channels/split_text.hpp"
#include "core/text.hpp"

using namespace parley;
using namespace parley::channels;

TEST_CASE("the length of a text is counted as providers count it") {
    CHECK(text_units("") == 0);
    CHECK(text_units("abc") == 3);
    CHECK(text_units("grüße") == 5);
    CHECK(text_units("👍") == 2);
}

TEST_CASE("a text that fits stays as it is") {
    CHECK(split_text("", 10) == std::vector<std::string>{""});
    CHECK(split_text(" a \n", 10) == std::vector<std::string>{" a \n"});
    CHECK(split_text("0123456789", 10) == std::vector<std::string>{"0123456789"});
}

TEST_CASE("a long text is cut where it hurts least") {
    CHECK(split_text("first part\n\nsecond part", 14) == std::vector<std::string>{"first part", "second part"});
    CHECK(split_text("one line\nanother line", 14) == std::vector<std::string>{"one line", "another line"});
    CHECK(split_text("It ended. Nothing came.", 14) == std::vector<std::string>{"It ended.", "Nothing came."});
    CHECK(split_text("these are words and more", 14) == std::vector<std::string>{"these are", "words and more"});
    // A break near the beginning is no reason to send a short piece.
    CHECK(split_text("a bcdefghijklmnop", 10) == std::vector<std::string>{"a bcdefghi", "jklmnop"});
}

TEST_CASE("pieces are never too long, never empty, and nothing but white space is lost") {
    std::mt19937 random(3);
    const std::string parts[] = {"a", "bc", " ", "\n", "\n\n", ". ", "ü", "👍", "سلام", "e\u0301"};
    for (int round = 0; round < 2'000; ++round) {
        std::string text;
        for (int i = 0; i < 60; ++i) text += parts[random() % std::size(parts)];
        const std::size_t limit = 2 + random() % 30;
        std::string together, whole;
        for (const std::string& piece : split_text(text, limit)) {
            if (text_units(piece) > limit) FAIL("a piece of " << text_units(piece) << " units, limit " << limit);
            if (!text::is_valid_utf8(piece)) FAIL("a character was cut");
            together += piece;
        }
        for (std::string* s : {&together, &(whole = text)}) {
            s->erase(std::remove_if(s->begin(), s->end(), [](char c) { return c == ' ' || c == '\n'; }), s->end());
        }
        if (together != whole) FAIL("something was lost of: " << text);
    }
}
