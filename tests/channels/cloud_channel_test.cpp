// The channel as a whole, with a scripted Meta in place of the network.
#include "channels/cloud/cloud_channel.hpp"

#include <catch2/catch.hpp>

#include "channels/cloud/fetch.hpp"
#include "channels/scripted_graph.hpp"
#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "support/fetching.hpp"
#include "support/result_printer.hpp"
#include "support/text_source.hpp"

using namespace parley;
using namespace parley::channels;
using test::FixedToken;
using test::MapUploadCache;
using test::ScriptedGraph;

namespace {

const std::string kSent = R"({"messages":[{"id":"wamid.OUT1"}]})";

CloudConfig make_config() {
    CloudConfig config;
    config.phone_number_id = "100000000000001";
    config.waba_id = "200000000000001";
    config.app_secret = Secret("app secret");
    config.verify_token = Secret("verify");
    return config;
}

struct Account {
    ScriptedGraph meta;
    std::shared_ptr<FixedToken> tokens;
    std::shared_ptr<MapUploadCache> uploads = std::make_shared<MapUploadCache>();
    CloudChannel channel;

    explicit Account(std::shared_ptr<FixedToken> source = std::make_shared<FixedToken>("T1"),
                     CloudConfig config = make_config())
        : tokens(std::move(source)), channel(1, config, meta.exchange(), tokens, uploads) {}

    std::optional<SendResult> send(const Outbound& message) {
        std::optional<SendResult> result;
        channel.send(message, [&](SendResult r) {
            REQUIRE_FALSE(result);
            result = std::move(r);
        });
        return result;
    }
    Result<std::string> fetch(const Inbound& message, std::size_t most = 1'000) {
        std::optional<Result<std::string>> result;
        test::fetch_text(channel, message, most, [&](Result<std::string> r) { result = std::move(r); });
        REQUIRE(result);
        return *result;
    }
};

Outbound text(std::string words = "hello") {
    Outbound message;
    message.chat = "16505551234";
    message.text = std::move(words);
    message.attempts = 1;
    return message;
}

Outbound file(std::string bytes = "PDF") {
    Outbound message = text("");
    message.kind = OutboundKind::media;
    message.media.mime = "application/pdf";
    message.media.name = "minutes.pdf";
    message.media.stored = crypto::sha256_hex(bytes);
    message.media.content = test::source_of(std::move(bytes));
    return message;
}

const std::string kUrl = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=3001";

Inbound incoming(const std::string& digest, bool with_url, UnixMillis age = 0) {
    Inbound message;
    message.type = "image";
    message.media = Media{};
    message.media->kind = MediaKind::image;
    message.media->source = "3001";
    message.timestamp = unix_now() - age;
    message.payload =
        R"({"image":{"id":"3001","sha256":")" + digest + "\"" + (with_url ? ",\"url\":\"" + kUrl + "\"" : "") + "}}";
    return message;
}

const std::string kBase64 = crypto::base64_encode(crypto::bytes_of(crypto::sha256("BYTES")));
const std::string kHex = crypto::sha256_hex("BYTES");

std::string lookup(const std::string& digest, const std::string& url = kUrl, const std::string& size = "5") {
    return R"({"url":")" + url + R"(","sha256":")" + digest + R"(","file_size":)" + size + "}";
}

}  // namespace

TEST_CASE("the cloud channel sends and reports") {
    Account account;
    account.meta.will_answer(200, kSent);
    CHECK(account.send(text()).value()->provider_id == "wamid.OUT1");
    const net::ClientRequest& request = account.meta.requests[0];
    CHECK(request.method == "POST");
    CHECK(request.url == "https://graph.facebook.com/v25.0/100000000000001/messages");
    CHECK(request.headers.get("Authorization") == "Bearer T1");
    CHECK(request.headers.get("Content-Type") == "application/json");
    CHECK(request.timeout_ms > 0);
    CHECK(account.channel.name() == "cloud");
    CHECK(account.channel.capabilities().hands_back_ids);

    // What cannot be written down is asked of nobody.
    CHECK(account.send(text("")).value().error().kind == SendError::Class::permanent);
    CHECK(account.meta.requests.size() == 1);
}

TEST_CASE("the secret proves the token where Meta wants it") {
    CloudConfig config = make_config();
    config.appsecret_proof = true;
    Account account(std::make_shared<FixedToken>("T1"), config);
    account.meta.will_answer(200, kSent);
    account.send(text());
    CHECK(account.meta.requests[0].url.ends_with("?appsecret_proof=" +
                                                 crypto::HmacSha256(Secret("app secret")).mac_hex("T1")));
}

TEST_CASE("a refused token is tried once more with another one") {
    Account account(std::make_shared<FixedToken>("T1", "T2"));
    account.meta.will_answer(401, test::kRefusedToken);
    account.meta.will_answer(200, kSent);
    CHECK(account.send(text()).value());
    CHECK(account.meta.token_of(0) == "Bearer T1");
    CHECK(account.meta.token_of(1) == "Bearer T2");
    CHECK(account.meta.requests[0].body == account.meta.requests[1].body);

    // Not a third time.
    Account unlucky(std::make_shared<FixedToken>("T1", "T2"));
    unlucky.meta.will_answer(401, test::kRefusedToken);
    unlucky.meta.will_answer(401, test::kRefusedToken);
    CHECK(unlucky.send(text()).value().error().kind == SendError::Class::halted);
    CHECK(unlucky.meta.requests.size() == 2);
}

TEST_CASE("without another token the account is halted, with the reason") {
    Account account;
    account.meta.will_answer(401, test::kRefusedToken);
    const SendResult result = *account.send(text());
    CHECK(result.error().kind == SendError::Class::halted);
    CHECK(result.error().alarm);
    CHECK(result.error().reason == "give the account a new token");
    CHECK(account.tokens->refusals.size() == 1);
}

TEST_CASE("a file is uploaded once and sent by its id") {
    Account account;
    account.meta.will_answer(200, R"({"id":"77777"})");
    account.meta.will_answer(200, kSent);
    account.meta.will_answer(200, kSent);
    CHECK(account.send(file()).value());
    CHECK(account.send(file()).value());
    REQUIRE(account.meta.requests.size() == 3);
    const net::ClientRequest& upload = account.meta.requests[0];
    CHECK(upload.url == "https://graph.facebook.com/v25.0/100000000000001/media");
    CHECK(upload.headers.get("Content-Type").starts_with("multipart/form-data"));
    CHECK(test::whole_body(upload).find("Content-Type: application/pdf\r\n\r\nPDF\r\n") != std::string::npos);
    for (std::size_t i : {1, 2})
        CHECK(account.meta.requests[i].body.find(R"("document":{"id":"77777")") != std::string::npos);
    // Shorter than Meta's 30 days, longer than 28.
    CHECK(account.uploads->expiry > unix_now() + 28LL * 24 * 3600 * 1000);
    CHECK(account.uploads->expiry < unix_now() + 30LL * 24 * 3600 * 1000);
    // Other bytes, other file.
    account.meta.will_answer(200, R"({"id":"88888"})");
    account.meta.will_answer(200, kSent);
    CHECK(account.send(file("other")).value());
    CHECK(account.uploads->ids.size() == 2);
}

TEST_CASE("many messages with one file wait for one upload") {
    Account account;
    int sent = 0;
    for (int i = 0; i < 100; ++i) account.channel.send(file(), [&](SendResult result) { sent += result ? 1 : 0; });
    REQUIRE(account.meta.requests.size() == 1);
    for (int i = 0; i < 100; ++i) account.meta.will_answer(200, kSent);
    account.meta.answer_waiting(200, R"({"id":"77777"})");
    CHECK(sent == 100);
    CHECK(account.meta.requests.size() == 101);
}

TEST_CASE("a file that Meta has lost is uploaded again, once") {
    Account account;
    account.uploads->ids[CloudUploads::key_of(file())] = "11111";
    account.meta.will_answer(400, R"({"error":{"code":131009,"message":"Parameter value is not valid"}})");
    account.meta.will_answer(200, R"({"id":"22222"})");
    account.meta.will_answer(400, R"({"error":{"code":131009,"message":"Parameter value is not valid"}})");
    CHECK(account.send(file()).value().error().kind == SendError::Class::permanent);
    CHECK(account.meta.requests.size() == 3);
}

TEST_CASE("a file that Meta has lost is uploaded again though the cache is slow to forget") {
    struct SlowCache final : UploadCache {
        void find(const std::string&, FindDone done) override { done("11111"); }
        void remember(const std::string&, const std::string&, UnixMillis) override {}
        void forget(const std::string&) override {}
    };
    test::ScriptedGraph meta;
    CloudChannel channel(1, make_config(), meta.exchange(), std::make_shared<test::FixedToken>("EAAJBfirst"),
                         std::make_shared<SlowCache>());
    meta.will_answer(400, R"({"error":{"code":131009,"message":"Parameter value is not valid"}})");
    meta.will_answer(200, R"({"id":"22222"})");
    meta.will_answer(200, kSent);
    bool sent = false;
    channel.send(file(), [&](const SendResult& result) { sent = result.has_value(); });
    CHECK(sent);
    CHECK(meta.requests.back().body.find("22222") != std::string::npos);
}

TEST_CASE("a failed upload fails its message in the right way") {
    const auto error_of = [](int status, const std::string& body) {
        Account account;
        account.meta.will_answer(status, body);
        return account.send(file()).value().error();
    };
    // Nobody was written to: never in doubt.
    CHECK(error_of(502, "").kind == SendError::Class::transient);
    CHECK(error_of(200, "<html>").kind == SendError::Class::transient);
    CHECK(error_of(400, R"({"error":{"code":100,"message":"Param file must be ..."}})").kind ==
          SendError::Class::permanent);
    CHECK(error_of(400, R"({"error":{"code":130429}})").kind == SendError::Class::throttled);
    Account account;
    Outbound gone = file();
    gone.media.content.reset();
    CHECK(account.send(gone).value().error().kind == SendError::Class::permanent);
    CHECK(account.meta.requests.empty());
}

TEST_CASE("typing and blue ticks need the message they answer") {
    Account account;
    account.channel.typing("16505551234", "", true);
    account.channel.typing("16505551234", "wamid.IN1", false);
    account.channel.mark_read("16505551234", "");
    CHECK(account.meta.requests.empty());
    account.meta.will_answer(500, "");
    account.meta.will_answer(200, R"({"success":true})");
    account.channel.typing("16505551234", "wamid.IN1", true);
    account.channel.mark_read("16505551234", "wamid.IN1");
    REQUIRE(account.meta.requests.size() == 2);
    CHECK(account.meta.requests[0].body.find("typing_indicator") != std::string::npos);
    CHECK(account.meta.requests[1].body.find("typing_indicator") == std::string::npos);
}

TEST_CASE("a file that came in is fetched with the token, and its digest is checked") {
    for (const std::string& digest : {kBase64, kHex}) {
        Account account;
        account.meta.will_answer(200, "BYTES");
        CHECK(account.fetch(incoming(digest, true)).value() == "BYTES");
        CHECK(account.meta.requests[0].url == kUrl);
        CHECK(account.meta.token_of(0) == "Bearer T1");
        CHECK(account.meta.requests[0].max_response == 1'000);
        CHECK(account.meta.requests[0].reach == net::Reach::public_only);

        Account damaged;
        damaged.meta.will_answer(200, "BYTEZ");
        CHECK(damaged.fetch(incoming(digest, true)).error().message.find("damaged") != std::string::npos);
    }
    CHECK(hex_of_digest(kBase64) == hex_of_digest(kHex));
    CHECK(hex_of_digest("").empty());
    CHECK(hex_of_digest("no digest at all").empty());
}

TEST_CASE("an address that is old, missing or dead is asked for by the file's id") {
    for (const Inbound& message : {incoming("", false), incoming("", true, 10 * 60 * 1000)}) {
        Account account;
        account.meta.will_answer(200, lookup(kHex));
        account.meta.will_answer(200, "BYTES");
        CHECK(account.fetch(message).value() == "BYTES");
        CHECK(account.meta.requests[0].url == "https://graph.facebook.com/v25.0/3001?phone_number_id=100000000000001");
    }
    Account account;
    account.meta.will_answer(404, "");  // the webhook's
    account.meta.will_answer(200, lookup(kHex));
    account.meta.will_answer(404, "");  // five minutes passed on the way
    account.meta.will_answer(200, lookup(kHex));
    account.meta.will_answer(200, "BYTES");
    CHECK(account.fetch(incoming(kBase64, true)).value() == "BYTES");
    // The refusals of a file's host say nothing about the token.
    CHECK(account.tokens->refusals.empty());
}

TEST_CASE("a file that cannot be had says why") {
    Account account;
    for (int i = 0; i < 2; ++i) {
        account.meta.will_answer(200, lookup(kHex));
        account.meta.will_answer(404, "");
    }
    CHECK(account.fetch(incoming("", false)).error().code == Errc::not_found);
    CHECK(account.meta.requests.size() == 4);
    account.meta.will_answer(400, R"({"error":{"code":100,"message":"Unsupported get request"}})");
    CHECK(account.fetch(incoming("", false)).error().code == Errc::not_found);
    account.meta.will_answer(200, lookup(kHex, kUrl, "1001"));
    CHECK(account.fetch(incoming("", false)).error().code == Errc::too_large);
    account.meta.will_answer(200, lookup(kHex, "javascript:1"));
    CHECK_FALSE(account.fetch(incoming("", false)));
    account.meta.answers.emplace_back(net::ClientError{make_error(Errc::too_large, "big"), net::Progress::in_doubt});
    CHECK(account.fetch(incoming("", true)).error().code == Errc::too_large);
    CHECK(account.fetch(Inbound{}).error().code == Errc::not_found);
}

TEST_CASE("the token goes to the hosts that are known, over https, and nowhere else") {
    const Graph graph(make_config());
    const auto authorization = [&](const std::string& url) {
        const Result<net::ClientRequest> request = graph.download(url, 10, Secret("T1"));
        REQUIRE(request);
        return std::string(request->headers.get("Authorization"));
    };
    CHECK(authorization(kUrl) == "Bearer T1");
    CHECK(authorization("https://graph.facebook.com/x") == "Bearer T1");
    for (const char* url : {"http://lookaside.fbsbx.com/x", "https://lookaside.fbsbx.com:8443/x",
                            "https://lookaside.fbsbx.com.evil.test/x", "https://evil.test/lookaside.fbsbx.com",
                            "http://graph.facebook.com/x", "https://127.0.0.1/x"}) {
        INFO(url);
        CHECK(authorization(url).empty());
        CHECK(graph.download(url, 10, Secret("T1"))->reach == net::Reach::public_only);
    }
    CHECK_FALSE(graph.download("https://lookaside.fbsbx.com@evil.test/x", 10, Secret("T1")));
}

TEST_CASE("the cloud channel verifies, shakes hands and decodes for its own number") {
    const Account account;
    net::Request request;
    request.body =
        R"({"entry":[{"id":"200000000000001","changes":[{"field":"messages","value":{"metadata":{"phone_number_id":"100000000000001"},"messages":[{"from":"1650","id":"wamid.1","type":"text","text":{"body":"hi"}}]}},)"
        R"({"field":"messages","value":{"metadata":{"phone_number_id":"100000000000009"},"messages":[]}},{"field":"security","value":{"event":"x"}}]}]})";
    CHECK_FALSE(account.channel.verify(request));
    request.headers.set("X-Hub-Signature-256",
                        "sha256=" + crypto::HmacSha256(Secret("app secret")).mac_hex(request.body));
    CHECK(account.channel.verify(request));
    const Result<Decoded> decoded = account.channel.decode(request);
    REQUIRE(decoded);
    CHECK(decoded->messages.size() == 1);
    CHECK(decoded->unclaimed.size() == 1);
    CHECK(decoded->events.size() == 1);
    request.query = "hub.mode=subscribe&hub.verify_token=verify&hub.challenge=77";
    CHECK(account.channel.handshake(request).value() == "77");
}

TEST_CASE("an answer that comes after the cloud channel's end still arrives") {
    ScriptedGraph meta;
    auto channel = std::make_unique<CloudChannel>(1, make_config(), meta.exchange(), std::make_shared<FixedToken>("T1"),
                                                  std::make_shared<MapUploadCache>());
    std::optional<SendResult> result;
    channel->send(file(), [&](SendResult r) { result = std::move(r); });
    channel.reset();
    meta.answer_waiting(200, R"({"id":"77777"})");
    meta.answer_waiting(200, kSent);
    REQUIRE(result);
    CHECK((*result)->provider_id == "wamid.OUT1");
}
