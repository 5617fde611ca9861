// The corpus of webhook bodies that several projects share, when it lies beside the checkout, and our own: each is
// taken as it is, and refused with any byte changed.
#include "channels/shared_corpus.hpp"
#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

bool verifies(const TwilioSignature& signature, const net::Request& request, const std::string& header) {
    net::Request with = request;
    with.headers.set("X-Twilio-Signature", header);
    return signature.verify(with).has_value();
}

// A flipped bit that only changes the case of an escape (%2B, %2b) leaves every parameter as it was.
bool says_the_same(const std::string& a, const std::string& b) {
    const Result<net::FormFields> left = net::form_decode(a), right = net::form_decode(b);
    return left && right && *left == *right;
}

void check_signed(const TwilioSignature& signature, const net::Request& request, const std::string& header) {
    CHECK(verifies(signature, request, header));
    CHECK_FALSE(signature.verify(request));
    for (std::size_t i = 0; i < request.body.size(); ++i) {
        net::Request flipped = request;
        flipped.body[i] = static_cast<char>(flipped.body[i] ^ (1 << (i % 8)));
        if (verifies(signature, flipped, header) && !says_the_same(flipped.body, request.body))
            FAIL("accepted with byte " << i << " of the body changed");
    }
    for (std::size_t i = 0; i < header.size(); ++i) {
        for (const char bit : {1, 2, 0x20}) {
            std::string flipped = header;
            flipped[i] = static_cast<char>(flipped[i] ^ bit);
            const auto byte = static_cast<unsigned char>(flipped[i]);
            if (byte < 0x20 || byte == 0x7F) continue;  // no header can carry it
            if (verifies(signature, request, flipped)) FAIL("accepted with byte " << i << " of the signature changed");
        }
    }
}

}  // namespace

TEST_CASE("our own webhooks of Twilio are taken when signed, and refused with any byte changed") {
    const TwilioSignature signature(test::twilio_config());
    for (const std::string& file : test::list_files(test::twilio_fixtures())) {
        INFO(file);
        const net::Request request = test::twilio_webhook(test::read_whole_file(test::twilio_fixtures() / file));
        check_signed(signature, request,
                     test::twilio_signature("the auth token", "https://bot.example.com/webhooks/twilio/2",
                                            signed_parameters(net::form_decode(request.body).value())));
    }
}

TEST_CASE("the shared corpus of Twilio's webhooks decodes, and its signatures hold") {
    const test::SharedCorpus corpus("twilio");
    if (corpus.missing()) return;
    const std::string url = corpus.secret("twilio_url");
    const std::size_t path = url.find('/', url.find("://") + 3);
    TwilioConfig config;
    config.auth_token = Secret(corpus.secret("twilio_auth_token"));
    config.public_url = url.substr(0, path);
    config.account_sid = "AC00000000000000000000000000000001";
    config.from = "whatsapp:+14155238886";
    const TwilioSignature signature(config);

    std::size_t messages = 0, statuses = 0;
    for (const std::string& file : corpus.files()) {
        INFO(file);
        const net::Request request = test::twilio_webhook(corpus.body(file), url.substr(path));
        const Result<Decoded> decoded = decode_twilio(request, config, 1, test::kReceived);
        REQUIRE(decoded);
        CHECK(decoded->unclaimed.empty());
        messages += decoded->messages.size();
        statuses += decoded->statuses.size();
        for (const Inbound& event : decoded->messages) {
            CHECK(event.kind == EventKind::message);
            CHECK_FALSE(event.provider_id.empty());
            CHECK_FALSE(event.type.empty());
            CHECK(event.chat.starts_with("whatsapp:"));
            CHECK_FALSE(event.identities.empty());
            CHECK(event.media.has_value() == (event.provider_id.starts_with("MM")));
        }
        check_signed(signature, request, corpus.signature(file, "X-Twilio-Signature"));
    }
    CHECK(messages == 17);
    CHECK(statuses == 2);  // "queued" tells nothing
}
