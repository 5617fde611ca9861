// The corpus of webhook bodies that several projects share, when it lies beside the checkout. Skipped where it is not.
#include <catch2/catch.hpp>

#include "channels/gateway/decode.hpp"
#include "channels/gateway/signature.hpp"
#include "channels/shared_corpus.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

bool verifies(const GatewaySignature& signature, const std::string& body, const std::string& header) {
    net::Request request;
    request.body = body;
    if (!header.empty()) request.headers.set("X-Hub-Signature-256", header);
    return signature.verify(request).has_value();
}

void check_signed(const GatewaySignature& signature, const std::string& body, const std::string& header) {
    CHECK(verifies(signature, body, header));
    CHECK_FALSE(verifies(signature, body, ""));
    for (std::size_t i = 0; i < body.size(); ++i) {
        std::string flipped = body;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
        if (verifies(signature, flipped, header)) FAIL("accepted with byte " << i << " of the body changed");
    }
    for (std::size_t i = 0; i < header.size(); ++i) {
        for (const char bit : {1, 0x20}) {
            std::string flipped = header;
            flipped[i] = static_cast<char>(flipped[i] ^ bit);
            if (static_cast<unsigned char>(flipped[i]) < 0x20 || flipped[i] == 0x7F)
                continue;  // no header can carry it
            if (verifies(signature, body, flipped)) FAIL("accepted with byte " << i << " of the signature changed");
        }
    }
}

}  // namespace

TEST_CASE("the shared corpus of gateway webhooks decodes, and its signatures hold") {
    const test::SharedCorpus corpus("gowa");
    if (corpus.missing()) return;
    GatewayConfig config;
    config.webhook_secret = Secret(corpus.secret("gowa_webhook_secret"));
    const GatewaySignature signature(config);

    std::size_t files = 0, with_signature = 0;
    for (const std::string& file : corpus.files()) {
        INFO(file);
        const std::string body = corpus.body(file);
        const Result<Decoded> decoded = decode_gateway(body, 1, 1'800'000'000'000);
        INFO((decoded ? "" : decoded.error().message));
        CHECK(decoded);
        ++files;
        const std::string header = corpus.signature(file, "X-Hub-Signature-256");
        if (header.empty()) continue;  // those that never signed
        ++with_signature;
        check_signed(signature, body, header);
    }
    CHECK(files > 50);
    CHECK(with_signature > 40);
}
