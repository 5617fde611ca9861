#include "channels/web/web_channel.hpp"

#include <catch2/catch.hpp>

#include "channels/recipient.hpp"
#include "support/manual_executor.hpp"
#include "support/result_printer.hpp"

namespace parley::channels {

TEST_CASE("a room has a chat id of its own, and nothing else is one") {
    CHECK(room_chat(7) == "room:7");
    CHECK(room_of_chat("room:7") == 7);
    for (const char* wrong :
         {"", "7", "room:", "room:0", "room:-7", "room:7x", "room: 7", "923001234567@s.whatsapp.net"})
        CHECK_FALSE(room_of_chat(wrong));
    CHECK(chat_id("web", "7").value() == "room:7");
    CHECK(chat_id("web", "room:7").value() == "room:7");
    CHECK_FALSE(chat_id("web", "923001234567@s.whatsapp.net"));
}

TEST_CASE("until the rooms are open, the bot's messages wait") {
    test::ManualExecutor executor;
    WebChannel channel(executor);
    std::optional<SendResult> sent;
    channel.send(Outbound{}, [&](SendResult given) { sent = std::move(given); });
    executor.run_until([&] { return sent.has_value(); });
    REQUIRE_FALSE(*sent);
    CHECK(sent->error().kind == SendError::Class::transient);
    CHECK_FALSE(channel.verify(net::Request{}));
}

}  // namespace parley::channels
