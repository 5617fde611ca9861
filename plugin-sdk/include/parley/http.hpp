// Calling the outside world. Private addresses are refused, whatever name or redirect leads there.
#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "abi/services/http.h"
#include "detail/bridge.hpp"

namespace parley {

using HttpHeaders = std::vector<std::pair<std::string, std::string>>;

struct HttpRequest {
    std::string method = "GET";
    std::string url;
    HttpHeaders headers;
    std::string body;
    std::chrono::milliseconds timeout{0};  // 0: 30 s; at most what is left of the handling
    std::uint32_t max_bytes = 0;           // of the answer; 0: 16 MiB
    std::uint32_t redirects = 3;           // how many to follow, at most 3
};

struct HttpResponse {
    unsigned status = 0;
    HttpHeaders headers;
    std::string body;

    bool ok() const { return status >= 200 && status < 300; }
};

class Http {
public:
    Http(detail::Link link, const parley_http* table) : link_(link), table_(table) {}

    // Waits. Any HTTP answer is returned, an error status too; no answer is a ServiceError.
    HttpResponse request(const HttpRequest& request) const {
        std::vector<parley_http_header> headers;
        for (const auto& [name, value] : request.headers) headers.push_back({detail::str(name), detail::str(value)});

        parley_http_request raw{};
        raw.size = sizeof(raw);
        raw.timeout_ms = static_cast<std::uint32_t>(request.timeout.count());
        raw.max_bytes = request.max_bytes;
        raw.redirects = request.redirects;
        raw.method = detail::str(request.method);
        raw.url = detail::str(request.url);
        raw.headers = headers.data();
        raw.header_count = headers.size();
        raw.body = detail::str(request.body);

        Answer answer;
        detail::check(link_, table_->request(link_.call, &raw, &answer, &Answer::done), "http.request");
        if (answer.failure) std::rethrow_exception(answer.failure);
        return std::move(answer.response);
    }

    HttpResponse get(std::string url) const {
        HttpRequest question;
        question.url = std::move(url);
        return request(question);
    }

    HttpResponse post(std::string url, std::string body, std::string content_type = "application/json") const {
        HttpRequest question;
        question.method = "POST";
        question.url = std::move(url);
        question.headers.emplace_back("Content-Type", std::move(content_type));
        question.body = std::move(body);
        return request(question);
    }

private:
    struct Answer {
        HttpResponse response;
        std::exception_ptr failure;

        static void done(void* user, const parley_http_response* raw) noexcept {
            auto& self = *static_cast<Answer*>(user);
            try {
                self.response.status = raw->status;
                for (std::size_t i = 0; i < raw->header_count; ++i) {
                    self.response.headers.emplace_back(detail::copy(raw->headers[i].name),
                                                       detail::copy(raw->headers[i].value));
                }
                self.response.body = detail::copy(raw->body);
            } catch (...) {
                self.failure = std::current_exception();
            }
        }
    };

    detail::Link link_;
    const parley_http* table_;
};

}  // namespace parley
