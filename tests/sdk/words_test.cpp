// Command lines into words, as shells read them and phones type them.
#include <catch2/catch.hpp>
#include <parley/phone_number.hpp>
#include <parley/text.hpp>
#include <parley/words.hpp>

using Words = std::vector<std::string>;

TEST_CASE("a line is split into words") {
    const struct {
        const char* line;
        Words words;
    } table[] = {
        {"", {}},
        {"   \n\t ", {}},
        {"one", {"one"}},
        {"  one \t two\nthree  ", {"one", "two", "three"}},
        {"one\u00A0two", {"one", "two"}},
        {"\u2066+92 320\u2069 x", {"+92", "320", "x"}},
        // quotes
        {"\"two words\" 'two more'", {"two words", "two more"}},
        {"\u201Ctwo words\u201D \u2018two more\u2019", {"two words", "two more"}},
        {"\u201Dtwo words\u201D \u201Elow high\u201C", {"two words", "low high"}},
        {"\"opened straight, closed curly\u201D", {"opened straight, closed curly"}},
        {"--name=\"two words\"", {"--name=two words"}},
        {"\"\" ''", {"", ""}},
        {"\"it's fine\"", {"it's fine"}},
        {"'don't stop'", {"don't stop"}},
        // apostrophes and lone quotes are what they are
        {"don't don\u2019t rock'n'roll", {"don't", "don\u2019t", "rock'n'roll"}},
        {"'tis 5\" long", {"'tis", "5\"", "long"}},
        {"\"never closed", {"\"never", "closed"}},
        // backslashes
        {"a\\ b", {"a b"}},
        {"\\\"a\\\"", {"\"a\""}},
        {"\"say \\\"hi\\\" now\"", {"say \"hi\" now"}},
        {"'back\\slash'", {"back\\slash"}},
        {"C:\\temp ends\\", {"C:\\temp", "ends\\"}},
        // long dashes
        {"\u2014add 1", {"--add", "1"}},
        {"\u2013a 1", {"-a", "1"}},
        {"\u2014a 1", {"-a", "1"}},
        {"\u2013add=1", {"--add=1"}},
        {"\u20135", {"-5"}},
        {"a \u2014 b", {"a", "\u2014", "b"}},
        {"well\u2014known", {"well\u2014known"}},
    };
    for (const auto& row : table) {
        INFO(row.line);
        CHECK(parley::split(row.line) == row.words);
    }
}

TEST_CASE("quotes that nothing closes are looked for once") {
    std::string line;
    for (int i = 0; i < 20'000; ++i) line += "\"a 'b \u201Cc \u2018d =\u201E ";
    CHECK(parley::split(line).size() == 100'000);
    CHECK(parley::split("\"a \"b 'c d'") == Words{"\"a", "\"b", "c d"});
    CHECK(parley::split("'a \"b c\" 'd \"e f\"") == Words{"'a", "b c", "'d", "e f"});
}

TEST_CASE("words know where they stand and whether they were quoted") {
    const std::string line = " -a \"b c\" \\-d";
    const auto words = parley::split_words(line);
    REQUIRE(words.size() == 3);
    CHECK_FALSE(words[0].literal);
    CHECK(words[1].literal);
    CHECK(line.substr(words[1].begin, words[1].end - words[1].begin) == "\"b c\"");
    CHECK(words[2].literal);
    CHECK(words[2].text == "-d");
}

TEST_CASE("text is trimmed, made small and counted") {
    CHECK(parley::trim(" \t a b\r\n") == "a b");
    CHECK(parley::trim(" \n").empty());
    CHECK(parley::lower("Ärger IN Zürich") == "Ärger in zürich");
    CHECK(parley::characters("سلام!") == 5);
    CHECK(parley::characters("") == 0);
}

TEST_CASE("phone numbers are understood as people type them") {
    CHECK(parley::phone_number("923001234567") == "923001234567");
    CHECK(parley::phone_number("+92 (300) 123-4567") == "923001234567");
    CHECK(parley::phone_number("@923001234567") == "923001234567");
    CHECK(parley::phone_number("923001234567@s.whatsapp.net") == "923001234567");
    CHECK(parley::phone_number("\u2068+923001234567\u2069") == "923001234567");
    CHECK_FALSE(parley::phone_number("ali"));
    CHECK_FALSE(parley::phone_number(""));
    CHECK_FALSE(parley::phone_number("12"));
    CHECK_FALSE(parley::phone_number("9230012345679230012345678"));
}
