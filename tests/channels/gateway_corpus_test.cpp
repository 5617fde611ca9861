// The corpus of webhook bodies that several projects share, when it lies beside the checkout. Skipped where it is not.
#include <catch2/catch.hpp>

#include "channels/fixture_files.hpp"
#include "channels/gateway/decode.hpp"
#include "channels/gateway/signature.hpp"
#include "core/json_reader.hpp"
#include "support/paths.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

const std::filesystem::path kCorpus = parley::test::source_path("../shared/fixtures/webhooks");

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
    if (!std::filesystem::is_directory(kCorpus / "gowa")) {
        WARN("no shared corpus beside the checkout");
        return;
    }
    JsonLimits limits;
    limits.max_bytes = 4u << 20;
    const auto index = parse_json(test::read_whole_file(kCorpus / "SIGNATURES.json"), limits);
    REQUIRE(index);
    JsonProblem problem;
    const JsonReader signatures(*index, problem);
    GatewayConfig config;
    config.webhook_secret = Secret(signatures["secrets"]["gowa_webhook_secret"].string());
    const GatewaySignature signature(config);

    std::size_t files = 0, with_signature = 0;
    for (const std::string& file : test::list_files(kCorpus / "gowa")) {
        INFO(file);
        const std::string body = test::read_whole_file(kCorpus / "gowa" / file);
        const Result<Decoded> decoded = decode_gateway(body, 1, 1'800'000'000'000);
        INFO((decoded ? "" : decoded.error().message));
        CHECK(decoded);
        ++files;
        const std::string header = signatures["files"]["gowa/" + file]["headers"]["X-Hub-Signature-256"].string_or("");
        if (header.empty()) continue;  // those that never signed
        ++with_signature;
        check_signed(signature, body, header);
    }
    CHECK_FALSE(problem);
    CHECK(files > 50);
    CHECK(with_signature > 40);
}
