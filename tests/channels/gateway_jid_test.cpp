#include <catch2/catch.hpp>

#include "channels/gateway/jid.hpp"

using namespace parley::channels;

TEST_CASE("addresses lose their device and keep their server") {
    struct Row {
        const char *text, *user, *server;
    };
    for (const Row& row :
         {Row{"447700900123@s.whatsapp.net", "447700900123", "s.whatsapp.net"},
          Row{"447700900123:14@s.whatsapp.net", "447700900123", "s.whatsapp.net"},
          Row{"447700900123.0:14@s.whatsapp.net", "447700900123", "s.whatsapp.net"},
          Row{"98765432101234:2@lid", "98765432101234", "lid"},
          Row{"120363041234567890@g.us", "120363041234567890", "g.us"},
          Row{"120363041234567890", "120363041234567890", "g.us"},
          Row{"447700900456-1583000000", "447700900456-1583000000", "g.us"},
          Row{" +447700900123 ", "447700900123", "s.whatsapp.net"}, Row{"status@broadcast", "status", "broadcast"}}) {
        INFO(row.text);
        const Jid jid = parse_jid(row.text);
        CHECK(jid.user == row.user);
        CHECK(jid.server == row.server);
    }
}

TEST_CASE("what is no address is empty") {
    for (const char* text : {"", "@", "@g.us", "447700900123@", "a b@s.whatsapp.net", "1@a@b", ":14@s.whatsapp.net",
                             "1@g.us\n", "😀@lid"}) {
        INFO(text);
        const Jid jid = parse_jid(text);
        // White space around an address is trimmed, inside it is none.
        if (std::string(text) == "1@g.us\n")
            CHECK(jid.text() == "1@g.us");
        else
            CHECK(jid.empty());
    }
    CHECK(parse_jid(std::string(65, '1')).empty());
}

TEST_CASE("an origin names the sender and the group") {
    const Origin origin = parse_origin("447700900123:14@s.whatsapp.net in 120363041234567890@g.us");
    CHECK(origin.sender.text() == "447700900123@s.whatsapp.net");
    CHECK(origin.group.text() == "120363041234567890@g.us");
    CHECK(origin.group.is_group());
    CHECK(parse_origin("447700900123@s.whatsapp.net").group.empty());
}
