#include "pipeline/actor.hpp"

#include <charconv>
#include <set>

namespace parley::pipeline {

Actor actor_of(const Inbound& message) {
    constexpr std::string_view person = "user:";  // and the id, in rooms
    if (message.channel == "terminal") return {"local", 0, "parley chat", "local"};
    if (message.channel != "web" || !message.sender.starts_with(person))
        return {"chat", 0, message.sender, std::string(message.channel)};
    Actor actor{"person", 0, message.sender_name, "web"};
    std::from_chars(message.sender.data() + person.size(), message.sender.data() + message.sender.size(), actor.id);
    return actor;
}

void note_messages_to_others(const Inbound& message, Effects& effects) {
    std::set<std::string_view> chats;
    for (const auto& reply : effects.replies)
        if (reply.chat != message.chat || reply.account != message.account) chats.insert(reply.chat);
    if (chats.empty()) return;
    effects.changes.push_back(
        {"sendMessage", "/api/v1/messages", "", "{\"chats\":" + std::to_string(chats.size()) + "}", 202});
}

}  // namespace parley::pipeline
