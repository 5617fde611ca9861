// The running host and its document say the same, in both directions; who may do what is as the document says.
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "api/stage.hpp"
#include "support/contract.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

std::set<std::string> words(const std::string& list) {
    std::set<std::string> found;
    for (std::size_t from = 0; from < list.size();) {
        const auto comma = std::min(list.find(", ", from), list.size());
        found.insert(list.substr(from, comma - from));
        from = comma + 2;
    }
    return found;
}

// Would the router take a path of this shape for the pattern? Names fit everything.
bool fits(std::string_view pattern, std::string_view path) {
    while (!pattern.empty() && !path.empty()) {
        const auto one = pattern.substr(0, pattern.find('/', 1)), other = path.substr(0, path.find('/', 1));
        if (!one.starts_with("/{") && one != other) return false;
        pattern.remove_prefix(one.size());
        path.remove_prefix(other.size());
    }
    return pattern.empty() && path.empty();
}

}  // namespace

TEST_CASE("every path takes the methods that the document names, and no others") {
    std::map<std::string, std::set<std::string>> documented;
    for (const auto& operation : contract().operations())
        if (operation.id != "openRoom") documented[operation.path].insert(operation.method);
    // A literal segment of one path may be a name in another: "events" could be an account.
    const auto taken = [&](const std::string& path) {
        std::set<std::string> methods;
        for (const auto& [pattern, those] : documented)
            if (fits(pattern, path)) methods.insert(those.begin(), those.end());
        return methods;
    };
    for (const auto& [path, methods] : documented) {
        const auto known = taken(path);
        auto allowed = known;
        if (known.contains("GET")) allowed.insert("HEAD");
        for (const char* method : {"GET", "POST", "PUT", "PATCH", "DELETE"}) {
            CAPTURE(method, path);
            const auto answer = http(stage().host.port(), method, example(path));
            if (known.contains(method)) {
                const auto* operation = contract().find(method, path);
                const bool closed = operation && !operation->open && !operation->outside;
                CHECK((closed ? answer.status == 401 : answer.status != 405));
            } else {
                CHECK(answer.status == 405);
                CHECK(words(answer.header("allow")) == allowed);
            }
        }
    }
}

TEST_CASE("the host serves the document that it was built with") {
    const auto answer = http(stage().host.port(), "GET", "/openapi.json");
    CHECK(answer.status == 200);
    CHECK(answer.header("content-type") == "application/json");
    CHECK(json::parse(answer.body) == json::parse(contract().text()));
}

TEST_CASE("the pages need nothing from elsewhere") {
    for (const char* page : {"/docs", "/redoc"}) {
        const auto answer = http(stage().host.port(), "GET", page);
        CAPTURE(page);
        CHECK(answer.status == 200);
        const auto policy = answer.header("content-security-policy");
        CHECK(policy.find("default-src 'none'") != std::string::npos);
        CHECK(policy.find("script-src 'self';") != std::string::npos);
        CHECK(policy.find("http") == std::string::npos);
        CHECK(answer.body.find("://") == std::string::npos);
        // What it names is there.
        for (std::size_t at = 0; (at = answer.body.find("=\"/", at)) != std::string::npos; ++at) {
            const auto end = answer.body.find('"', at + 2);
            const auto part = http(stage().host.port(), "GET", answer.body.substr(at + 2, end - at - 2));
            CHECK(part.status == 200);
            CHECK_FALSE(part.body.empty());
        }
    }
}

TEST_CASE("a key does what its scopes say, and nothing else") {
    const auto reader = key_of("admin", {"messages:read"});
    CHECK(reader.get("/messages").status == 200);
    CHECK(reader.post("/messages", R"({"to": "4915112345678", "text": "x"})").status == 403);
    CHECK(reader.get("/settings").status == 403);
    CHECK(reader.get("/keys").status == 403);
}

}  // namespace parley::e2e
