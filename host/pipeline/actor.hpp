// Who stands behind a message, as the audit log names them. [any thread]
#pragma once

#include "core/effects.hpp"
#include "core/message.hpp"

namespace parley::pipeline {

// The operator of the machine at the terminal, a person of this host in a room, or whoever wrote on a channel.
Actor actor_of(const Inbound& message);

// What an admin's message sends to others: those are changes too. Replies in the chat itself are none.
void note_messages_to_others(const Inbound& message, Effects& effects);

}  // namespace parley::pipeline
