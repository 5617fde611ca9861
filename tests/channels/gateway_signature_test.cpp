#include <catch2/catch.hpp>

#include "channels/gateway/signature.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

GatewayConfig with_secret(const std::string& secret) {
    GatewayConfig config;
    config.webhook_secret = Secret(secret);
    return config;
}

Result<void> verify(const GatewayConfig& config, const std::string& body, const std::string& header) {
    net::Request request;
    request.body = body;
    if (!header.empty()) request.headers.set("x-hub-signature-256", header);
    return GatewaySignature(config).verify(request);
}

// The example in GitHub's documentation of the same header.
const std::string kSecret = "It's a Secret to Everybody", kBody = "Hello, World!",
                  kHeader = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

}  // namespace

TEST_CASE("a signature over the raw body is accepted, nothing else") {
    const GatewayConfig config = with_secret(kSecret);
    CHECK(verify(config, kBody, kHeader));
    for (const std::string& wrong : {std::string(), std::string("sha256="), kHeader.substr(7), kHeader + "0",
                                     kHeader.substr(0, kHeader.size() - 1), "sha1=" + kHeader.substr(7),
                                     "SHA256=" + kHeader.substr(7), " " + kHeader}) {
        INFO(wrong);
        const Result<void> result = verify(config, kBody, wrong);
        REQUIRE(!result);
        CHECK(result.error().code == Errc::unauthorized);
        CHECK(result.error().message.find("GATEWAY_WEBHOOK_SECRET") != std::string::npos);
        CHECK(result.error().message.find(kSecret) == std::string::npos);
    }
    CHECK_FALSE(verify(config, kBody + " ", kHeader));
    CHECK_FALSE(verify(with_secret("another"), kBody, kHeader));
}

TEST_CASE("one signature checker serves many requests") {
    const GatewaySignature signature(with_secret(kSecret));
    net::Request good, bad;
    good.body = kBody;
    bad.body = "other";
    good.headers.set("X-Hub-Signature-256", kHeader);
    bad.headers.set("X-Hub-Signature-256", kHeader);
    for (int i = 0; i < 3; ++i) {
        CHECK(signature.verify(good));
        CHECK_FALSE(signature.verify(bad));
    }
}

TEST_CASE("without a secret, webhooks are refused unless that was asked for") {
    GatewayConfig config;
    const Result<void> refused = verify(config, kBody, kHeader);
    REQUIRE(!refused);
    CHECK(refused.error().code == Errc::unauthorized);
    CHECK(refused.error().message.find("GATEWAY_WEBHOOK_SECRET") != std::string::npos);
    CHECK(refused.error().message.find("GATEWAY_ALLOW_UNSIGNED") != std::string::npos);
    config.allow_unsigned = true;
    CHECK(verify(config, kBody, ""));

    GatewayConfig both = with_secret(kSecret);
    both.allow_unsigned = true;
    CHECK_FALSE(verify(both, kBody, ""));
}
