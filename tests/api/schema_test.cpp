// JSON Schema as the API's document uses it.
#include "api/schema.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace parley::api {
namespace {

namespace json = boost::json;

std::string check(const char* schema, const char* value) {
    static const json::object document =
        json::parse(R"({"components": {"schemas": {"Name": {"type": "string", "maxLength": 3}, "Loop": {"$ref":
        "#/components/schemas/Loop"}}}})")
            .as_object();
    return violation(document, json::parse(schema), json::parse(value), "body").value_or("");
}

}  // namespace

TEST_CASE("types are told in words") {
    CHECK(check(R"({"type": "string"})", "\"a\"").empty());
    CHECK(check(R"({"type": "string"})", "1") == "body: must be a text");
    CHECK(check(R"({"type": "integer"})", "1.0").empty());
    CHECK(check(R"({"type": "integer"})", "1.5") == "body: must be a whole number");
    CHECK(check(R"({"type": "integer"})", "1e300").empty());
    CHECK(check(R"({"type": ["string", "null"]})", "null").empty());
    CHECK(check(R"({"type": ["string", "null"]})", "[]") == "body: must be a text or null");
    CHECK(check("{}", "[1, null]").empty());
}

TEST_CASE("objects have what is required and nothing unknown") {
    const char* schema = R"({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}},
                             "additionalProperties": false})";
    CHECK(check(schema, R"({"a": 1})").empty());
    CHECK(check(schema, "{}") == "body.a: is missing");
    CHECK(check(schema, R"({"a": 1, "b": 2})") == "body.b: is not known here");
    CHECK(check(schema, R"({"a": "1"})") == "body.a: must be a whole number");
    CHECK(check(R"({"additionalProperties": {"type": "string"}})", R"({"x": 1})") == "body.x: must be a text");
}

TEST_CASE("lengths count characters, not bytes") {
    CHECK(check(R"({"maxLength": 2})", "\"äö\"").empty());
    CHECK(check(R"({"maxLength": 1})", "\"äö\"") == "body: must have at most 1 characters");
    CHECK(check(R"({"minLength": 1})", "\"\"") == "body: must not be empty");
}

TEST_CASE("lists, choices and bounds") {
    CHECK(check(R"({"items": {"type": "integer"}})", "[1, \"2\"]") == "body[1]: must be a whole number");
    CHECK(check(R"({"maxItems": 1})", "[1, 2]") == "body: must have at most 1 items");
    CHECK(check(R"({"enum": ["a", "b"]})", "\"c\"") == "body: must be one of a, b");
    CHECK(check(R"({"minimum": 1, "maximum": 3})", "4") == "body: must be at most 3");
    CHECK(check(R"({"exclusiveMinimum": 0})", "0") == "body: must be more than 0");
    CHECK(check(R"({"oneOf": [{"type": "string"}, {"type": "integer"}]})", "1").empty());
    CHECK_FALSE(check(R"({"oneOf": [{"type": "number"}, {"type": "integer"}]})", "1").empty());
}

TEST_CASE("references are followed, and broken ones are a fault of the build") {
    CHECK(check(R"({"$ref": "#/components/schemas/Name"})", "\"abcd\"") == "body: must have at most 3 characters");
    CHECK_THROWS_AS(check(R"({"$ref": "#/components/schemas/None"})", "1"), std::logic_error);
    CHECK_THROWS_AS(check(R"({"$ref": "#/components/schemas/Loop"})", "1"), std::logic_error);
}

TEST_CASE("a keyword that is not checked is noticed") {
    CHECK(unknown_keyword(json::parse(R"({"properties": {"a": {"multipleOf": 2}}})"), "X") ==
          std::optional<std::string>("X.properties.a.multipleOf"));
    CHECK_FALSE(unknown_keyword(json::parse(R"({"type": "string", "description": "words"})"), "X"));
}

}  // namespace parley::api
