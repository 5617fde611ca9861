// Breaks webhook bodies the way damage and malice do, and says what a decoder's fields must be like all the same.
#pragma once

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "core/json_reader.hpp"
#include "core/message.hpp"
#include "core/text.hpp"

namespace parley::test {

// Pieces that parsers stumble over.
inline const std::string kPoison[] = {
    std::string("\0", 1), "\\u0000",   "\xFF",  "\xC0\x80", "\\ud800",  "1e400", "null", "{}", "[]", "\"\"",
    "[[[[[[[[",           "\"from\":", "@g.us", " in ",     "\xC2\xA0", "-1",    "true"};

class Mutator {
public:
    explicit Mutator(unsigned seed) : random_(seed) {}

    std::string mutate(std::string body) {
        for (std::size_t n = 1 + pick(4); n > 0; --n) mutate_once(body);
        return body;
    }

private:
    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

    void mutate_once(std::string& body) {
        if (body.empty()) body = "{}";
        const std::size_t at = pick(body.size());
        switch (pick(5)) {
            case 0:
                body[at] = static_cast<char>(pick(256));
                break;
            case 1:
                body.erase(at, 1 + pick(12));
                break;
            case 2:
                body.insert(at, kPoison[pick(std::size(kPoison))]);
                break;
            case 3:
                body.insert(at, body.substr(pick(body.size()), 1 + pick(40)));
                break;
            case 4:
                replace_value(body, at);
                break;
        }
    }

    // A whole JSON value gives way to another: gets past the parser more often than single bytes do.
    void replace_value(std::string& body, std::size_t from) {
        const std::size_t colon = body.find(':', from);
        if (colon == std::string::npos) return;
        const std::size_t end = body.find_first_of(",}", colon);
        body.replace(colon + 1, end == std::string::npos ? end : end - colon - 1, kPoison[pick(std::size(kPoison))]);
    }

    std::mt19937 random_;
};

inline void check_storable(const Inbound& event) {
    for (const std::string* field : {&event.provider_id, &event.chat, &event.sender, &event.sender_name, &event.group,
                                     &event.text, &event.reply_to, &event.refers_to, &event.payload}) {
        if (!text::is_storable(*field)) FAIL("a field that cannot be stored: " << *field);
    }
    if (event.provider_id.size() > 200 || event.chat.size() > 200) FAIL("an id that no index takes");
    if (event.media && !text::is_storable(event.media->source + event.media->name + event.media->mime))
        FAIL("a bad file");
    if (!event.payload.empty() && !parse_json(event.payload)) FAIL("a payload that is no JSON: " << event.payload);
}

}  // namespace parley::test
