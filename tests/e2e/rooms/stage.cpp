#include "rooms/stage.hpp"

#include <boost/json.hpp>
#include <catch2/catch.hpp>

namespace parley::e2e {
namespace {

namespace json = boost::json;

constexpr const char* password = "your_password";

}  // namespace

Stage& stage() {
    static Stage one({}, {"echo", "id", "setting"});
    return one;
}

Answer ask(const std::string& method, const std::string& target, const std::string& token, const std::string& body,
           const std::string& type) {
    Headers headers;
    if (!token.empty()) headers["Authorization"] = "Bearer " + token;
    if (!body.empty()) headers["Content-Type"] = type;
    return http(stage().host.port(), method, target, body, headers);
}

json::value value_of(const Answer& answer) {
    CAPTURE(answer.status, answer.body);
    REQUIRE(answer.status < 300);
    REQUIRE(answer.status >= 200);
    return json::parse(answer.body);
}

std::string credentials(const std::string& name) {
    return json::serialize(json::object{{"username", name}, {"password", password}});
}

std::string sign_in(const std::string& name) {
    return std::string(value_of(ask("POST", "/auth/login/", "", credentials(name))).at("token").as_string());
}

Person person(const std::string& name) {
    Person made;
    made.name = name;
    made.id = value_of(ask("POST", "/auth/register/", "", credentials(name))).at("id").as_int64();
    made.token = sign_in(name);
    return made;
}

std::int64_t room_of(const Person& maker, const std::string& type) {
    return value_of(ask("POST", "/create-chatroom/", maker.token, R"({"type":")" + type + "\"}")).at("id").as_int64();
}

void join(const Person& person, std::int64_t room) {
    value_of(ask("POST", "/join-chatroom/", person.token, R"({"chatroom_id":)" + std::to_string(room) + "}"));
}

Answer send(const std::string& token, std::int64_t room, const std::string& text) {
    return ask("POST", "/send-message/", token,
               json::serialize(json::object{{"conversation_id", room}, {"text", text}}));
}

json::array messages(const Person& person, std::int64_t room) {
    return value_of(ask("GET", "/list-conversation-messages/" + std::to_string(room) + "/", person.token)).as_array();
}

bool bot_says(const Person& person, std::int64_t room, const std::string& words) {
    return eventually([&] {
        for (const auto& message : messages(person, room))
            if (message.at("sender").as_int64() == 0 &&
                std::string(message.at("text").as_string()).find(words) != std::string::npos)
                return true;
        return false;
    });
}

}  // namespace parley::e2e
