// What the twilio channel asks, against a mock made from Twilio's own description of its API: over real sockets, and
// refused when a parameter does not fit. The description is not part of the project; skipped where it is not.
#include <set>

#include "channels/fallback.hpp"
#include "channels/prism_call.hpp"
#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const std::string description = test::description_path("twilio-whatsapp.prism.json");

struct Line : test::LoopedClient {
    TwilioChannel channel;

    explicit Line(const TwilioConfig& config)
        : channel(7, config, client, [](const std::string& stored) -> Result<std::string> {
              return "https://bot.example.com/media/" + stored;
          }) {}

    SendResult send(const Outbound& message) {
        return await<SendResult>([&](auto done) { channel.send(message, done); });
    }
};

}  // namespace

TEST_CASE("requests fit Twilio's description of its API") {
    if (test::skipped_without_prism(description)) return;
    const test::Prism prism(description);
    TwilioConfig config = test::twilio_config();
    config.base_url = config.messaging_url = prism.url();
    config.account_sid = "AC" + std::string(32, 'a');  // the one of the examples, whose pages it may follow
    Line line(config);

    const std::string content = R"({"name":"HX0123456789abcdef0123456789abcdef","components":[
        {"type":"body","parameters":[{"type":"text","text":"Amina"}]}]})";
    Outbound image = test::twilio_outbound(OutboundKind::media, "look");
    image.media.stored = "abc.png";
    image.media.mime = "image/png";
    Outbound hidden = test::twilio_outbound(OutboundKind::text, "hi");
    hidden.chat = "whatsapp:US.13491208655302741918";
    Outbound voice = test::twilio_outbound(OutboundKind::media, "and words, which follow it");
    voice.media.stored = "abc.ogg";
    voice.media.mime = "audio/ogg";
    voice.voice = true;
    Outbound sticker = test::twilio_outbound(OutboundKind::media, "");
    sticker.media.source = "https://example.com/a.webp";
    sticker.media.mime = "image/webp";
    sticker.media.kind = MediaKind::sticker;
    Outbound link = test::twilio_outbound(OutboundKind::link, "the map");
    link.link = "https://example.com/map";
    std::set<OutboundKind> seen;
    for (
        const Outbound& wanted :
        {test::twilio_outbound(OutboundKind::text, "5 < 6 & grüße 👍"), image, hidden, voice, sticker, link,
         test::twilio_outbound(OutboundKind::text, std::string(4'000, 'x')),
         test::twilio_outbound(OutboundKind::reaction, "👍"),
         test::twilio_outbound(OutboundKind::location, "", R"({"latitude":51.5,"longitude":-0.12,"name":"Big Ben"})"),
         test::twilio_outbound(OutboundKind::contacts, "", R"([{"name":{"formatted_name":"Ann"}}])"),
         test::twilio_outbound(OutboundKind::poll, "", R"({"question":"Tea?","options":["yes","no"]})"),
         test::twilio_outbound(
             OutboundKind::interactive, "",
             R"({"type":"button","body":{"text":"Go?"},"action":{"buttons":[{"type":"reply","reply":{"id":"y","title":"Yes"}}]}})"),
         test::twilio_outbound(OutboundKind::template_message, "", content)}) {
        seen.insert(wanted.kind);
        const Outbound message = with_fallback(wanted, line.channel.capabilities()).value();
        const SendResult sent = line.send(message);
        INFO(to_string(message.kind) << ": " << (sent ? "" : sent.error().reason));
        REQUIRE(sent);
        CHECK(sent->provider_id.starts_with("SM"));
    }

    CHECK(seen.size() == 9);  // all but those that change what was sent: Twilio cannot
    for (const OutboundKind kind : {OutboundKind::edit, OutboundKind::revoke})
        CHECK_FALSE(can_leave(kind, line.channel.capabilities()));

    // Prism lists its examples: nothing of ours is among them.
    const auto before = line.await<SentBefore>([&](auto done) {
        line.channel.find_sent(test::twilio_outbound(OutboundKind::text, "x"), 1'700'000'000'000, done);
    });
    CHECK(before.verdict != SentBefore::Verdict::found);
    const auto missed = line.await<Result<Decoded>>([&](auto done) { line.channel.missed(1'700'000'000'000, done); });
    INFO((missed ? "" : missed.error().message));
    CHECK(missed);
    const auto typing = TwilioEncoder(config, {}).typing("SM00000000000000000000000a11ce0001").value();
    const auto answer = line.await<net::ClientResult>([&](auto done) { line.client.send(typing, done); });
    REQUIRE(answer);
    CHECK(answer->status == 200);
}

TEST_CASE("a mock that accepted everything would prove nothing") {
    if (test::skipped_without_prism(description)) return;
    const test::Prism prism(description);
    TwilioConfig config = test::twilio_config();
    config.base_url = prism.url();
    config.from = "whatsapp:+12345";  // no number
    Line line(config);
    CHECK_FALSE(line.send(test::twilio_outbound(OutboundKind::text, "x")));
    config = test::twilio_config();
    config.base_url = prism.url();
    config.account_sid = "AC-not-one";
    Line other(config);
    CHECK_FALSE(other.send(test::twilio_outbound(OutboundKind::text, "x")));
}
