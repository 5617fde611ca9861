// What `parley bench` was asked to do.
#pragma once

#include <string>

namespace parley::bench {

struct Options {
    bool quick = false;
    int rounds = 3;
    unsigned repeats = 2;             // of a window that something else on the machine disturbed
    double seconds = 5;               // of one measured window
    double warm_up = 3;               // before it
    unsigned slots = 256;             // messages on their way at once, at saturation
    unsigned connections = 256;       // of the webhook sender
    unsigned chats = 500;             // different people who write
    int gateway_delay_ms = 100;       // of the slow gateway
    unsigned slow_slots = 800;        // messages on their way at once while the gateway is slow
    double reports = 3000;            // delivery reports a second
    unsigned waiting = 10'000;        // handlers, or conversations, that wait at once
    unsigned sockets = 5000;          // WebSocket clients
    unsigned room_size = 50;          // of them in a room
    std::string against;              // URL of another server's webhook
    unsigned short gateway_port = 0;  // of the fake gateway; 0: any
    std::string only;                 // one part of the report
    std::string json_file;
    std::string plugins_dir;
    std::string bench_plugins_dir;
    std::string directory = "/var/tmp";  // where the servers' data goes: a real disk
};

}  // namespace parley::bench
