#include "api/stage.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <set>

#include "support/contract.hpp"

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

std::set<std::string> all_scopes() {
    std::set<std::string> all;
    for (const auto& operation : contract().operations())
        if (!operation.scope.empty()) all.insert(operation.scope);
    return all;
}

std::string example(const std::string& path, const std::string& id) {
    std::string out;
    for (std::size_t at = 0; at < path.size(); ++at) {
        if (path[at] != '{') {
            out += path[at];
            continue;
        }
        const auto end = path.find('}', at);
        const auto name = path.substr(at + 1, end - at - 1);
        out += name == "id" || name == "room"                                    ? id
               : name == "number"                                                ? "4915112345678"
               : name == "action" && path.find("campaigns") != std::string::npos ? "pause"
               : name == "action"                                                ? "enable"
                                                                                 : "nobody";
        at = end;
    }
    return out;
}

std::string sign_in(const std::string& name) {
    const auto answer = http(stage().host.port(), "POST", "/auth/login/",
                             json::serialize(json::object{{"username", name}, {"password", password}}),
                             {{"Content-Type", "application/json"}});
    REQUIRE(answer.status == 200);
    return text_of(json::parse(answer.body), "token");
}

std::string person(const std::string& name, const std::string& role) {
    const auto made = owner().post(
        "/users", json::serialize(json::object{{"username", name}, {"password", password}, {"role", role}}));
    REQUIRE(made.status == 201);
    return sign_in(name);
}

Api key_of(const std::string& role, std::vector<std::string> scopes) {
    if (scopes.empty()) {
        const auto all = all_scopes();
        scopes.assign(all.begin(), all.end());
    }
    json::array list;
    for (auto& scope : scopes) list.push_back(json::string(scope));
    const auto made = owner().post(
        "/keys", json::serialize(json::object{{"name", "test " + role}, {"role", role}, {"scopes", std::move(list)}}));
    REQUIRE(made.status == 201);
    return owner().with_key(text_of(body_of(made), "key"));
}

std::string items_text(const json::value& page, const char* name) {
    std::string all;
    for (const auto& item : page.at("items").as_array()) all += text_of(item, name) + " ";
    return all;
}

std::string id_of(const Answer& answer) {
    CAPTURE(answer.body);
    REQUIRE((answer.status == 200 || answer.status == 201 || answer.status == 202));
    return text_of(body_of(answer), "id");
}

}  // namespace parley::e2e
