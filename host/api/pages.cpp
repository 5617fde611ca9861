#include "api/pages.hpp"

#include "core/crypto.hpp"

namespace parley::api {
namespace {

using net::Request;
using net::Responder;
using net::Response;

// Styles are set from the scripts, element by element; a hash or a nonce cannot name those.
constexpr const char* policy =
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' "
    "data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

constexpr const char* swagger_page = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Parley API</title><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script>
</body></html>
)";
constexpr const char* swagger_start = R"(SwaggerUIBundle({
  url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null, persistAuthorization: false
});
)";
constexpr const char* redoc_page = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Parley API</title></head>
<body><div id="redoc"></div><script src="/redoc/redoc.standalone.js"></script><script src="/redoc/start.js"></script>
</body></html>
)";
constexpr const char* redoc_start = R"(Redoc.init('/openapi.json',
  { disableSearch: true, hideDownloadButton: false, theme: { typography: { fontFamily: 'system-ui, sans-serif',
    headings: { fontFamily: 'system-ui, sans-serif' } } } },
  document.getElementById('redoc'));
)";

void guard(Response& response) {
    response.headers.set("Content-Security-Policy", policy);
    response.headers.set("X-Content-Type-Options", "nosniff");
    response.headers.set("Referrer-Policy", "no-referrer");
    response.headers.set("X-Frame-Options", "DENY");
    response.headers.set("Cross-Origin-Opener-Policy", "same-origin");
}

// Answers 304 to who has it already.
void answer(const Request& request, Responder& respond, Response response) {
    const std::string etag = '"' + crypto::sha256_hex(response.body).substr(0, 32) + '"';
    guard(response);
    response.headers.set("Cache-Control", "no-cache");
    response.headers.set("ETag", etag);
    if (request.headers.get("If-None-Match") == etag) {
        response.status = 304;
        response.body.clear();
    }
    respond(std::move(response));
}

void add_text(net::Router& router, const char* path, const char* type, const char* text) {
    router.add("GET", path, [type, text](const Request& request, Responder respond) {
        auto response = Response::text(200, text);
        response.headers.set("Content-Type", type);
        answer(request, respond, std::move(response));
    });
}

const char* type_of(std::string_view name) {
    return name.ends_with(".css") ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
}

// Browsers take gzip, all of them; what does not can read /openapi.json.
void add_asset(net::Router& router, const std::string& folder, const Asset& asset) {
    router.add("GET", folder + std::string(asset.name), [asset](const Request& request, Responder respond) {
        Response response;
        response.headers.set("Content-Type", type_of(asset.name));
        response.headers.set("Content-Encoding", "gzip");
        response.body = asset.bytes;
        answer(request, respond, std::move(response));
    });
}

}  // namespace

void add_pages(net::Router& router, const Contract& contract) {
    router.add("GET", "/openapi.json", [&contract](const Request& request, Responder respond) {
        answer(request, respond, Response::json(200, contract.text()));
    });
    add_text(router, "/docs", "text/html; charset=utf-8", swagger_page);
    add_text(router, "/docs/start.js", "text/javascript; charset=utf-8", swagger_start);
    add_text(router, "/redoc", "text/html; charset=utf-8", redoc_page);
    add_text(router, "/redoc/start.js", "text/javascript; charset=utf-8", redoc_start);
    for (const auto& asset : assets()) add_asset(router, asset.name.starts_with("redoc") ? "/redoc/" : "/docs/", asset);
}

}  // namespace parley::api
