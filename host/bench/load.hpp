// One run of load: webhooks posted to a server, its replies awaited at the fake gateway. Closed loop: so many messages
// are on their way at any time. Open loop: so many a second whatever the server does, and latency counts from when a
// message should have been posted.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "bench/fake_gateway.hpp"
#include "bench/ledger.hpp"
#include "bench/poller.hpp"

namespace parley::bench {

struct LoadPlan {
    std::uint16_t port = 0;  // of the server
    std::string target = "/api/whatsapp";
    std::string secret;              // signs the webhooks
    std::string command = "/echo ";  // before each text
    unsigned plain_chats = 0;        // so many of the chats write the text alone
    unsigned connections = 256;
    unsigned chats = 500;
    unsigned slots = 256;  // closed loop
    double rate = 0;       // open loop, when not 0
    double warm_up_s = 3;
    double window_s = 5;
    std::size_t most = 0;             // post no more than so many; 0: as many as the time allows
    Nanos patience = 15'000'000'000;  // how long nothing may arrive at the end before the rest counts as lost
    bool with_file = false;           // each message carries a picture, to be fetched from the gateway
    bool chats_in_turn = false;       // not by chance: each chat as often as any other
    std::function<void()> window_opened, window_closed;
    std::function<void()> tick;  // about twenty times a second
};

// Milliseconds.
struct Latency {
    double p50 = 0, p90 = 0, p99 = 0, p999 = 0, most = 0;
};

struct LoadResult {
    double acknowledged_rate = 0, delivered_rate = 0;  // a second, in the window
    Latency to_acknowledge, to_deliver;                // of the messages due in the window
    double longest_pause_ms = 0;                       // between two deliveries in the window
    std::size_t posted = 0;                            // warm-up and all
    bool overrun = false;                              // open loop: the server fell so far behind that posting stopped
    Faults faults;
};

// `poller` drives the gateway too. Returns when all has arrived or the patience is over. Throws std::system_error, and
// Interrupted when the user wants an end.
struct Interrupted {};
LoadResult run_load(Poller& poller, FakeGateway& gateway, const LoadPlan& plan);

// Set by the signal handler of the verb.
extern volatile bool interrupted;

}  // namespace parley::bench
