// Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html) as the rest of the host sees
// them: a response that does not end.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "net/http.hpp"

namespace parley::net {

struct EventStreamLimits {
    std::size_t max_queue = 256;  // events waiting for a slow reader; more ends the stream
    std::size_t max_queue_bytes = 1 << 20;
    int heartbeat_ms = 15'000;  // a comment after so long without an event: proxies and readers see that it lives
};

// One reader. [I/O thread] Kept alive by its connection; others hold a weak_ptr or drop it in on_close.
class EventStream {
public:
    virtual ~EventStream() = default;

    // Queues one event, as encode_event() made it. The bytes are shared. Nothing happens on a closed stream; a full
    // queue ends it: the reader comes back and says by Last-Event-ID what it has.
    virtual void send(std::shared_ptr<const std::string> event) = 0;
    // Ends it after what is queued. on_close follows.
    virtual void close() = 0;
    virtual std::size_t queued() const = 0;

    // Set in `opened`. Called exactly once, never from inside send() or close(), at the latest when the server ends.
    std::function<void()> on_close;
};

// [I/O thread]
using EventStreamOpened = std::function<void(std::shared_ptr<EventStream>)>;

// The answer to a GET that opens a stream; headers may be added. `opened` is called once its head has been sent: never
// for HEAD, nor when the connection breaks before. The connection ends with the stream.
Response event_stream(EventStreamLimits limits, EventStreamOpened opened);

struct ServerSentEvent {
    std::string id;     // what the reader sends back as Last-Event-ID; empty: none
    std::string event;  // its name; empty: "message"
    std::string data;   // UTF-8; line breaks become lines of the event
    int retry_ms = 0;   // how long to wait before connecting again; 0: as the reader likes
};

// Line breaks and NUL in `id` and `event` are left out: they would end the line.
std::string encode_event(const ServerSentEvent& event);

// What Response::events holds.
struct EventSource {
    EventStreamLimits limits;
    EventStreamOpened opened;
};

}  // namespace parley::net
