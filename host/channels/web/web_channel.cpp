#include "channels/web/web_channel.hpp"

#include <charconv>

namespace parley::channels {
namespace {

constexpr std::string_view chat_prefix = "room:";

}  // namespace

std::string room_chat(std::int64_t room) {
    return std::string(chat_prefix) + std::to_string(room);
}

std::optional<std::int64_t> room_of_chat(std::string_view chat) {
    if (!chat.starts_with(chat_prefix)) return std::nullopt;
    chat.remove_prefix(chat_prefix.size());
    std::int64_t room = 0;
    const auto [end, error] = std::from_chars(chat.data(), chat.data() + chat.size(), room);
    if (error != std::errc() || end != chat.data() + chat.size() || room <= 0) return std::nullopt;
    return room;
}

Capabilities WebChannel::capabilities() const {
    Capabilities can;
    can.media = can.typing = can.groups = can.keeps_history = true;
    return can;
}

Result<void> WebChannel::verify(const net::Request&) const {
    return make_error(Errc::unauthorized, "rooms have no webhook: sign in and use /send-message/");
}

Result<Decoded> WebChannel::decode(const net::Request&) const {
    return make_error(Errc::unsupported, "rooms have no webhook");
}

void WebChannel::send(const Outbound& message, UniqueFunction<void(SendResult)> done) {
    if (rooms_) return rooms_->say(message, std::move(done));
    executor_.post([done = std::move(done)]() mutable {
        done(SendError{SendError::Class::transient, "the rooms are not open yet", 1000});
    });
}

void WebChannel::missed(UnixMillis since, UniqueFunction<void(Result<Decoded>)> done) {
    if (rooms_) return rooms_->said(since, std::move(done));
    done(Decoded{});
}

void WebChannel::typing(const std::string& chat, const std::string&, bool on) {
    if (const auto room = room_of_chat(chat); room && rooms_) rooms_->typing(*room, on);
}

void WebChannel::fetch(const Inbound&, std::size_t, std::shared_ptr<net::BodySink>, FetchDone done) {
    executor_.post([done = std::move(done)]() mutable {
        done(make_error(Errc::not_found, "the file of a message in a room is no longer there"));
    });
}

}  // namespace parley::channels
