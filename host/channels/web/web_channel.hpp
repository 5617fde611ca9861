// Channel "web": the rooms of this host. Nothing leaves it: what the bot says is a message in a room, and what people
// say there comes in through Intake like a webhook's messages. [I/O thread]
#pragma once

#include <cstdint>
#include <optional>

#include "channels/channel.hpp"
#include "core/executor.hpp"

namespace parley::channels {

// The rooms as this channel sees them. [I/O thread]
class WebRooms {
public:
    virtual ~WebRooms() = default;

    // The bot says something. Saying it again (the same `message.id`) is the same message.
    virtual void say(const Outbound& message, UniqueFunction<void(SendResult)> done) = 0;
    virtual void typing(std::int64_t room, bool on) = 0;
    // What people said since then: as long as there is more, the rooms hand it in by themselves, and `done` gets the
    // rest. An error: not all was taken.
    virtual void said(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) = 0;
};

// "room:7": the chat id of a room. And back; nothing for what is none.
std::string room_chat(std::int64_t room);
std::optional<std::int64_t> room_of_chat(std::string_view chat);

class WebChannel final : public Channel {
public:
    explicit WebChannel(Executor& executor) : executor_(executor) {}

    // Until it is called, sends wait. `rooms` outlives the channel.
    void connect(WebRooms& rooms) { rooms_ = &rooms; }

    std::string_view name() const override { return "web"; }
    Capabilities capabilities() const override;
    // It has no webhook.
    Result<void> verify(const net::Request& request) const override;
    Result<Decoded> decode(const net::Request& request) const override;
    void send(const Outbound& message, UniqueFunction<void(SendResult)> done) override;
    void missed(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) override;
    void typing(const std::string& chat, const std::string& provider_id, bool on) override;
    // Files come with their messages: there is nothing to fetch.
    void fetch(const Inbound& message, std::size_t max_bytes, std::shared_ptr<net::BodySink> sink,
               FetchDone done) override;

private:
    Executor& executor_;
    WebRooms* rooms_ = nullptr;
};

}  // namespace parley::channels
