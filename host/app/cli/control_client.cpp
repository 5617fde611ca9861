#include "app/cli/control_client.hpp"

#include <unistd.h>

#include <boost/json.hpp>

#include "config/config.hpp"
#include "net/local_client.hpp"

namespace parley::app {

namespace {

// The package's host has its directory in a file that other users cannot read.
std::string how_to_reach() {
    const bool others = access(config::system_file, F_OK) == 0 && access(config::system_file, R_OK) != 0;
    return others ? "; the installed host is asked as its user: sudo -u parley parley ..."
                  : "; start it with `parley serve`, or name its --data-dir";
}

}  // namespace

Result<boost::json::value> ControlClient::ask(const std::string& method, const std::string& target,
                                              const std::string& body, int timeout_ms) const {
    auto answer = net::local_request(socket_, method, target, body, timeout_ms);
    if (!answer && answer.error().code == Errc::unavailable)
        return make_error(Errc::unavailable, answer.error().message + how_to_reach());
    if (!answer) return answer.error();
    if (answer->status == 204) return boost::json::value();
    boost::json::error_code error;
    auto value = boost::json::parse(answer->body, error);
    if (error) return make_error(Errc::internal, "the host answered something that is not JSON");
    if (answer->status < 300) return value;
    const auto* object = value.if_object();
    const auto* detail = object ? object->if_contains("detail") : nullptr;
    return make_error(answer->status == 404 ? Errc::not_found : Errc::invalid,
                      detail && detail->is_string() ? std::string(detail->as_string())
                                                    : "the host answered " + std::to_string(answer->status));
}

Result<boost::json::value> ControlClient::get(const std::string& target, int timeout_ms) const {
    return ask("GET", target, "", timeout_ms);
}

Result<boost::json::value> ControlClient::post(const std::string& target, const std::string& body,
                                               int timeout_ms) const {
    return ask("POST", target, body, timeout_ms);
}

Result<boost::json::value> ControlClient::patch(const std::string& target, const std::string& body) const {
    return ask("PATCH", target, body, 60'000);
}

Result<boost::json::value> ControlClient::put(const std::string& target, const std::string& body) const {
    return ask("PUT", target, body, 60'000);
}

Result<void> ControlClient::remove(const std::string& target) const {
    const auto answer = ask("DELETE", target, "", 60'000);
    if (!answer) return answer.error();
    return {};
}

Result<boost::json::array> ControlClient::list(const std::string& target, int timeout_ms) const {
    boost::json::array all;
    std::string cursor;
    do {
        const char* separator = target.find('?') == std::string::npos ? "?" : "&";
        auto page = get(cursor.empty() ? target : target + separator + "cursor=" + cursor, timeout_ms);
        if (!page) return page.error();
        auto& object = page->as_object();
        for (auto& item : object.at("items").as_array()) all.push_back(std::move(item));
        const auto& next = object.at("next");
        cursor = next.is_string() ? std::string(next.get_string()) : std::string();
    } while (!cursor.empty());
    return all;
}

}  // namespace parley::app
