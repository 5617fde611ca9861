#include "api/problem.hpp"

#include <boost/json.hpp>

namespace parley::api {
namespace {

const char* title_of(int status) {
    switch (status) {
        case 400:
            return "Bad Request";
        case 401:
            return "Unauthorized";
        case 403:
            return "Forbidden";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 409:
            return "Conflict";
        case 410:
            return "Gone";
        case 412:
            return "Precondition Failed";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 422:
            return "Unprocessable Content";
        case 416:
            return "Range Not Satisfiable";
        case 426:
            return "Upgrade Required";
        case 429:
            return "Too Many Requests";
        case 431:
            return "Request Header Fields Too Large";
        case 503:
            return "Service Unavailable";
        case 504:
            return "Gateway Timeout";
        case 505:
            return "HTTP Version Not Supported";
        default:
            return "Internal Server Error";
    }
}

}  // namespace

int status_of(Errc code) {
    switch (code) {
        case Errc::invalid:
            return 400;
        case Errc::unauthorized:
            return 401;
        case Errc::denied:
            return 403;
        case Errc::not_found:
            return 404;
        case Errc::conflict:
        case Errc::gone:
            return 409;
        case Errc::too_large:
            return 413;
        case Errc::unsupported:
            return 422;
        case Errc::unavailable:
        case Errc::overloaded:
            return 503;
        case Errc::timeout:
            return 504;
        case Errc::internal:
            break;
    }
    return 500;
}

net::Response problem(int status, std::string_view code, std::string_view detail) {
    const boost::json::object body{
        {"type", "about:blank"}, {"title", title_of(status)}, {"status", status}, {"code", code}, {"detail", detail}};
    auto response = net::Response::json(status, boost::json::serialize(body));
    response.headers.set("Content-Type", "application/problem+json");
    if (status == 503) response.headers.set("Retry-After", "2");
    return response;
}

net::Response problem(const Error& error) {
    return problem(status_of(error.code), to_string(error.code), error.message);
}

}  // namespace parley::api
