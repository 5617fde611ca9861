#include "rooms/hub.hpp"

#include <algorithm>

namespace parley::rooms {
namespace {

constexpr std::size_t most_held = 200;  // a socket queues 256 messages, among them a page of the past

}  // namespace

Listener::Listener(Hub& hub, db::RoomId room, db::PersonId person, std::shared_ptr<net::WebSocket> socket,
                   bool wants_presence)
    : hub_(hub), room_(room), person_(person), socket_(std::move(socket)), wants_presence_(wants_presence) {
    hub_.enter(*this);
}

Listener::~Listener() {
    hub_.leave(*this);
}

void Listener::tell(std::int64_t message, const Event& event) {
    if (live_) return socket_->send(event);
    if (message == 0) return;
    if (held_.size() >= most_held) return socket_->close(1013, "too much was said meanwhile: connect again");
    held_.emplace_back(message, event);
}

void Listener::forget(std::int64_t seen) {
    while (!held_.empty() && held_.front().first <= seen) held_.pop_front();
}

void Listener::go_live(std::int64_t seen) {
    live_ = true;
    forget(seen);
    for (const auto& [message, event] : held_) socket_->send(event);
    held_.clear();
    held_.shrink_to_fit();
}

void Hub::enter(Listener& listener) {
    rooms_[listener.room_].push_back(&listener);
    ++people_[listener.person_];
    ++sockets_;
    announce(listener, true);
}

void Hub::leave(Listener& listener) {
    announce(listener, false);
    const auto room = rooms_.find(listener.room_);
    auto& listeners = room->second;
    const auto place = std::find(listeners.begin(), listeners.end(), &listener);
    *place = listeners.back();
    listeners.pop_back();
    if (listeners.empty()) rooms_.erase(room);
    const auto person = people_.find(listener.person_);
    if (--person->second == 0) people_.erase(person);
    --sockets_;
}

// For those who asked to know: the first socket of a person comes, or the last one goes.
void Hub::announce(const Listener& who, bool online) {
    const auto& listeners = rooms_[who.room_];
    const bool others_want = std::any_of(listeners.begin(), listeners.end(), [&](const Listener* one) {
        return one->wants_presence_ && one->person_ != who.person_;
    });
    if (!others_want) return;
    const auto own = std::count_if(listeners.begin(), listeners.end(),
                                   [&](const Listener* one) { return one->person_ == who.person_; });
    if (own != 1) return;
    const Event event = presence_event(who.room_, who.person_, online);
    for (Listener* one : listeners)
        if (one->wants_presence_ && one->person_ != who.person_) one->tell(0, event);
}

void Hub::publish(db::RoomId room, std::int64_t message, const Event& event) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return;
    for (Listener* listener : found->second) listener->tell(message, event);
}

void Hub::tell(db::RoomId room, const Event& event) {
    publish(room, 0, event);
}

void Hub::close(db::RoomId room, db::PersonId person, std::uint16_t code, const std::string& reason) {
    const auto found = rooms_.find(room);
    if (found == rooms_.end()) return;
    for (Listener* listener : found->second)
        if (listener->person_ == person) listener->socket_->close(code, reason);
}

std::size_t Hub::sockets_of(db::PersonId person) const {
    const auto found = people_.find(person);
    return found == people_.end() ? 0 : found->second;
}

}  // namespace parley::rooms
