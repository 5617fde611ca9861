// What the server gets from the route table.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace parley::net {

// The method under which the table holds handlers of WebSockets; no request can name it.
inline constexpr std::string_view websocket_method = "(websocket)";

struct Router::Match {
    const RouteLimits* limits = nullptr;  // null: nothing here for this method
    // One of these, with `limits`.
    const Handler* handler = nullptr;
    const UploadHandler* upload = nullptr;
    const WebSocketHandler* websocket = nullptr;

    std::vector<std::pair<std::string, std::string>> values;
    std::string allow;              // without `limits`: the methods there are ("GET, HEAD"); empty: 404
    bool upgrade_required = false;  // without `limits`: a WebSocket could be opened here
};

}  // namespace parley::net
