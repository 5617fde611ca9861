#include "net/server.hpp"

#include <boost/asio/co_spawn.hpp>

#include "net/server_core.hpp"
#include "net/session.hpp"

namespace parley::net {

void ServerCore::spawn(const char* name, boost::asio::awaitable<void> task) {
    auto ended = [self = shared_from_this(), name](std::exception_ptr failure) {
        try {
            if (failure) std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            self->log.error("http.task_failed", {{"task", name}, {"what", error.what()}});
        }
    };
    boost::asio::co_spawn(io, std::move(task), std::move(ended));
}

bool ServerCore::is_full(const Peer& peer) const {
    if (remote_connections >= options.max_connections) return true;
    if (options.max_connections_per_ip == 0) return false;
    auto found = connections_of.find(peer.address);
    return found != connections_of.end() && found->second >= options.max_connections_per_ip;
}

void ServerCore::enter(Connection& connection) {
    connections.insert(&connection);
    ++connections_open;
    ++connections_total;
    if (connection.peer().local) return;  // the operator always gets in
    ++remote_connections;
    if (options.max_connections_per_ip > 0) ++connections_of[connection.peer().address];
}

void ServerCore::leave(Connection& connection) {
    if (connections.erase(&connection) == 0) return;  // taken over
    --connections_open;
    if (!connection.peer().local) {
        --(connection.is_websocket ? remote_websockets : remote_connections);
        auto found = connections_of.find(connection.peer().address);
        if (found != connections_of.end() && --found->second == 0) connections_of.erase(found);
    }
    if (stopping && connections.empty()) stopped();
}

void ServerCore::take_over(Connection& from, Connection& to) {
    connections.erase(&from);
    connections.insert(&to);
    to.is_websocket = true;
    if (to.peer().local) return;
    --remote_connections;
    ++remote_websockets;
}

void ServerCore::stop(int deadline_ms, UniqueFunction<void()> done) {
    stopping = true;
    on_stopped = std::move(done);
    for (auto& listener : listeners) listener->close();
    auto now_open = connections;  // closing one may end another
    for (auto* connection : now_open) {
        if (connections.count(connection)) connection->wind_up();
    }
    if (connections.empty()) return stopped();
    stop_timer = loop.after(std::chrono::milliseconds(deadline_ms), [self = shared_from_this()] {
        self->stop_timer = 0;
        self->log.warn("http.stop_cut", {{"connections", self->connections.size()}});
        self->cut();
        self->stopped();
    });
}

void ServerCore::stopped() {
    loop.cancel(std::exchange(stop_timer, 0));
    if (!on_stopped) return;
    loop.post(std::exchange(on_stopped, nullptr));
}

void ServerCore::cut() {
    stopping = true;
    for (auto& listener : listeners) listener->close();
    auto now_open = connections;
    for (auto* connection : now_open) {
        if (connections.count(connection)) connection->abort();
    }
}

struct Server::Impl {
    std::shared_ptr<ServerCore> core;
};

Server::Server(Loop& loop, const Router& router, ServerOptions options, Logger log)
    : impl_(std::make_unique<Impl>(Impl{std::make_shared<ServerCore>(loop, router, options, std::move(log))})) {}

Server::~Server() {
    impl_->core->on_stopped = nullptr;
    impl_->core->cut();
    impl_->core->stopped();
}

Result<std::uint16_t> Server::listen(const std::string& host, std::uint16_t port) {
    std::uint16_t bound = 0;
    auto listener = listen_tcp(*impl_->core, host, port, nullptr, bound);
    if (!listener) return listener.error();
    impl_->core->listeners.push_back(*listener);
    return bound;
}

Result<std::uint16_t> Server::listen_tls(const std::string& host, std::uint16_t port, const TlsFiles& files) {
    std::uint16_t bound = 0;
    auto listener = listen_tcp(*impl_->core, host, port, &files, bound);
    if (!listener) return listener.error();
    impl_->core->listeners.push_back(*listener);
    return bound;
}

Result<void> Server::listen_local(const std::string& path) {
    auto listener = net::listen_local(*impl_->core, path);
    if (!listener) return listener.error();
    impl_->core->listeners.push_back(*listener);
    return {};
}

Result<void> Server::reload_tls() {
    for (auto& listener : impl_->core->listeners) {
        auto done = listener->reload_tls();
        if (!done) return done;
    }
    return {};
}

void Server::stop(int deadline_ms, UniqueFunction<void()> done) {
    impl_->core->stop(deadline_ms, std::move(done));
}

Server::Counters Server::counters() const {
    const auto& core = *impl_->core;
    return {core.connections_open,       core.connections_total, core.requests,
            core.refused_malformed,      core.refused_full,      core.timeouts,
            core.websockets_open,        core.websockets_total,  core.websocket_messages_in,
            core.websocket_messages_out, core.websockets_slow,   core.event_streams_open,
            core.event_streams_slow};
}

}  // namespace parley::net
