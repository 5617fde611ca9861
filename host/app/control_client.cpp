#include "app/control_client.hpp"

#include <boost/json.hpp>

#include "net/local_client.hpp"

namespace parley::app {

Result<boost::json::value> ControlClient::ask(const std::string& method, const std::string& target,
                                              const std::string& body, int timeout_ms) const {
    auto answer = net::local_request(socket_, method, target, body, timeout_ms);
    if (!answer && answer.error().code == Errc::unavailable)
        return make_error(Errc::unavailable,
                          answer.error().message + "; start it with `parley serve`, or name its --data-dir");
    if (!answer) return answer.error();
    boost::json::error_code error;
    auto value = boost::json::parse(answer->body, error);
    if (error) return make_error(Errc::internal, "the host answered something that is not JSON");
    if (answer->status < 300) return value;
    const auto* object = value.if_object();
    const auto* inner = object ? object->if_contains("error") : nullptr;
    const auto* message = inner && inner->is_object() ? inner->as_object().if_contains("message") : nullptr;
    return make_error(Errc::invalid, message && message->is_string()
                                         ? std::string(message->as_string())
                                         : "the host answered " + std::to_string(answer->status));
}

Result<boost::json::value> ControlClient::get(const std::string& target, int timeout_ms) const {
    return ask("GET", target, "", timeout_ms);
}

Result<boost::json::value> ControlClient::post(const std::string& target, const std::string& body,
                                               int timeout_ms) const {
    return ask("POST", target, body, timeout_ms);
}

}  // namespace parley::app
