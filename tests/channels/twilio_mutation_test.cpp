// Broken webhooks: whatever bytes come, the decoder answers with an error or with fields that can be stored.
#include <random>

#include "channels/twilio_support.hpp"
#include "core/json_reader.hpp"
#include "core/text.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const std::string kPoison[] = {"%00",
                               "%FF",
                               "%C0%80",
                               "%ED%A0%80",
                               "&&",
                               "=",
                               "%",
                               "%zz",
                               "&From=",
                               "whatsapp%3A",
                               "%5B%5B%5B%5B",
                               "%7B%22a%22%3A1e400%7D",
                               "&Body=%2F",
                               "&MessageStatus=read",
                               std::string(300, 'x')};

std::string mutate(std::string body, std::mt19937& random) {
    for (std::size_t n = 1 + random() % 4; n > 0; --n) {
        const std::size_t at = random() % (body.size() + 1);
        switch (random() % 4) {
            case 0:
                body.insert(at, kPoison[random() % std::size(kPoison)]);
                break;
            case 1:
                body.erase(at, random() % 12);
                break;
            case 2:
                if (at < body.size()) body[at] = static_cast<char>(random() % 256);
                break;
            default:
                body.insert(at, body.substr(random() % body.size(), random() % 40));
        }
        if (body.empty()) body = "a=1";
    }
    return body;
}

void check_storable(const Inbound& event) {
    for (const std::string* field : {&event.provider_id, &event.chat, &event.sender, &event.sender_name, &event.type,
                                     &event.text, &event.reply_to, &event.refers_to, &event.payload}) {
        if (!text::is_storable(*field)) FAIL("a field that cannot be stored: " << *field);
    }
    if (event.provider_id.size() > 200 || event.chat.size() > 200 || event.reply_to.size() > 200)
        FAIL("an id that no index takes");
    if (event.media && !text::is_storable(event.media->source + event.media->name + event.media->mime))
        FAIL("a bad file");
    if (!event.payload.empty() && !parse_json(event.payload)) FAIL("a payload that is no JSON: " << event.payload);
    for (const Identity& identity : event.identities) {
        if (identity.value.empty() || identity.value.size() > 200) FAIL("a bad identity");
    }
}

}  // namespace

TEST_CASE("mutated webhooks of Twilio's never yield a field that cannot be stored") {
    std::mt19937 random(11);
    std::size_t accepted = 0, refused = 0;
    for (const std::string& file : test::list_files(test::twilio_fixtures())) {
        const std::string body = test::read_whole_file(test::twilio_fixtures() / file);
        for (int round = 0; round < 400; ++round) {
            const net::Request request = test::twilio_webhook(mutate(body, random));
            const Result<Decoded> decoded = decode_twilio(request, test::twilio_config(), 7, test::kReceived);
            if (!decoded) {
                ++refused;
                if (decoded.error().message.empty() || !text::is_storable(decoded.error().message))
                    FAIL("refused without words that can be stored");
                continue;
            }
            ++accepted;
            for (const Inbound& event : decoded->messages) check_storable(event);
            for (const StatusUpdate& status : decoded->statuses) {
                if (!text::is_storable(status.provider_ids.at(0) + status.reason + status.details))
                    FAIL("a status that cannot be stored");
                if (!parse_json(status.details)) FAIL("details that are no JSON");
            }
            for (const AccountEvent& event : decoded->events) {
                if (!parse_json(event.payload)) FAIL("an event that is no JSON");
            }
        }
    }
    // Both ways must have been gone often, or the test tests nothing.
    CHECK(accepted > 1'000);
    CHECK(refused > 1'000);
}
