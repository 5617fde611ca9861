#include "api/stage.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "api/contract.hpp"

namespace parley::e2e {

namespace json = boost::json;

Stage& stage() {
    static Stage one({{"API_TOKEN", "s3cret"}, {"API_RATE", "0"}}, {"echo", "blacklist"});
    return one;
}

Api nobody() {
    return Api(stage().host.port());
}

Api owner() {
    return Api(stage().host.port(), "s3cret");
}

Api key_of(const std::string& role, std::vector<std::string> scopes) {
    if (scopes.empty()) {
        static const api::Contract contract;
        std::set<std::string> all;
        for (const auto& operation : contract.operations())
            if (!operation.open) all.insert(operation.scope);
        scopes.assign(all.begin(), all.end());
    }
    json::array list;
    for (auto& scope : scopes) list.push_back(json::string(scope));
    const auto made = owner().post(
        "/keys", json::serialize(json::object{{"name", "test " + role}, {"role", role}, {"scopes", std::move(list)}}));
    REQUIRE(made.status == 201);
    return owner().with_key(text_of(body_of(made), "key"));
}

}  // namespace parley::e2e
