#include <catch2/catch.hpp>
#include <set>

#include "core/crypto.hpp"

using namespace parley;
using namespace parley::crypto;

TEST_CASE("SHA-256 of the standard's examples") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("HMAC-SHA256 of RFC 4231, again and again with one key") {
    const HmacSha256 hmac(Secret(std::string(20, '\x0b')));
    for (int i = 0; i < 3; ++i) {
        CHECK(hmac.mac_hex("Hi There") == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        CHECK(hmac.mac_hex("other") != hmac.mac_hex("Hi There"));
    }
    CHECK(HmacSha256(Secret("Jefe")).mac_hex("what do ya want for nothing?") ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(HmacSha256(Secret(std::string(131, '\xaa')))
              .mac_hex("Test Using Larger Than Block-Size Key - Hash Key First") ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(HmacSha256(Secret()).mac_hex("") == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("HMAC-SHA1 of RFC 2202") {
    const HmacSha1 hmac(Secret(std::string(20, '\x0b')));
    for (int i = 0; i < 2; ++i) CHECK(hex_encode(hmac.mac("Hi There")) == "b617318655057264e28bc0b6fb378c8ef146be00");
    CHECK(hex_encode(HmacSha1(Secret("Jefe")).mac("what do ya want for nothing?")) ==
          "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

TEST_CASE("constant-time comparison compares") {
    CHECK(equal_constant_time("", ""));
    CHECK(equal_constant_time("abc", "abc"));
    CHECK_FALSE(equal_constant_time("abc", "abd"));
    CHECK_FALSE(equal_constant_time("abc", "ab"));
    CHECK_FALSE(equal_constant_time("", "a"));
}

TEST_CASE("random bytes are many and different") {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) seen.insert(random_bytes(16));
    CHECK(seen.size() == 100);
    CHECK(random_bytes(0).empty());
    CHECK(random_hex(8).size() == 16);
}

TEST_CASE("hex there and back") {
    const std::string bytes("\x00\x7f\xff", 3);
    CHECK(hex_encode(bytes) == "007fff");
    CHECK(hex_decode("007fFF") == bytes);
    CHECK(hex_decode("") == "");
    for (const char* wrong : {"0", "0g", "0x00", " 00"}) CHECK_FALSE(hex_decode(wrong));
}

TEST_CASE("base64 of RFC 4648, strictly") {
    const std::pair<const char*, const char*> rows[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};
    for (const auto& [plain, encoded] : rows) {
        CHECK(base64_encode(plain) == encoded);
        CHECK(base64_decode(encoded) == plain);
    }
    const std::string all = [] {
        std::string bytes;
        for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
        return bytes;
    }();
    CHECK(base64_decode(base64_encode(all)) == all);
    for (const char* wrong :
         {"Zg", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n", "Zm-_", "Zg==Zg=="}) {
        INFO(wrong);
        CHECK_FALSE(base64_decode(wrong));
    }
}
