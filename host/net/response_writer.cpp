#include "net/response_writer.hpp"

#include <array>
#include <boost/beast/http/status.hpp>

#include "net/grammar.hpp"

namespace parley::net {

namespace {

constexpr std::size_t joined_body = 16 * 1024;

bool is_ours(std::string_view name) {
    static constexpr std::array<std::string_view, 8> ours{
        "content-length", "transfer-encoding", "connection", "keep-alive", "date", "trailer", "upgrade", "server"};
    for (auto own : ours) {
        if (grammar::same_name(name, own)) return true;
    }
    return false;
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
    out.append(name).append(": ").append(value).append("\r\n");
}

void append_fields(std::string& out, const Headers& headers) {
    if (!headers.has("X-Content-Type-Options")) append_field(out, "X-Content-Type-Options", "nosniff");
    for (const auto& [name, value] : headers.all()) {
        if (!is_ours(name)) append_field(out, name, value);
    }
}

}  // namespace

std::string_view reason_phrase(int status) {
    if (status < 100 || status > 599) return {};
    auto known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
    if (known == boost::beast::http::status::unknown) return {};
    auto text = boost::beast::http::obsolete_reason(known);
    return {text.data(), text.size()};
}

const std::string& ResponseWriter::date_line() {
    auto now = std::time(nullptr);
    if (now != date_of_) {
        std::tm parts{};
        gmtime_r(&now, &parts);
        std::array<char, 64> text{};
        // The host never calls setlocale(), so names are English ones.
        auto size = std::strftime(text.data(), text.size(), "Date: %a, %d %b %Y %H:%M:%S GMT\r\n", &parts);
        date_.assign(text.data(), size);
        date_of_ = now;
    }
    return date_;
}

void ResponseWriter::append_start(std::string& head, int status) {
    head.append("HTTP/1.1 ").append(std::to_string(status)).append(" ");
    head.append(reason_phrase(status)).append("\r\n").append(date_line());
}

ResponseWriter::Wire ResponseWriter::write(Response response, bool head_only, bool close) {
    if (response.status < 200 || response.status > 599) {
        response = Response::problem(500, "internal", "the answer had no valid status");
    }
    bool bodiless = response.status == 204 || response.status == 304;
    Wire wire;
    auto& head = wire.head;
    head.reserve(256 + (response.body.size() <= joined_body && !head_only ? response.body.size() : 0));
    append_start(head, response.status);
    auto length = response.source ? response.source->size() : response.body.size();
    if (!bodiless) append_field(head, "Content-Length", std::to_string(length));
    append_fields(head, response.headers);
    if (response.status == 426) {  // RFC 9110 15.5.22: it has to say to what
        head.append("Upgrade: websocket\r\nConnection: upgrade").append(close ? ", close\r\n\r\n" : "\r\n\r\n");
    } else {
        head.append(close ? "Connection: close\r\n\r\n" : "\r\n");
    }
    if (bodiless || head_only || response.source) return wire;
    if (response.body.size() <= joined_body) {
        head.append(response.body);
    } else {
        wire.body = std::move(response.body);
    }
    return wire;
}

std::string ResponseWriter::stream_head(const Response& response) {
    std::string head;
    append_start(head, response.status);
    append_fields(head, response.headers);
    return head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
}

}  // namespace parley::net
