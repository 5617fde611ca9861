// The channel behind `parley chat`: people at a terminal of this machine, through the control socket. Replies wait in a
// mailbox a chat until the terminal fetches them; with nobody there they fail visibly. [I/O thread]
#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "channels/channel.hpp"
#include "core/executor.hpp"

namespace parley::channels {

class TerminalChannel final : public Channel {
public:
    explicit TerminalChannel(Executor& executor) : executor_(executor) {}

    struct Letter {
        std::uint64_t number;  // ascending
        OutboundKind kind;
        std::string text, link, reply_to;
        std::string file;  // reference in the media store
        std::string mime;
    };
    using Fetched = UniqueFunction<void(std::vector<Letter>)>;

    // The terminal is there and will fetch: keeps the chat's mailbox open for a minute.
    void open(const std::string& chat);
    // Letters after number `after`, at once if there are any, otherwise when one comes or after `patience`.
    void fetch_letters(const std::string& chat, std::uint64_t after, std::chrono::milliseconds patience, Fetched done);

    // The number of the last letter so far, in any chat: where a terminal that begins now begins to read.
    std::uint64_t last_number() const { return last_number_; }

    std::string_view name() const override { return "terminal"; }
    Capabilities capabilities() const override { return {true, true, true, false, true}; }
    Result<void> verify(const net::Request& request) const override;
    Result<Decoded> decode(const net::Request& request) const override;
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;

private:
    struct Mailbox {
        std::deque<Letter> letters;
        SteadyTime open_until{};
        Fetched waiting;
        std::uint64_t waiting_after = 0;
        Executor::TimerId timeout = 0;
    };
    void hand_over(Mailbox& mailbox);
    void forget_closed();

    Executor& executor_;
    std::map<std::string, Mailbox> mailboxes_;
    std::uint64_t last_number_ = 0;
};

}  // namespace parley::channels
