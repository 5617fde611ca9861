#include "channels/twilio_support.hpp"

using namespace parley;
using namespace parley::channels;
using parley::test::twilio_signature;
using parley::test::twilio_webhook;

namespace {

TwilioSignature make(const std::string& public_url, const std::string& token = "token") {
    TwilioConfig config;
    config.auth_token = Secret(token);
    config.public_url = public_url;
    return TwilioSignature(config);
}

bool holds(const TwilioSignature& signature, net::Request request, const std::string& given) {
    if (!given.empty()) request.headers.set("X-Twilio-Signature", given);
    return signature.verify(request).has_value();
}

}  // namespace

TEST_CASE("the signature in Twilio's documentation holds") {
    const TwilioSignature signature = make("https://mycompany.com", "12345");
    const std::string body =
        "CallSid=CA1234567890ABCDE&From=%2B12349013030&To=%2B18005551212&Caller=%2B12349013030&Digits=1234";
    const std::string given = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
    CHECK(holds(signature, twilio_webhook(body, "/myapp.php?foo=1&bar=2"), given));
    CHECK_FALSE(holds(signature, twilio_webhook(body, "/myapp.php?foo=1&bar=3"), given));
    CHECK_FALSE(holds(signature, twilio_webhook(body, "/myapp.php"), given));
    CHECK_FALSE(holds(signature, twilio_webhook(body + "&More=1", "/myapp.php?foo=1&bar=2"), given));
    CHECK_FALSE(holds(make("https://mycompany.com", "12346"), twilio_webhook(body, "/myapp.php?foo=1&bar=2"), given));
    CHECK_FALSE(holds(signature, twilio_webhook(body, "/myapp.php?foo=1&bar=2"), ""));
    CHECK_FALSE(holds(signature, twilio_webhook(body, "/myapp.php?foo=1&bar=2"), given.substr(0, 27)));
}

TEST_CASE("parameters are sorted, decoded, kept when empty, and counted once when repeated") {
    CHECK(signed_parameters({{"b", "2"}, {"a", ""}, {"B", "1"}, {"c", "y"}, {"c", "x"}, {"c", "y"}}) == "B1ab2cxcy");
    const TwilioSignature signature = make("https://bot.example.com");
    const std::string url = "https://bot.example.com/w";
    CHECK(holds(signature, twilio_webhook("Body=It%27s+%C3%BC&ProfileName=&A=", "/w"),
                twilio_signature("token", url, "ABodyIt's üProfileName")));
    CHECK(holds(signature, twilio_webhook("To=b&To=a&To=b", "/w"), twilio_signature("token", url, "ToaTob")));
}

TEST_CASE("the URL is the configured one, with and without its port") {
    const net::Request request = twilio_webhook("A=1", "/w?x=1");
    for (const char* configured :
         {"https://bot.example.com", "https://bot.example.com/", " https://bot.example.com:443 ",
          "https://bot.example.com#rc=5&rp=all", "https://bot.example.com?ignored"}) {
        INFO(configured);
        for (const char* url : {"https://bot.example.com/w?x=1", "https://bot.example.com:443/w?x=1"})
            CHECK(holds(make(configured), request, twilio_signature("token", url, "A1")));
        for (const char* url : {"https://bot.example.com:8443/w?x=1", "http://bot.example.com/w?x=1",
                                "https://evil.example.com/w?x=1", "https://bot.example.com/v?x=1"})
            CHECK_FALSE(holds(make(configured), request, twilio_signature("token", url, "A1")));
    }
    const std::string at_8443 = twilio_signature("token", "https://bot.example.com:8443/base/w?x=1", "A1");
    CHECK(holds(make("https://bot.example.com:8443/base"), request, at_8443));
    CHECK(holds(make("https://bot.example.com:8443/base"), request,
                twilio_signature("token", "https://bot.example.com/base/w?x=1", "A1")));
    CHECK(holds(make("http://10.0.0.1"), request, twilio_signature("token", "http://10.0.0.1:80/w?x=1", "A1")));
    CHECK(holds(make("https://[2001:db8::1]"), request,
                twilio_signature("token", "https://[2001:db8::1]:443/w?x=1", "A1")));

    net::Request elsewhere = request;
    elsewhere.headers.set("Host", "evil.example.com");
    CHECK_FALSE(holds(make("https://bot.example.com"), elsewhere,
                      twilio_signature("token", "https://evil.example.com/w?x=1", "A1")));
}

TEST_CASE("the query may have been escaped in another way when it was signed") {
    const TwilioSignature signature = make("https://bot.example.com");
    const auto signed_as = [](const std::string& query) {
        return twilio_signature("token", "https://bot.example.com/w?" + query, "A1");
    };
    CHECK(holds(signature, twilio_webhook("A=1", "/w?n=O'Brien"), signed_as("n=O%27Brien")));
    CHECK(holds(signature, twilio_webhook("A=1", "/w?n=O%27Brien"), signed_as("n=O'Brien")));
    CHECK(holds(signature, twilio_webhook("A=1", "/w?n=a+b"), signed_as("n=a%20b")));
    CHECK(holds(signature, twilio_webhook("A=1", "/w?n=%7e%c3%bc"), signed_as("n=~%C3%BC")));
    CHECK_FALSE(holds(signature, twilio_webhook("A=1", "/w?n=O'Brian"), signed_as("n=O%27Brien")));
}

TEST_CASE("a JSON body is vouched for by the digest in the URL") {
    const TwilioSignature signature = make("https://bot.example.com");
    const std::string body = R"({"a":1})";
    const std::string target = "/w?bodySHA256=" + crypto::sha256_hex(body);
    const std::string given = twilio_signature("token", "https://bot.example.com" + target, "");
    net::Request request = twilio_webhook(body, target);
    request.headers.set("Content-Type", "application/json");
    CHECK(holds(signature, request, given));
    request.body = R"({"a":2})";
    CHECK_FALSE(holds(signature, request, given));
    // The same signature and a form in place of the JSON.
    CHECK_FALSE(holds(signature, twilio_webhook("Body=forged", target), given));
    // A JSON body that nothing vouches for.
    net::Request bare = twilio_webhook(body, "/w");
    bare.headers.set("Content-Type", "application/json");
    CHECK_FALSE(holds(signature, bare, twilio_signature("token", "https://bot.example.com/w", "")));
}

TEST_CASE("what is not configured, or not a form, is refused in words") {
    net::Request request = twilio_webhook("A=1", "/w");
    request.headers.set("X-Twilio-Signature", "x");
    const auto words = [&](const TwilioSignature& signature) { return signature.verify(request).error().message; };
    CHECK(words(make("https://bot.example.com", "")).find("TWILIO_AUTH_TOKEN") != std::string::npos);
    CHECK(words(make("")).find("PUBLIC_URL") != std::string::npos);
    CHECK(words(make("bot.example.com")).find("PUBLIC_URL") != std::string::npos);
    CHECK(words(make("https://bot.example.com")).find("https://bot.example.com/w") != std::string::npos);
    request.body = "A=%zz";
    CHECK(words(make("https://bot.example.com")).find("encoded") != std::string::npos);
    request.body.clear();
    for (int i = 0; i < 2'000; ++i) request.body += "a=1&";
    CHECK(words(make("https://bot.example.com")).find("too many") != std::string::npos);
}
