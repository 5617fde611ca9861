#include "support/api.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "api/schema.hpp"
#include "support/contract.hpp"

namespace parley::e2e {
namespace json = boost::json;

Answer Api::call(const std::string& method, const std::string& target, const std::string& body,
                 const Headers& more) const {
    Headers headers = more;
    if (!key_.empty()) headers["Authorization"] = "Bearer " + key_;
    if (!body.empty() && !headers.contains("Content-Type")) headers["Content-Type"] = "application/json";
    const std::string whole = "/api/v1" + target;
    auto answer = http(port_, method, whole, body, headers);
    CAPTURE(method, whole, answer.status, answer.body.substr(0, 2000));
    if (operation_of(method, whole)) return answer;
    CHECK((answer.status == 404 || answer.status == 405));
    CHECK(wrong_with_problem(answer.header("content-type"), answer.body).value_or("a problem") == "a problem");
    return answer;
}

std::optional<std::string> wrong_with_problem(const std::string& content_type, const std::string& body) {
    if (content_type != "application/problem+json") return "is " + content_type;
    static const json::value schema{{"$ref", "#/components/schemas/Problem"}};
    json::error_code error;
    const auto value = json::parse(body, error);
    return error ? "is no JSON" : api::violation(contract().document(), schema, value, "problem");
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
