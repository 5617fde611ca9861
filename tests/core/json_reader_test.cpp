#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "core/json_reader.hpp"
#include "support/result_printer.hpp"

using namespace parley;

namespace {

Error refused(std::string_view text, const JsonLimits& limits = {}) {
    const auto value = parse_json(text, limits);
    INFO(text.substr(0, 200));
    REQUIRE(!value);
    return value.error();
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("good JSON is parsed whole") {
    const std::string text = R"({"a":[1,-2,3.5,true,null,"x\u00e4\ud83d\ude00\n"],"":{}})";
    const auto value = parse_json(" " + text + "\r\n ");
    REQUIRE(value);
    CHECK(*parse_json(boost::json::serialize(*value)) == *value);
    CHECK(value->at("a").at(5).as_string() == "xä😀\n");
    for (const char* scalar : {"1", "\"x\"", "null", "true"}) CHECK(parse_json(scalar));
    CHECK(parse_json("18446744073709551615")->is_uint64());
}

TEST_CASE("long strings and keys come out in one piece") {
    const std::string longer(20'000, 'k');
    const auto value = parse_json(R"({")" + longer + R"(":")" + longer + R"(\n"})");
    REQUIRE(value);
    CHECK(value->at(longer).as_string() == longer + "\n");
}

TEST_CASE("the limits of size, depth and number hold exactly") {
    CHECK(parse_json(nested(32)));
    CHECK(refused(nested(33)).message.find("32 levels") != std::string::npos);
    CHECK(refused(std::string(1'000'000, '[')).message.find("32 levels") != std::string::npos);

    JsonLimits limits;
    limits.max_values = 5;
    CHECK(parse_json(R"([1,"a",null,true])", limits));
    CHECK(refused(R"([1,"a",null,true,{}])", limits).code == Errc::too_large);
    CHECK(refused(R"({"a":1,"b":2,"c":3,"d":[4]})", limits).code == Errc::too_large);
    limits.max_bytes = 4;
    CHECK(parse_json("[  ]", limits));
    CHECK(refused("[   ]", limits).code == Errc::too_large);

    std::string bomb = "[0";
    for (int i = 0; i < 400'000; ++i) bomb += ",0";
    JsonLimits wide;
    wide.max_bytes = 2u << 20;
    CHECK(refused(bomb + "]", wide).code == Errc::too_large);
}

TEST_CASE("U+0000 is refused wherever it stands") {
    for (const char* text :
         {R"("\u0000")", R"({"a":"x\u0000y"})", R"({"a\u0000":1})", R"(["aaaaaaaaaaaaaaaa\n\u0000\n"])"}) {
        CHECK(refused(text).message.find("U+0000") != std::string::npos);
    }
    CHECK(refused(R"(["a)" + std::string(20'000, 'x') + R"(\u0000"])").message.find("U+0000") != std::string::npos);
    refused(std::string_view("\"\0\"", 3));
    refused(std::string_view("{}\0", 3));
    CHECK(parse_json(R"("\\u0000")"));  // the six characters
}

TEST_CASE("numbers that no double holds are refused") {
    for (const char* text : {"1e400", "-1e400", "[1e999]", R"({"a":1e1000000})"}) {
        const Error error = refused(text);
        CHECK(error.code == Errc::invalid);
    }
    CHECK(parse_json("1e308"));
}

TEST_CASE("broken text and broken JSON are refused with words") {
    for (const char* text :
         {"", " ", "{", "[1,]", "{\"a\"}", "nul", "1 2", "{}x", "'a'", "\"\x01\"", "\"\xFF\"", "\"\xC0\x80\"",
          "\"\xED\xA0\x80\"", R"("\ud800")", R"("\udc00x")", "01", "NaN", "Infinity", "/**/1"}) {
        INFO(text);
        const Error error = refused(text);
        CHECK(error.code == Errc::invalid);
        CHECK(error.message.find("malformed JSON at byte") == 0);
    }
}

TEST_CASE("a reader falls back where things are missing or of another kind") {
    const auto value =
        parse_json(R"({"s":"text","i":-5,"u":18446744073709551615,"d":1.5,"b":true,"n":null,"a":[10,{"k":"v"}]})");
    JsonProblem problem;
    const JsonReader r(*value, problem);
    CHECK(r["s"].string_or("x") == "text");
    CHECK(r["i"].string_or("x") == "x");
    CHECK(r["n"].string_or("x") == "x");
    CHECK(r["missing"]["deeper"][3]["still"].string_or("x") == "x");
    CHECK(r["i"].text_or("") == "-5");
    CHECK(r["u"].text_or("") == "18446744073709551615");
    CHECK(r["b"].text_or("x") == "x");
    CHECK(r["i"].int_or(1) == -5);
    CHECK(r["d"].int_or(1) == 1);
    CHECK(r["d"].number_or(0) == 1.5);
    CHECK(r["i"].number_or(0) == -5.0);
    CHECK(r["b"].bool_or(false));
    CHECK_FALSE(r["s"].bool_or(false));
    CHECK(r["a"].size() == 2);
    CHECK(r["s"].size() == 0);
    CHECK(r["a"][1]["k"].string() == "v");
    CHECK(r["a"][0].integer() == 10);
    CHECK_FALSE(r["n"].present());
    CHECK(r["a"].present());
    CHECK_FALSE(problem);
}

TEST_CASE("the first thing missing is noted with its path") {
    const auto value = parse_json(R"({"entry":[{"id":5}]})");
    JsonProblem problem;
    const JsonReader r(*value, problem);
    CHECK(r["entry"][0]["id"].string().empty());
    CHECK(r["entry"][1]["id"].string().empty());
    REQUIRE(problem);
    CHECK(problem.error().code == Errc::invalid);
    CHECK(problem.error().message == "entry[0].id: is not a string");

    JsonProblem missing;
    CHECK(JsonReader(*value, missing)["entry"][1]["id"].string().empty());
    CHECK(missing.error().message == "entry[1].id: is missing");
    JsonProblem own;
    JsonReader(*value, own).complain("is odd");
    CHECK(own.error().message == "the document: is odd");
}
