#include "api/access.hpp"

#include <catch2/catch.hpp>

namespace parley::api {
namespace {

net::Request with(const std::string& authorization) {
    net::Request request;
    if (!authorization.empty()) request.headers.set("Authorization", authorization);
    return request;
}

}  // namespace

TEST_CASE("the token opens the API, and nothing else does") {
    const Secret token("s3cret");
    CHECK_FALSE(refusal(with("Bearer s3cret"), token));
    CHECK_FALSE(refusal(with("bearer  s3cret"), token));
    for (const char* wrong : {"", "Bearer", "Bearer ", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret"}) {
        CAPTURE(wrong);
        const auto refused = refusal(with(wrong), token);
        REQUIRE(refused);
        CHECK(refused->status == 401);
        CHECK(refused->headers.get("WWW-Authenticate") == "Bearer");
    }
}

TEST_CASE("without a token nobody comes in over the network, and the answer says what to do") {
    for (const char* given : {"", "Bearer ", "Bearer x"}) {
        const auto refused = refusal(with(given), Secret());
        REQUIRE(refused);
        CHECK(refused->status == 401);
        CHECK(refused->body.find("set API_TOKEN") != std::string::npos);
    }
}

TEST_CASE("the operator at the control socket needs no token") {
    auto request = with("");
    request.local = true;
    CHECK_FALSE(refusal(request, Secret("s3cret")));
    CHECK_FALSE(refusal(request, Secret()));
}

}  // namespace parley::api
