#include <catch2/catch.hpp>

#include "channels/cloud/signature.hpp"
#include "channels/fixture_files.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;

namespace {

Result<void> verify(const CloudSignature& signature, const std::string& body, const std::string& header) {
    net::Request request;
    request.body = body;
    if (!header.empty()) request.headers.set("X-Hub-Signature-256", header);
    return signature.verify(request);
}

Result<std::string> shake(const std::string& query, const std::string& token = "open sesame") {
    net::Request request;
    request.query = query;
    return CloudSignature(Secret("s"), Secret(token)).handshake(request);
}

}  // namespace

TEST_CASE("a webhook of Meta's is known by its signature alone") {
    // The example in the documentation of the header.
    const CloudSignature signature(Secret("It's a Secret to Everybody"), Secret());
    const std::string header = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    CHECK(verify(signature, "Hello, World!", header));
    CHECK_FALSE(verify(signature, "Hello, World!", ""));
    CHECK_FALSE(verify(signature, "Hello, World!", header.substr(7)));
    CHECK_FALSE(verify(signature, "Hello, World! ", header));
    CHECK_FALSE(verify(CloudSignature(Secret(), Secret()), "Hello, World!", header));
}

TEST_CASE("no byte of a signed webhook can be changed") {
    const Secret secret("app secret");
    const CloudSignature signature(secret, Secret());
    for (const std::string& file : test::list_files(test::cloud_fixtures())) {
        INFO(file);
        const std::string body = test::read_whole_file(test::cloud_fixtures() / file);
        const std::string header = "sha256=" + crypto::HmacSha256(secret).mac_hex(body);
        REQUIRE(verify(signature, body, header));
        for (std::size_t i = 0; i < body.size(); ++i) {
            std::string flipped = body;
            flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
            if (verify(signature, flipped, header)) FAIL("accepted with byte " << i << " changed");
        }
        for (std::size_t i = 0; i < header.size(); ++i) {
            std::string flipped = header;
            flipped[i] = flipped[i] == 'x' ? 'y' : 'x';
            if (verify(signature, body, flipped)) FAIL("accepted with byte " << i << " of the signature changed");
        }
    }
}

TEST_CASE("the challenge is given to who knows the verify token") {
    CHECK(shake("hub.mode=subscribe&hub.verify_token=open+sesame&hub.challenge=1158201444").value() == "1158201444");
    CHECK_FALSE(shake("hub.mode=subscribe&hub.verify_token=open&hub.challenge=1158201444"));
    CHECK_FALSE(shake("hub.mode=unsubscribe&hub.verify_token=open+sesame&hub.challenge=1"));
    CHECK_FALSE(shake("hub.verify_token=open+sesame&hub.challenge=1"));
    CHECK_FALSE(shake("hub.mode=subscribe&hub.challenge=1"));
    CHECK_FALSE(shake(""));
    // An account without a token is not opened by an empty one.
    CHECK_FALSE(shake("hub.mode=subscribe&hub.verify_token=&hub.challenge=1", ""));
}

TEST_CASE("only a plain challenge is echoed") {
    const std::string start = "hub.mode=subscribe&hub.verify_token=open+sesame&hub.challenge=";
    CHECK(shake(start + "aZ-9_.x"));
    CHECK_FALSE(shake(start));
    CHECK_FALSE(shake(start + "%3Cscript%3E"));
    CHECK_FALSE(shake(start + "a%0Ab"));
    CHECK_FALSE(shake(start + "a%00"));
    CHECK(shake(start + std::string(256, '7')));
    CHECK_FALSE(shake(start + std::string(257, '7')));
}
