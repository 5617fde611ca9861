// The HTTP/1.1 server: TCP, TLS and the control socket. Refuses everything ambiguous (request smuggling) with 400 and
// closes. Limits and timeouts below; every wait has a deadline.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/ip_network.hpp"
#include "core/log.hpp"
#include "net/http.hpp"
#include "net/loop.hpp"

namespace parley::net {

struct ServerOptions {
    int header_timeout_ms = 10'000;
    int body_timeout_ms = 30'000;  // and at least 1 KiB/s
    int idle_timeout_ms = 60'000;  // between requests of one connection
    int write_timeout_ms = 30'000;
    std::size_t max_header_bytes = 16 * 1024;
    unsigned max_header_fields = 100;
    // Of bodies that are held in memory until their requests are answered; beyond it larger ones are answered 503.
    std::size_t max_held_bytes = 256u << 20;
    unsigned max_connections = 4096;      // more are answered 503 and closed; WebSockets do not count
    unsigned max_websockets = 10'000;     // beside them; more are answered 503
    unsigned max_connections_per_ip = 0;  // 0: no limit (a proxy in front has one address)
    // Whose pages may read answers and open WebSockets besides those of this host itself: "https://chat.example.org".
    std::vector<std::string> allowed_origins;
    // Reverse proxies whose X-Forwarded-For and Forwarded are believed: they tell Request::remote. Limits of
    // connections count the proxies themselves.
    std::vector<IpNetwork> trusted_proxies;
};

struct TlsFiles {
    std::string certificate;  // PEM chain
    std::string key;          // PEM
};

class Server {
public:
    // `router` outlives the server. [I/O thread] from here on, but for the counters.
    Server(Loop& loop, const Router& router, ServerOptions options, Logger log);
    ~Server();

    // Returns the bound port (port 0 picks one). Error::message says what to do ("port 8080 is in use ...").
    Result<std::uint16_t> listen(const std::string& host, std::uint16_t port);
    Result<std::uint16_t> listen_tls(const std::string& host, std::uint16_t port, const TlsFiles& files);
    // A Unix socket that only the owner may use (mode 0600); a stale file is replaced. Requests have local = true.
    Result<void> listen_local(const std::string& path);

    // Read the certificate files again; connections there go on. On an error the old ones stay.
    Result<void> reload_tls();

    // Stop accepting, let requests in flight finish, close idle connections, and WebSockets with 1001; `done` when all
    // are gone or after `deadline_ms`, when the rest is cut.
    void stop(int deadline_ms, UniqueFunction<void()> done);

    struct Counters {
        std::uint64_t connections_open, connections_total, requests, refused_malformed, refused_full, timeouts;
        // Of the above connections; messages of all of them; those closed because they did not read.
        std::uint64_t websockets_open, websockets_total, websocket_messages_in, websocket_messages_out, websockets_slow;
        std::uint64_t event_streams_open, event_streams_slow;
    };
    Counters counters() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::net
