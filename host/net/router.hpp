// What the server gets from the route table.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace parley::net {

struct Router::Match {
    const Handler* handler = nullptr;     // null: nothing here for this method
    const RouteLimits* limits = nullptr;  // with `handler`
    std::vector<std::pair<std::string, std::string>> values;
    std::string allow;  // without `handler`: the methods there are ("GET, HEAD"); empty: 404
};

}  // namespace parley::net
