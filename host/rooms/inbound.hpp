// What somebody said in a room, as the pipeline sees messages. Plain function. [any thread]
#pragma once

#include "core/message.hpp"
#include "db/store/rooms.hpp"

namespace parley::rooms {

// The same message is the same inbound, however often it is made. The sender is "user:<id>": never a phone number, so
// that nobody becomes an admin by a name or an id that looks like an admin's number.
Inbound to_inbound(const db::SaidInRoom& said, AccountId account);

}  // namespace parley::rooms
