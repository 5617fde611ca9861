// Twilio from the webhook to the delivery: the built host, signed forms, a Messages API that remembers.

#include <algorithm>
#include <catch2/catch.hpp>

#include "core/crypto.hpp"
#include "net/form.hpp"
#include "support/conversation.hpp"
#include "support/provider.hpp"

namespace parley::e2e {
namespace {

const std::string token = "12345678901234567890123456789012";
const std::string account = "AC0123456789abcdef0123456789abcdef";
const std::string messages = "/2010-04-01/Accounts/" + account + "/Messages.json";
const std::string public_url = "https://bot.example.com";

net::FormFields fields_of(const std::string& body) {
    const auto fields = net::form_decode(body);
    return fields ? *fields : net::FormFields{};
}

std::string field(const net::Request& request, const std::string& name) {
    for (const auto& [key, value] : fields_of(request.body))
        if (key == name) return value;
    return "";
}

// As Twilio signs: the URL, then every field by name, value behind it.
std::string sign(const std::string& target, const std::string& body) {
    auto fields = fields_of(body);
    std::sort(fields.begin(), fields.end());
    std::string text = public_url + target;
    for (const auto& [name, value] : fields) text += name + value;
    const auto mac = crypto::HmacSha1(Secret(token)).mac(text);
    return crypto::base64_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string now_as_twilio_writes_it() {
    char text[64];
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S +0000", &parts);
    return text;
}

struct World {
    std::atomic<int> number{0};
    FakeProvider api{{{"POST", messages}, {"GET", messages}},
                     [this](const net::Request& request) { return usual(request); }};
    Host host;

    explicit World(const std::string& url = public_url)
        : host(HostOptions{"",
                           sample_plugins(),
                           {{"TWILIO_ACCOUNT_SID", account},
                            {"TWILIO_AUTH_TOKEN", token},
                            {"TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155238886"},
                            {"PUBLIC_URL", url},
                            {"TWILIO_API_URL", api.url()}}}) {
        host.start();
    }

    std::optional<net::Response> usual(const net::Request& request) {
        if (request.method == "GET") return net::Response::json(200, R"({"messages":[],"next_page_uri":null})");
        const std::string sid = "SM" + std::to_string(10000000000000000 + ++number) + "000000000000000";
        return net::Response::json(201, R"({"sid":")" + sid + R"(","status":"queued","error_code":null})");
    }

    Answer post(const std::string& body, const std::string& target = "/webhook") const {
        return http(
            host.port(), "POST", target, body,
            {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", sign(target, body)}});
    }

    std::string form(const std::string& text, const std::string& from, const std::string& id) const {
        return net::form_encode({{"MessageSid", "SM" + id},
                                 {"AccountSid", account},
                                 {"From", "whatsapp:+" + from},
                                 {"To", "whatsapp:+14155238886"},
                                 {"Body", text},
                                 {"NumMedia", "0"},
                                 {"ProfileName", "Ann O'Neil"},
                                 {"WaId", from}});
    }

    std::vector<net::Request> sent_to(const std::string& person) const {
        std::vector<net::Request> found;
        for (const auto& request : api.requests_to(messages))
            if (request.method == "POST" && field(request, "To") == "whatsapp:+" + person) found.push_back(request);
        return found;
    }
};

World& world() {
    static World one;
    return one;
}

}  // namespace

TEST_CASE("a command is answered through Twilio, once, whichever of its webhook's routes it came by") {
    auto& w = world();
    int number = 0;
    for (const std::string target : {"/webhook", "/webhook?bot=1", "/webhooks/twilio/twilio"}) {
        const std::string person = "92300888000" + std::to_string(++number);
        const std::string body = w.form("/echo it's me", person, fresh_id());
        CAPTURE(target);
        const auto answer = w.post(body, target);
        CHECK(answer.status >= 200);
        CHECK(answer.status < 300);
        CHECK(w.post(body, target).status == answer.status);  // Twilio repeats
        CHECK(w.post(w.form("/ping", person, fresh_id()), target).status == answer.status);
        REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
        const auto sent = w.sent_to(person);
        REQUIRE(sent.size() == 2);
        CHECK(field(sent[0], "Body") == "it's me");
        CHECK(field(sent[1], "Body") == "pong");
        CHECK(field(sent[0], "From") == "whatsapp:+14155238886");
        std::string credentials = account;
        credentials.append(":").append(token);
        CHECK(sent[0].headers.get("Authorization") == "Basic " + crypto::base64_encode(credentials));
    }
}

TEST_CASE("a form that Twilio did not sign is refused") {
    auto& w = world();
    const std::string body = w.form("/ping", "923008880009", fresh_id());
    const auto post = [&](const std::string& signature, const std::string& with) {
        return http(w.host.port(), "POST", "/webhook", with,
                    {{"Content-Type", "application/x-www-form-urlencoded"}, {"X-Twilio-Signature", signature}})
            .status;
    };
    const std::string good = sign("/webhook", body);
    CHECK(post("", body) == 401);
    CHECK(post(sign("/webhooks/twilio/twilio", body), body) == 401);
    std::string changed = body;
    changed[changed.size() / 2] ^= 1;
    CHECK(post(good, changed) == 401);
    CHECK(post(good, body) < 300);
}

TEST_CASE("a template is sent by its content id") {
    auto& w = world();
    const std::string person = "923008880030", content = "HX0123456789abcdef0123456789abcdef";
    const auto sent =
        w.host.cli({"send", person, "--account", "twilio", "--kind", "template", "--payload",
                    R"({"name":")" + content +
                        R"(","components":[{"type":"body","parameters":[{"type":"text","text":"Ann"}]}]})"});
    CAPTURE(sent.out, sent.err);
    CHECK(sent.code == 0);
    REQUIRE(eventually([&] { return w.sent_to(person).size() == 1; }));
    CHECK(field(w.sent_to(person)[0], "ContentSid") == content);
    CHECK(field(w.sent_to(person)[0], "ContentVariables") == R"({"1":"Ann"})");
}

TEST_CASE("without a public URL messages go out, and come in as soon as it is known") {
    World w("");
    const std::string person = "923008880040";
    CHECK(w.post(w.form("/ping", person, fresh_id())).status == 401);
    const auto sent = w.host.cli({"send", person, "--account", "twilio", "--kind", "template", "--payload",
                                  R"({"name":"HX0123456789abcdef0123456789abcdef"})"});
    CAPTURE(sent.out, sent.err);
    CHECK(sent.code == 0);
    CHECK(w.sent_to(person).size() == 1);
    const auto set = w.host.cli({"chat", "--admin", "--say", "/admin setting -c public_url " + public_url});
    CAPTURE(set.out, set.err);
    CHECK(set.code == 0);
    CHECK(w.post(w.form("/ping", person, fresh_id())).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    CHECK(field(w.sent_to(person)[1], "Body") == "pong");
    CHECK(field(w.sent_to(person)[1], "StatusCallback").starts_with(public_url + "/webhooks/twilio/twilio"));
}

TEST_CASE("a send whose answer was lost is looked up, not made again") {
    auto& w = world();
    const std::string person = "923008880010";
    std::atomic<bool> cut{true};
    w.api.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.method == "POST" && field(request, "Body") == "lost answer" && cut.exchange(false))
            return std::nullopt;
        if (request.method == "GET") {
            // Twilio has it.
            return net::Response::json(
                200, R"({"messages":[{"sid":"SM00000000000000000000000000000042","direction":"outbound-api",)"
                     R"("to":"whatsapp:+)" +
                         person +
                         R"(","from":"whatsapp:+14155238886","body":"lost answer","status":"sent","num_media":"0",)"
                         R"("date_created":")" +
                         now_as_twilio_writes_it() + R"("}],"next_page_uri":null})");
        }
        return w.usual(request);
    });
    CHECK(w.post(w.form("/echo lost answer", person, fresh_id())).status < 300);
    CHECK(w.post(w.form("/ping", person, fresh_id())).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }, 60s));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 2);
    CHECK(field(sent[0], "Body") == "lost answer");
    CHECK(field(sent[1], "Body") == "pong");
    w.api.answer_with([&](const net::Request& request) { return w.usual(request); });
}

TEST_CASE("what came in while the host was down is taken from Twilio's list, once") {
    World w;  // of its own: it is stopped
    const std::string person = "923008880011";
    CHECK(w.post(w.form("/echo before", person, fresh_id())).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() == 1; }));
    w.host.stop();
    w.api.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.method != "GET") return w.usual(request);
        return net::Response::json(
            200, R"({"messages":[{"sid":"SM00000000000000000000000000000077","direction":"inbound",)"
                 R"("from":"whatsapp:+)" +
                     person +
                     R"(","to":"whatsapp:+14155238886","body":"/echo while away","status":"received","num_media":"0",)"
                     R"("date_created":")" +
                     now_as_twilio_writes_it() + R"("}],"next_page_uri":null})");
    });
    w.host.start();
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    // Its webhook comes late after all.
    CHECK(w.post(w.form("/echo while away", person, "00000000000000000000000000000077")).status < 300);
    CHECK(w.post(w.form("/ping", person, fresh_id())).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 3; }));
    const auto sent = w.sent_to(person);
    REQUIRE(sent.size() == 3);
    CHECK(field(sent[1], "Body") == "while away");
    CHECK(field(sent[2], "Body") == "pong");
}

TEST_CASE("two numbers of one Twilio account share the older URL: each answers what was written to it") {
    auto& w = world();
    const auto added =
        w.host.cli({"account", "add", "twilio", "second", "account_sid=" + account, "auth_token=" + token,
                    "from=whatsapp:+14155550002", "public_url=" + public_url, "base_url=" + w.api.url()});
    CAPTURE(added.out, added.err);
    REQUIRE(added.code == 0);
    const std::string person = "923008880020";
    std::string body = w.form("/ping", person, fresh_id());
    const std::string first = "14155238886", second = "14155550002";
    body.replace(body.find(first), first.size(), second);
    CHECK(w.post(body).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 1; }));
    CHECK(field(w.sent_to(person)[0], "From") == "whatsapp:+" + second);
    CHECK(w.post(w.form("/ping", person, fresh_id())).status < 300);
    REQUIRE(eventually([&] { return w.sent_to(person).size() >= 2; }));
    CHECK(field(w.sent_to(person)[1], "From") == "whatsapp:+" + first);
}

}  // namespace parley::e2e
