// The contract for people: /openapi.json, /docs (Swagger UI), /redoc (Redoc). Everything they need is in the program;
// the pages may ask no other host, and may run no script but theirs.
#pragma once

#include <string_view>
#include <vector>

#include "api/contract.hpp"
#include "net/http.hpp"

namespace parley::api {

// The contract outlives the router.
void add_pages(net::Router& router, const Contract& contract);

// A file in the program, compressed with gzip. Static.
struct Asset {
    std::string_view name;   // "swagger-ui.css"
    std::string_view bytes;  // gzip
};
const std::vector<Asset>& assets();

}  // namespace parley::api
