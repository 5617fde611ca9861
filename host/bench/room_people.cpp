#include "bench/room_people.hpp"

#include <array>
#include <cstdio>
#include <pqxx/pqxx>

namespace parley::bench {
namespace {

constexpr std::int64_t first_id = 1'000'000;  // far from those of real ones

}  // namespace

void insert_people_in_rooms(pqxx::connection& connection, unsigned people, unsigned room_size) {
    pqxx::work tx(connection);
    const auto last = std::to_string(people - 1), size = std::to_string(room_size), first = std::to_string(first_id);
    const auto n = " from generate_series(0, " + last + ") n";
    tx.exec("insert into people (id, username, password) overriding system value select " + first +
            " + n, 'bench' || n, ''" + n);
    tx.exec("insert into tokens (person_id, hash, expires_at) select " + first +
            " + n, sha256(convert_to('plt_' || lpad(to_hex(n), 64, '0'), 'UTF8')), now() + interval '1 day'" + n);
    tx.exec("insert into rooms (id, type, name, description, created_by) overriding system value select " + first +
            " + r, 'group', 'bench', '', " + first + " + r * " + size + " from generate_series(0, (" + last + ") / " +
            size + ") r");
    tx.exec("insert into room_members (room_id, person_id) select " + first + " + n / " + size + ", " + first + " + n" +
            n);
    tx.commit();
}

std::int64_t room_id(unsigned room) {
    return first_id + room;
}

std::string room_token(unsigned person) {
    std::array<char, 65> digits{};
    std::snprintf(digits.data(), digits.size(), "%064x", person);
    return "plt_" + std::string(digits.data());
}

}  // namespace parley::bench
