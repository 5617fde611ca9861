#include "net/router.hpp"

#include <catch2/catch.hpp>

using namespace parley::net;

namespace {
// A handler that can be recognised by the status it answers with.
Handler answering(int status) {
    return [status](Request, Responder respond) { respond(Response::text(status, "")); };
}

int status_of(const Router::Match& match) {
    if (!match.handler) return 0;
    int status = 0;
    (*match.handler)(Request(), Responder([&](Response response) { status = response.status; }));
    return status;
}

using Values = std::vector<std::pair<std::string, std::string>>;
}  // namespace

TEST_CASE("routes are found by method and pattern") {
    Router router;
    router.add("GET", "/", answering(200));
    router.add("GET", "/health", answering(201));
    router.add("GET", "/webhooks/{channel}/{account}", answering(202));
    router.add("POST", "/webhooks/{channel}/{account}", answering(203));
    router.add("GET", "/webhooks/cloud/{number}", answering(204));
    router.add("GET", "/webhooks/cloud/{number}/media", answering(205));
    router.add("GET", "/files/{a}/x", answering(206));

    CHECK(status_of(router.find("GET", "/")) == 200);
    CHECK(status_of(router.find("GET", "/health")) == 201);
    CHECK(status_of(router.find("HEAD", "/health")) == 201);
    auto match = router.find("GET", "/webhooks/twilio/7");
    CHECK(status_of(match) == 202);
    CHECK(match.values == Values{{"channel", "twilio"}, {"account", "7"}});
    CHECK(status_of(router.find("GET", "/webhooks/cloud/7")) == 204);
    CHECK(status_of(router.find("POST", "/webhooks/cloud/7")) == 203);
    CHECK(router.find("POST", "/webhooks/cloud/7").values == Values{{"channel", "cloud"}, {"account", "7"}});
    CHECK(status_of(router.find("GET", "/webhooks/cloud/7/media")) == 205);
}

TEST_CASE("what is not there is 404, or 405 with the methods that are") {
    Router router;
    router.add("GET", "/a", answering(200));
    router.add("PUT", "/a", answering(201));
    router.add("POST", "/b/{x}", answering(202));
    for (const auto* path : {"/c", "/a/", "//a", "/b", "/b/", "/b/1/2", "/A", "*", "", "a", "/a%"}) {
        INFO(path);
        auto match = router.find("GET", path);
        CHECK(match.handler == nullptr);
        CHECK(match.allow.empty());
    }
    CHECK(router.find("DELETE", "/a").allow == "GET, HEAD, PUT");
    CHECK(router.find("get", "/a").allow == "GET, HEAD, PUT");
    CHECK(router.find("HEAD", "/b/1").allow == "POST");
}

TEST_CASE("segments are decoded after they are split") {
    Router router;
    router.add("GET", "/a b/{x}", answering(200));
    router.add("GET", "/admin/users", answering(201));
    CHECK(router.find("GET", "/a%20b/c%2Fd").values == Values{{"x", "c/d"}});
    CHECK(router.find("GET", "/admin%2Fusers").handler == nullptr);
    CHECK(status_of(router.find("GET", "/%61dmin/users")) == 201);
}

TEST_CASE("routes of the control socket do not exist elsewhere") {
    Router router;
    RouteLimits limits;
    limits.local_only = true;
    router.add("POST", "/control/stop", answering(200), limits);
    router.add("GET", "/both", answering(201));
    router.add("DELETE", "/both", answering(202), limits);
    CHECK(status_of(router.find("POST", "/control/stop", true)) == 200);
    CHECK(router.find("POST", "/control/stop", false).handler == nullptr);
    CHECK(router.find("GET", "/control/stop", false).allow.empty());
    CHECK(router.find("POST", "/both", false).allow == "GET, HEAD");
    CHECK(router.find("POST", "/both", true).allow == "DELETE, GET, HEAD");
}

TEST_CASE("malformed and duplicate routes are refused when they are added") {
    Router router;
    router.add("GET", "/a/{x}", answering(200));
    CHECK_THROWS_AS(router.add("GET", "/a/{y}", answering(200)), std::logic_error);
    for (const auto* pattern : {"", "a", "/{", "/{}", "/x}", "/{x"}) {
        CHECK_THROWS_AS(router.add("GET", pattern, answering(200)), std::logic_error);
    }
    CHECK_THROWS_AS(router.add("", "/b", answering(200)), std::logic_error);
}
