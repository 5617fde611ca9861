// A WebSocket that keeps what it was sent. Like the real one it tells of its closing later, when the test says so.
#pragma once

#include <string>
#include <vector>

#include "net/websocket.hpp"

namespace parley::test {

class FakeSocket final : public net::WebSocket {
public:
    void send(std::shared_ptr<const std::string> text) override {
        if (code == 0) sent.push_back(std::move(text));
    }
    void close(std::uint16_t with, std::string) override {
        if (code == 0) code = with;
    }
    std::size_t queued() const override { return waiting; }

    // The connection is over.
    void end() {
        auto closed = std::exchange(on_close, nullptr);
        on_message = nullptr;
        if (closed) closed(code == 0 ? 1006 : code);
    }
    std::string last() const { return sent.empty() ? "" : *sent.back(); }

    std::vector<std::shared_ptr<const std::string>> sent;
    std::uint16_t code = 0;  // 0: open
    std::size_t waiting = 0;
};

}  // namespace parley::test
