// WebSocket clients for the bench: as cheap as they can be, and not the host's own code.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "bench/poller.hpp"

namespace parley::bench {

class SocketClient final : public Stream {
public:
    // Connects and asks for the upgrade. `on_text` gets each message.
    SocketClient(Poller& poller, std::uint16_t port, const std::string& target,
                 std::function<void(std::string_view)> on_text);

    void send_text(std::string_view text);
    bool upgraded() const { return upgraded_; }
    bool failed() const { return failed_; }

private:
    void received() override;
    void ended() override { failed_ = true; }
    bool take_frame(std::size_t& at);

    std::function<void(std::string_view)> on_text_;
    bool upgraded_ = false;
    bool failed_ = false;
};

// One that upgrades and then reads nothing until it is asked to.
class SlowReader {
public:
    SlowReader(std::uint16_t port, const std::string& target);

    // Has the server given it up? Looks without reading.
    bool cut_off() const;
    // Reads what was left for it, for `patience`, to the close frame: its code; 0: none came.
    int read_code(Nanos patience);

private:
    FileDescriptor socket_;
};

}  // namespace parley::bench
