#include <catch2/catch.hpp>

#include "net/http.hpp"

using namespace parley::net;

TEST_CASE("header names compare without case and keep their order") {
    Headers headers;
    headers.set("Content-Type", "text/plain");
    headers.add("Set-Cookie", "a=1");
    headers.add("set-cookie", "b=2");
    CHECK(headers.get("content-TYPE") == "text/plain");
    CHECK(headers.get("Set-Cookie") == "a=1");
    CHECK(headers.has("SET-COOKIE"));
    CHECK_FALSE(headers.has("Cookie"));
    CHECK(headers.get("Cookie").empty());
    REQUIRE(headers.all().size() == 3);
    headers.set("SET-COOKIE", "c=3");
    REQUIRE(headers.all().size() == 2);
    CHECK(headers.get("set-cookie") == "c=3");
    headers.remove("content-type");
    CHECK(headers.all().size() == 1);
}

TEST_CASE("nothing that could end a header line gets into one") {
    Headers headers;
    using namespace std::string_literals;
    for (const auto& value : {"a\r\nSet-Cookie: evil=1"s, "a\nb"s, "a\rb"s, "a\0b"s, "\x01"s, "a\x7f"s}) {
        CHECK_THROWS_AS(headers.set("X-Name", value), std::invalid_argument);
        CHECK_THROWS_AS(headers.add("X-Name", value), std::invalid_argument);
    }
    for (const auto& name : {""s, "a b"s, "a:b"s, "a\r\nb"s, "a\0"s, "\xc3\xa4"s}) {
        CHECK_THROWS_AS(headers.set(name, "x"), std::invalid_argument);
    }
    CHECK(headers.all().empty());
    headers.set("X-Name", "tab\tand \xc3\xa4");
    CHECK_THROWS_AS(headers.set("X-Name", "a\r\n"), std::invalid_argument);
    CHECK(headers.get("X-Name") == "tab\tand \xc3\xa4");
}

TEST_CASE("a problem is JSON whatever the message says") {
    auto response = Response::problem(400, "invalid", "say \"hi\"\n");
    CHECK(response.status == 400);
    CHECK(response.body == R"({"error":{"code":"invalid","message":"say \"hi\"\n"}})");
    CHECK(response.headers.get("Content-Type") == "application/json");
}

TEST_CASE("a responder answers exactly once") {
    std::vector<int> answers;
    auto make = [&] { return Responder([&](Response response) { answers.push_back(response.status); }); };
    SECTION("used twice, the first answer counts") {
        auto responder = make();
        responder(Response::text(200, ""));
        responder(Response::text(201, ""));
        CHECK(answers == std::vector<int>{200});
    }
    SECTION("dropped, it answers 500") {
        { auto responder = make(); }
        CHECK(answers == std::vector<int>{500});
    }
    SECTION("moved, the new one answers") {
        auto first = make();
        auto second = std::move(first);
        first(Response::text(204, ""));
        second(Response::text(201, ""));
        CHECK(answers == std::vector<int>{201});
    }
    SECTION("overwritten, the old one answers 500") {
        auto first = make();
        first = make();
        CHECK(answers == std::vector<int>{500});
        first(Response::text(200, ""));
        CHECK(answers == std::vector<int>{500, 200});
    }
}

TEST_CASE("query values are decoded, broken ones are none") {
    Request request;
    request.query = "a=1&b=x+y%20z&c&a=2&bad=%zz&d%5B%5D=7";
    CHECK(request.query_value("a") == "1");
    CHECK(request.query_value("b") == "x y z");
    CHECK(request.query_value("c") == "");
    CHECK(request.query_value("d[]") == "7");
    CHECK_FALSE(request.query_value("bad"));
    CHECK_FALSE(request.query_value("nothing"));
}
