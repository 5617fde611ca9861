#include "net/router.hpp"

#include <map>
#include <set>
#include <stdexcept>

#include "net/form.hpp"

namespace parley::net {

namespace {

struct Route {
    Handler handler;
    UploadHandler upload;
    WebSocketHandler websocket;
    RouteLimits limits;
    std::vector<std::string> names;  // of its {name} segments, in order
};

// One segment of the paths. Literals are tried before the name.
struct Node {
    std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
    std::unique_ptr<Node> named;
    std::map<std::string, Route, std::less<>> methods;
};

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> segments;
    path.remove_prefix(1);  // the leading '/'
    for (;;) {
        auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

struct Search {
    const std::vector<std::string>& segments;
    std::string_view method;
    bool local;
    std::vector<const std::string*> values;
    std::set<std::string> allowed;  // of the nodes that match the path but not the method
    bool has_websocket = false;     // one of those nodes

    const Route* find_method(const Node& node) {
        auto visible = [&](const Route& route) { return local || !route.limits.local_only; };
        auto found = node.methods.find(method);
        if (found == node.methods.end() && method == "HEAD") found = node.methods.find(std::string_view("GET"));
        if (found != node.methods.end() && visible(found->second)) return &found->second;
        for (const auto& [name, route] : node.methods) {
            if (!visible(route)) continue;
            if (route.websocket) {
                has_websocket = true;
                continue;
            }
            allowed.insert(name);
            if (name == "GET") allowed.insert("HEAD");
        }
        return nullptr;
    }

    const Route* walk(const Node& node, std::size_t at) {
        if (at == segments.size()) return find_method(node);
        if (auto literal = node.literals.find(segments[at]); literal != node.literals.end()) {
            if (const Route* route = walk(*literal->second, at + 1)) return route;
        }
        if (!node.named || segments[at].empty()) return nullptr;
        values.push_back(&segments[at]);
        const Route* route = walk(*node.named, at + 1);
        if (!route) values.pop_back();
        return route;
    }
};

}  // namespace

struct Router::Table {
    void place(const std::string& method, const std::string& pattern, Route route);

    Node root;
    std::vector<RouteName> names;
    using SharedShape = std::shared_ptr<const ErrorShape>;
    std::vector<std::pair<std::string, SharedShape>> shapes;
    SharedShape usual_shape = std::make_shared<const ErrorShape>(&Response::problem);
};

Router::Router() : table_(std::make_unique<Table>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;

void Router::Table::place(const std::string& method, const std::string& pattern, Route route) {
    names.push_back({method, pattern, static_cast<bool>(route.websocket), route.limits.local_only});
    auto malformed = [&] { return std::logic_error("route " + method + " " + pattern + " is malformed"); };
    if (method.empty() || !pattern.starts_with('/')) throw malformed();
    Node* node = &root;
    for (auto segment : split(pattern)) {
        bool named = segment.starts_with('{');
        if (named != segment.ends_with('}') || (named && segment.size() < 3)) throw malformed();
        if (named) route.names.emplace_back(segment.substr(1, segment.size() - 2));
        auto& next = named ? node->named : node->literals[std::string(segment)];
        if (!next) next = std::make_unique<Node>();
        node = next.get();
    }
    if (!node->methods.try_emplace(method, std::move(route)).second) {
        throw std::logic_error("route " + method + " " + pattern + " is there already");
    }
}

void Router::add(std::string method, std::string pattern, Handler handler, RouteLimits limits) {
    Route route;
    route.handler = std::move(handler);
    route.limits = limits;
    table_->place(method, pattern, std::move(route));
}

void Router::add_upload(std::string method, std::string pattern, UploadHandler handler, RouteLimits limits) {
    Route route;
    route.upload = std::move(handler);
    route.limits = limits;
    table_->place(method, pattern, std::move(route));
}

void Router::add_websocket(std::string pattern, WebSocketHandler handler, RouteLimits limits) {
    Route route;
    route.websocket = std::move(handler);
    route.limits = limits;
    table_->place(std::string(websocket_method), pattern, std::move(route));
}

const std::vector<Router::RouteName>& Router::routes() const {
    return table_->names;
}

void Router::shape_errors(std::string path, ErrorShape shape) {
    table_->shapes.emplace_back(std::move(path), std::make_shared<const ErrorShape>(std::move(shape)));
}

std::shared_ptr<const ErrorShape> Router::error_shape(std::string_view path) const {
    for (const auto& [under, shape] : table_->shapes) {
        if (path.starts_with(under) && (path.size() == under.size() || path[under.size()] == '/')) return shape;
    }
    return table_->usual_shape;
}

Router::Match Router::find(std::string_view method, std::string_view path, bool local) const {
    Match match;
    if (!path.starts_with('/')) return match;
    std::vector<std::string> segments;
    for (auto raw : split(path)) {
        auto decoded = percent_decode(raw);
        if (!decoded) return match;
        segments.push_back(std::move(*decoded));
    }
    Search search{segments, method, local, {}, {}};
    if (const Route* route = search.walk(table_->root, 0)) {
        if (route->handler) match.handler = &route->handler;
        if (route->upload) match.upload = &route->upload;
        if (route->websocket) match.websocket = &route->websocket;
        match.limits = &route->limits;
        for (std::size_t i = 0; i < route->names.size(); ++i)
            match.values.emplace_back(route->names[i], *search.values[i]);
        return match;
    }
    match.upgrade_required = search.has_websocket;
    for (const auto& name : search.allowed) match.allow += (match.allow.empty() ? "" : ", ") + name;
    return match;
}

}  // namespace parley::net
