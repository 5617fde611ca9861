#include "net/http.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <stdexcept>

#include "net/form.hpp"
#include "net/grammar.hpp"

namespace parley::net {

std::string_view Headers::get(std::string_view name) const {
    for (const auto& [key, value] : fields_) {
        if (grammar::same_name(key, name)) return value;
    }
    return {};
}

bool Headers::has(std::string_view name) const {
    return std::any_of(fields_.begin(), fields_.end(),
                       [&](const auto& field) { return grammar::same_name(field.first, name); });
}

void Headers::add(std::string name, std::string value) {
    if (!grammar::is_token(name)) throw std::invalid_argument("not a header name");
    if (!grammar::is_field_value(value))
        throw std::invalid_argument("header " + name + ": control characters in the value");
    fields_.emplace_back(std::move(name), std::move(value));
}

void Headers::set(std::string name, std::string value) {
    auto same = [&](const auto& field) { return grammar::same_name(field.first, name); };
    auto first = std::find_if(fields_.begin(), fields_.end(), same);
    if (first == fields_.end()) return add(std::move(name), std::move(value));
    if (!grammar::is_field_value(value))
        throw std::invalid_argument("header " + name + ": control characters in the value");
    first->second = std::move(value);
    fields_.erase(std::remove_if(first + 1, fields_.end(), same), fields_.end());
}

void Headers::remove(std::string_view name) {
    std::erase_if(fields_, [&](const auto& field) { return grammar::same_name(field.first, name); });
}

std::optional<std::string> Request::query_value(std::string_view name) const {
    return form_value(query, name);
}

std::string_view Request::path_value(std::string_view name) const {
    for (const auto& [key, value] : path_values) {
        if (key == name) return value;
    }
    return {};
}

namespace {
Response make_response(int status, const char* type, std::string body) {
    Response response;
    response.status = status;
    response.headers.set("Content-Type", type);
    response.body = std::move(body);
    return response;
}
}  // namespace

Response Response::text(int status, std::string body) {
    return make_response(status, "text/plain; charset=utf-8", std::move(body));
}

Response Response::json(int status, std::string body) {
    return make_response(status, "application/json", std::move(body));
}

Response Response::html(int status, std::string body) {
    return make_response(status, "text/html; charset=utf-8", std::move(body));
}

Response Response::problem(int status, std::string_view code, std::string_view message) {
    boost::json::object error;
    error["code"] = code;
    error["message"] = message;
    boost::json::object body;
    body["error"] = std::move(error);
    return json(status, boost::json::serialize(body));
}

Responder& Responder::operator=(Responder&& other) noexcept {
    if (this != &other) {
        Responder old(std::move(*this));  // answers 500 if it was not used
        send_ = std::exchange(other.send_, nullptr);
        errors_ = std::move(other.errors_);
    }
    return *this;
}

Responder::~Responder() {
    if (!send_) return;
    try {
        constexpr std::string_view why = "the request was not answered; the host's log may say why";
        (*this)(errors_ ? (*errors_)(500, "internal", why) : Response::problem(500, "internal", why));
    } catch (const std::exception&) {
        // Out of memory: the deadline of the route answers in its place.
    }
}

void Responder::operator()(Response response) {
    if (!send_) return;  // answered already: an answer is given once
    auto send = std::exchange(send_, nullptr);
    send(std::move(response));
}

}  // namespace parley::net
