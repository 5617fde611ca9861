// What waits for one reader of an event stream, between the host and the session that writes it. [I/O thread]
#pragma once

#include <list>
#include <memory>
#include <string>

#include "net/event_stream.hpp"
#include "net/gate.hpp"
#include "net/server_core.hpp"

namespace parley::net {

class EventQueue final : public EventStream, public std::enable_shared_from_this<EventQueue> {
public:
    EventQueue(std::shared_ptr<ServerCore> core, EventStreamLimits limits);
    ~EventQueue() override;

    void send(std::shared_ptr<const std::string> event) override;
    void close() override;
    std::size_t queued() const override { return events_.size(); }

    // For the session. It waits at the gate while there is nothing to do.
    Gate gate;
    void heartbeat();
    bool empty() const { return events_.empty(); }
    bool closing() const { return closing_; }
    bool ended() const { return ended_; }
    // Some of what waits, as one chunk of the body.
    std::string take_chunk();
    // The end: on_close is called here, when it was not before.
    void finish();

private:
    void wake();

    std::shared_ptr<ServerCore> core_;
    EventStreamLimits limits_;
    std::list<std::shared_ptr<const std::string>> events_;
    std::size_t bytes_ = 0;
    bool waking_ = false;
    bool closing_ = false;
    bool ended_ = false;
};

}  // namespace parley::net
