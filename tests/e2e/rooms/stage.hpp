// One host for the tests of rooms, and the requests of people in them.
#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string>

#include "support/stage.hpp"

namespace parley::e2e {

Stage& stage();

Answer ask(const std::string& method, const std::string& target, const std::string& token = "",
           const std::string& body = "", const std::string& type = "application/json");
// The JSON of an answer, which has to be a good one.
boost::json::value value_of(const Answer& answer);

struct Person {
    std::int64_t id = 0;
    std::string name, token;
};

// Username and password as JSON; the password is the same for everybody.
std::string credentials(const std::string& name);
std::string sign_in(const std::string& name);  // the token
Person person(const std::string& name);        // a new one, signed in

std::int64_t room_of(const Person& maker, const std::string& type = "chat");
void join(const Person& person, std::int64_t room);
Answer send(const std::string& token, std::int64_t room, const std::string& text);
boost::json::array messages(const Person& person, std::int64_t room);
// Waits for an answer of the bot with these words in it.
bool bot_says(const Person& person, std::int64_t room, const std::string& words);

}  // namespace parley::e2e
