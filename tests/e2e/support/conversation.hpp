// Words between people and the bot: webhook bodies of the gateway's first shape, and the answers as the fake gateway
// got them.
#pragma once

#include <string>
#include <vector>

#include "support/gateway.hpp"
#include "support/host.hpp"

namespace parley::e2e {

inline const std::string admin_number = "923001111111";

struct Said {
    std::string text{};
    std::string from = "923002222222";
    std::string group{};
    std::string id{};     // made up when empty
    std::string extra{};  // more members of the object: "\"image\":{...}"
};

std::string fresh_id();
std::string json_string(const std::string& text);
// {"from":"... in ...@g.us","message":{"id":...,"text":...}}
std::string body_of(const Said& said);
std::string chat_of(const Said& said);

class Conversation {
public:
    Conversation(Host& host, FakeGateway& gateway) : host_(host), gateway_(gateway) {}

    // Says it and returns the next answer in that chat; throws std::runtime_error when there is none.
    Call ask(const Said& said);
    std::string answer(const Said& said) { return ask(said).text(); }
    std::string direct(const std::string& text, const std::string& from = "923002222222") {
        return answer({.text = text, .from = from});
    }
    std::string as_admin(const std::string& text) { return direct(text, admin_number); }
    // Says it, and then something that is answered: what came before that answer in the chat.
    std::vector<std::string> answers_before_ping(const Said& said, const std::string& ping = "/ping");

private:
    Host& host_;
    FakeGateway& gateway_;
};

}  // namespace parley::e2e
