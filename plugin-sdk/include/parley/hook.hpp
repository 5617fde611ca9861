// What an outside system has posted to /hooks/<plugin>, for Plugin::on_hook(). A copy: may be kept.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "json.hpp"
#include "message.hpp"

namespace parley {

class HookRequest {
public:
    explicit HookRequest(const Message& message) : body_(message.text()) {
        if (message.payload().empty()) return;
        const auto rest = Json::parse(message.payload());
        path_ = rest["path"].as_string();
        query_ = rest["query"].as_string();
        for (const auto& [name, value] : rest["headers"].members()) headers_.emplace_back(name, value.as_string());
    }

    const std::string& path() const { return path_; }    // behind the plugin's name: "" or "orders"
    const std::string& query() const { return query_; }  // as sent, without '?'
    const std::string& body() const { return body_; }

    // Empty: it was not sent. `name` in lower case: "content-type". What proves who asks is not passed on.
    std::string header(std::string_view name) const {
        for (const auto& [known, value] : headers_) {
            if (known == name) return value;
        }
        return {};
    }

    // The body as JSON. Throws JsonError.
    Json json() const { return Json::parse(body_); }

private:
    std::string path_, query_, body_;
    std::vector<std::pair<std::string, std::string>> headers_;
};

}  // namespace parley
