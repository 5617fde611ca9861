// What the host's own steps of a message cost without any I/O.
#pragma once

namespace parley::bench {

// Nanoseconds a message.
struct DispatchCost {
    double verify = 0;         // the webhook's signature
    double decode = 0;         // its JSON, into a message
    double parse = 0;          // the text, into a command
    double hand_over = 0;      // to a handler thread, many at once
    double round_trip_us = 0;  // to a handler thread that sleeps, and back; one at a time, the median
};

DispatchCost measure_dispatch();

}  // namespace parley::bench
