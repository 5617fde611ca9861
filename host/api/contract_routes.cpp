// Is all that the host answers in the document, and all of the document there?
#include <boost/json.hpp>
#include <set>

#include "api/contract.hpp"
#include "core/text.hpp"

namespace parley::api {
namespace {

// Without what may be called differently: "/ws/chat/{room}/" is "/ws/chat/{}".
std::string shape_of(std::string_view path) {
    std::string shape;
    for (std::size_t at = 0; at < path.size(); ++at) {
        shape += path[at];
        if (path[at] == '{') at = path.find('}', at) - 1;
    }
    if (shape.size() > 1 && shape.ends_with('/')) shape.pop_back();
    return shape;
}

}  // namespace

std::vector<std::string> Contract::differences(const net::Router& router) const {
    std::set<std::string> documented, routed;
    std::vector<std::string> with_parts;
    for (const auto& operation : operations_) {
        const auto& object =
            document_.at("paths").at(operation.path).at(text::to_lower_ascii(operation.method)).as_object();
        const auto& answers = object.at("responses").as_object();
        const auto shape = shape_of(operation.path);
        if (answers.contains("101")) documented.insert("WebSocket " + shape);
        if (!answers.contains("101") || answers.contains("200")) documented.insert(operation.method + " " + shape);
        if (object.contains("x-parts")) with_parts.push_back(operation.path + "/");
    }
    for (const auto& route : router.routes()) {
        bool is_part = route.local_only;
        for (const auto& path : with_parts) is_part = is_part || route.pattern.starts_with(path);
        if (!is_part) routed.insert((route.websocket ? "WebSocket" : route.method) + " " + shape_of(route.pattern));
    }
    std::vector<std::string> found;
    for (const auto& route : routed)
        if (!documented.contains(route)) found.push_back(route + " is not in the document");
    for (const auto& operation : documented)
        if (!routed.contains(operation)) found.push_back(operation + " is in the document alone");
    return found;
}

}  // namespace parley::api
