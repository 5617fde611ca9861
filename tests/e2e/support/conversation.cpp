#include "support/conversation.hpp"

#include <unistd.h>

#include <atomic>
#include <stdexcept>

namespace parley::e2e {

std::string fresh_id() {
    static std::atomic<unsigned> last{0};
    return "E2E" + std::to_string(getpid()) + "X" + std::to_string(++last);
}

std::string json_string(const std::string& text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out + "\"";
}

std::string body_of(const Said& said) {
    std::string from = said.from + "@s.whatsapp.net";
    if (!said.group.empty()) from += " in " + said.group + "@g.us";
    return "{\"from\":" + json_string(from) + (said.extra.empty() ? "" : "," + said.extra) +
           ",\"message\":{\"id\":" + json_string(said.id.empty() ? fresh_id() : said.id) +
           ",\"text\":" + json_string(said.text) + "}}";
}

std::string chat_of(const Said& said) {
    return said.group.empty() ? said.from + "@s.whatsapp.net" : said.group + "@g.us";
}

Call Conversation::ask(const Said& said) {
    const std::string chat = chat_of(said);
    const auto before = gateway_.calls_to(chat).size();
    const auto posted = host_.post(body_of(said));
    if (posted.status != 200) throw std::runtime_error("the webhook was answered " + std::to_string(posted.status));
    std::vector<Call> calls;
    const bool answered = eventually([&] {
        calls = gateway_.calls_to(chat);
        return calls.size() > before;
    });
    if (!answered) throw std::runtime_error("no answer to \"" + said.text + "\"");
    return calls[before];
}

std::vector<std::string> Conversation::answers_before_ping(const Said& said, const std::string& ping) {
    const std::string chat = chat_of(said);
    const auto before = gateway_.calls_to(chat).size();
    Said last{.text = ping, .from = said.from, .group = said.group, .id = {}, .extra = {}};
    if (host_.post(body_of(said)).status != 200 || host_.post(body_of(last)).status != 200)
        throw std::runtime_error("a webhook was not taken");
    std::vector<std::string> texts;
    const bool answered = eventually([&] {
        texts.clear();
        for (const auto& call : gateway_.calls_to(chat)) texts.push_back(call.text());
        return texts.size() > before && texts.back() == "pong";
    });
    if (!answered) throw std::runtime_error("no pong after \"" + said.text + "\"");
    return {texts.begin() + static_cast<std::ptrdiff_t>(before), texts.end() - 1};
}

}  // namespace parley::e2e
