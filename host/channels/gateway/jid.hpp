// WhatsApp's addresses as the gateway writes them. Plain values. [any thread]
#pragma once

#include <string>
#include <string_view>

namespace parley::channels {

// "923001234567:14@s.whatsapp.net": user, device (dropped), server.
struct Jid {
    std::string user;    // digits of a phone number or LID; of old groups "923001234567-1612345678"
    std::string server;  // "s.whatsapp.net", "g.us", "lid", ...; a bare number gets "s.whatsapp.net" or "g.us"

    bool empty() const { return user.empty(); }
    bool is_group() const { return server == "g.us"; }
    std::string text() const { return user + "@" + server; }
};

// Empty when the text is no address.
Jid parse_jid(std::string_view text);

// "923001234567@s.whatsapp.net in 120363025246125486@g.us": who wrote, and the group if there is one.
struct Origin {
    Jid sender;
    Jid group;
};
Origin parse_origin(std::string_view text);

}  // namespace parley::channels
