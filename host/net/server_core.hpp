// What the parts of one server share: listeners make sessions, sessions answer requests. Outlives net::Server for as
// long as a session is winding up. [I/O thread]
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "net/byte_stream.hpp"
#include "net/loop_impl.hpp"
#include "net/response_writer.hpp"
#include "net/server.hpp"

namespace parley::net {

class Listener {
public:
    virtual ~Listener() = default;
    virtual void close() = 0;
    virtual Result<void> reload_tls() { return {}; }
};

struct Peer {
    std::string address;  // without port; "local" on the control socket
    bool local = false;
};

// An open connection, whatever is spoken on it.
class Connection {
public:
    explicit Connection(Peer peer) : peer_(std::move(peer)) {}
    virtual ~Connection() = default;
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    const Peer& peer() const { return peer_; }
    virtual void wind_up() = 0;  // the server is stopping: end as soon as nothing is under way
    virtual void abort() = 0;

    bool is_websocket = false;

private:
    Peer peer_;
};

// What one body adds to all that are held.
class HeldBytes {
public:
    explicit HeldBytes(std::size_t& all) : all_(all) {}
    ~HeldBytes() { set(0); }
    HeldBytes(const HeldBytes&) = delete;
    HeldBytes& operator=(const HeldBytes&) = delete;

    void set(std::size_t bytes) {
        all_ += bytes - bytes_;
        bytes_ = bytes;
    }

private:
    std::size_t& all_;
    std::size_t bytes_ = 0;
};

struct ServerCore : std::enable_shared_from_this<ServerCore> {
    ServerCore(Loop& l, const Router& r, ServerOptions o, Logger lg)
        : loop(l), io(l.impl().io), deadlines(l.impl().deadlines), router(r), options(o), log(std::move(lg)) {}

    // Runs a task of this server; an exception that leaves it is logged and ends that task alone.
    void spawn(const char* name, boost::asio::awaitable<void> task);

    bool is_full(const Peer& peer) const;
    void enter(Connection& connection);
    void leave(Connection& connection);
    // The same connection of the peer in other hands: a WebSocket's.
    void take_over(Connection& from, Connection& to);

    void stop(int deadline_ms, UniqueFunction<void()> done);
    void cut();  // everything, at once
    void stopped();

    Loop& loop;
    boost::asio::io_context& io;
    Deadlines& deadlines;
    const Router& router;
    const ServerOptions options;
    Logger log;

    ResponseWriter writer;
    std::vector<std::shared_ptr<Listener>> listeners;
    std::unordered_set<Connection*> connections;
    std::map<std::string, unsigned> connections_of;  // by address; only when there is a limit on it
    unsigned remote_connections = 0;                 // without the WebSockets
    unsigned remote_websockets = 0;
    unsigned refusals_under_way = 0;
    std::size_t held_bytes = 0;  // of bodies
    bool stopping = false;
    UniqueFunction<void()> on_stopped;
    Executor::TimerId stop_timer = 0;

    std::atomic<std::uint64_t> connections_open{0}, connections_total{0}, requests{0}, refused_malformed{0},
        refused_full{0}, timeouts{0};
    std::atomic<std::uint64_t> websockets_open{0}, websockets_total{0}, websocket_messages_in{0},
        websocket_messages_out{0}, websockets_slow{0}, event_streams_open{0}, event_streams_slow{0};
};

// The accept loops.
Result<std::shared_ptr<Listener>> listen_tcp(ServerCore& core, const std::string& host, std::uint16_t port,
                                             const TlsFiles* tls, std::uint16_t& bound);
Result<std::shared_ptr<Listener>> listen_local(ServerCore& core, const std::string& path);

}  // namespace parley::net
