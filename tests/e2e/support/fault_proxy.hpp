// Stands before a server and makes trouble. A script says for each request what becomes of it. HTTP/1.1 over blocking
// sockets, a thread and one request for each connection, both ways. Any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "net/raw_socket.hpp"

namespace parley::e2e {

// What came, and what the server said to it.
struct Passage {
    std::string method, target, body;
    int status = 0;  // the server's; 0: it was not given the request
};

struct Fate {
    enum class Reply {
        theirs,   // the server's own
        ours,     // `answer`, whatever the server said
        reset,    // none: the connection is reset
        silence,  // none: until the client hangs up
    };
    std::chrono::milliseconds latency{0};  // before anything else
    bool forwarded = true;                 // is the server given the request?
    Reply reply = Reply::theirs;
    std::string answer{};

    static Fate none() { return {}; }
    static Fate late(std::chrono::milliseconds by) { return {.latency = by}; }
    static Fate reset() { return {.forwarded = false, .reply = Reply::reset}; }
    // `headers`: "Retry-After: 1\r\n"
    static Fate refused(int status, const std::string& body, const std::string& headers = "");
    // The server accepts, and nobody learns of it.
    static Fate lost() { return {.reply = Reply::reset}; }
    static Fate timeout() { return {.reply = Reply::silence}; }
    // The server judges; this is what is heard.
    static Fate instead(int status, const std::string& body);
};

class FaultProxy {
public:
    // On threads of the proxy, before the request goes on; it may ask the proxy what went before.
    using Script = std::function<Fate(const Passage& request)>;

    FaultProxy(std::uint16_t server, Script script);

    std::uint16_t port() const { return listener_.port(); }
    std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }

    // What the server answered with a 2xx, and what it refused, in the order of its answers.
    std::vector<Passage> accepted() const { return given(true); }
    std::vector<Passage> refused() const { return given(false); }

private:
    void talk(test::RawSocket& client);
    std::string forward(Passage& request, const std::string& head);
    std::vector<Passage> given(bool accepted) const;

    const std::uint16_t server_;
    const Script script_;
    mutable std::mutex mutex_;
    std::vector<Passage> given_;
    test::RawServer listener_;  // last: its threads use the others
};

}  // namespace parley::e2e
