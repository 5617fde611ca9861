// The SDK's JSON value.
#include <catch2/catch.hpp>
#include <parley/json.hpp>

using parley::Json;
using parley::JsonError;

TEST_CASE("JSON survives a round trip") {
    const char* texts[] = {"null",
                           "true",
                           "-12",
                           "9223372036854775807",
                           "0.5",
                           "\"\"",
                           "[]",
                           "{}",
                           "[1,[2,\"x\"],{\"b\":null,\"a\":false}]",
                           "{\"z\":1,\"a\":{\"k\":[true]}}",
                           "\"line\\nquote\\\" back\\\\ \\u0001 \xC3\xA9 \xF0\x9F\x98\x80\""};
    for (const auto* text : texts) {
        INFO(text);
        CHECK(Json::parse(text).dump() == text);
        CHECK(Json::parse(Json::parse(text).dump()) == Json::parse(text));
    }
}

TEST_CASE("JSON escapes and numbers are read") {
    CHECK(Json::parse("\"\\u00e9\\ud83d\\ude00\\/\"").as_string() == "\xC3\xA9\xF0\x9F\x98\x80/");
    CHECK(Json::parse("\"\\ud83d\"").as_string() == "\xEF\xBF\xBD");
    CHECK(Json::parse(" 1e3 ").as_double() == 1000.0);
    CHECK(Json::parse("1e3").as_int() == 1000);
    CHECK(Json::parse("123456789012345678901234").is_number());
}

TEST_CASE("an object may have many members, and of a name given twice the last value counts") {
    CHECK(Json::parse(R"({"a":1,"b":2,"a":3,"c":4,"b":{}})").dump() == R"({"a":3,"b":{},"c":4})");
    std::string text = "{";
    for (int i = 0; i < 100'000; ++i) text += "\"a-name-of-some-length-" + std::to_string(i) + "\":1,";
    text.back() = '}';
    CHECK(Json::parse(text).size() == 100'000);
}

TEST_CASE("what is not JSON is refused") {
    std::string deep(100, '[');
    const std::string texts[] = {"",       "{",       "[1,]",      "{\"a\"}", "{a:1}", "nul", "1 2", "\"open",
                                 "\"\n\"", "\"\\x\"", "\"\\u12\"", "-",       "1-2",   "+1",  ".5x", deep};
    for (const auto& text : texts) {
        INFO(text);
        CHECK_THROWS_AS(Json::parse(text), JsonError);
    }
}

TEST_CASE("what a temporary holds outlives it in a loop") {
    const auto make = [] { return Json::parse(R"({"list":["a long enough text for the heap","b"],"o":{"k":"v"}})"); };
    std::string seen;
    for (const auto& item : make()["list"].items()) seen += item.as_string() + ";";
    for (const auto& [name, value] : make()["o"].members()) seen += name + "=" + value.as_string();
    CHECK(seen == "a long enough text for the heap;b;k=v");
    const auto& kept = make()["list"];
    CHECK(kept.size() == 2);
    CHECK(make()["none"]["at all"].items().empty());
    CHECK(Json(1).members().empty());
}

TEST_CASE("reading is forgiving, building is short") {
    const auto json = Json::parse("{\"a\":{\"b\":\"x\"},\"n\":\"1\"}");
    CHECK(json["a"]["b"].as_string() == "x");
    CHECK(json["a"]["c"]["d"].as_string("none") == "none");
    CHECK(json["n"].as_int(7) == 7);
    CHECK(json["a"].items().empty());
    CHECK(json.contains("n"));

    Json built;
    built["name"] = "Ali";
    built["list"].push_back(1);
    built["list"].push_back(false);
    CHECK(built.dump() == "{\"name\":\"Ali\",\"list\":[1,false]}");
    CHECK_THROWS_AS(built.push_back(1), JsonError);
}
