#include "support/api.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/contract.hpp"

namespace parley::e2e {
namespace {

namespace json = boost::json;

const api::Contract& contract() {
    static const api::Contract one;
    return one;
}

std::vector<std::string_view> segments(std::string_view path) {
    std::vector<std::string_view> found;
    while (!path.empty()) {
        path.remove_prefix(1);
        const auto slash = std::min(path.find('/'), path.size());
        found.push_back(path.substr(0, slash));
        path.remove_prefix(slash);
    }
    return found;
}

// As the router finds it: a literal segment is preferred to a name.
const api::Operation* operation_of(const std::string& method, std::string_view path) {
    const auto asked = segments(path);
    const api::Operation* best = nullptr;
    std::size_t fewest = 0;
    for (const auto& one : contract().operations()) {
        const auto pattern = segments(one.path);
        if (one.method != method || pattern.size() != asked.size()) continue;
        std::size_t names = 0;
        bool fits = true;
        for (std::size_t i = 0; i < asked.size(); ++i) {
            const bool named = pattern[i].starts_with('{');
            names += named ? 1 : 0;
            fits = fits && (named ? !asked[i].empty() : pattern[i] == asked[i]);
        }
        if (!fits || (best && names >= fewest)) continue;
        best = &one;
        fewest = names;
    }
    return best;
}

}  // namespace

Answer Api::call(const std::string& method, const std::string& target, const std::string& body,
                 const Headers& more) const {
    Headers headers = more;
    if (!key_.empty()) headers["Authorization"] = "Bearer " + key_;
    if (!body.empty() && !headers.contains("Content-Type")) headers["Content-Type"] = "application/json";
    const std::string whole = "/api/v1" + target;
    auto answer = http(port_, method, whole, body, headers);
    const auto* operation = operation_of(method, std::string_view(whole).substr(0, whole.find('?')));
    CAPTURE(method, whole, answer.status, answer.body.substr(0, 2000));
    if (operation) {
        const auto wrong =
            contract().check_answer(*operation, answer.status, answer.header("content-type"), answer.body);
        CHECK(wrong.value_or("as described") == "as described");
    } else {
        CHECK((answer.status == 404 || answer.status == 405));
    }
    return answer;
}

Answer Api::post(const std::string& target, const std::string& body, const Headers& more) const {
    return call("POST", target, body, more);
}

json::value Api::read(const std::string& target, int status) const {
    const auto answer = get(target);
    CAPTURE(target, answer.body);
    REQUIRE(answer.status == status);
    return json::parse(answer.body);
}

json::value body_of(const Answer& answer) {
    return json::parse(answer.body);
}

std::string text_of(const json::value& object, const char* name) {
    const auto* value = object.is_object() ? object.get_object().if_contains(name) : nullptr;
    if (!value) return "";
    return value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
}

}  // namespace parley::e2e
