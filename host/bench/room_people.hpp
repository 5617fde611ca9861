// People in rooms, put there by SQL: what is measured is not how they sign up.
#pragma once

#include <cstdint>
#include <pqxx/connection>
#include <string>

namespace parley::bench {

// `people` accounts with a token each, in rooms of `room_size`, in order.
void insert_people_in_rooms(pqxx::connection& connection, unsigned people, unsigned room_size);

std::int64_t room_id(unsigned room);
std::string room_token(unsigned person);

}  // namespace parley::bench
