// What the webhooks of the providers say, read without the decoders of the host.
#pragma once

#include <string>
#include <vector>

namespace parley::e2e {

// What a body means. Empty texts and ids are not compared.
struct Meaning {
    struct Message {
        std::string kind, id, text;
        bool file = false;
    };
    std::vector<Message> messages;
    std::vector<std::string> reports;  // "id status"
    std::vector<std::string> events;   // types
};

Meaning meaning_of_meta(const std::string& body);
Meaning meaning_of_twilio(const std::string& body);
Meaning meaning_of_gateway(const std::string& body);

}  // namespace parley::e2e
