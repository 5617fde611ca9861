// Every webhook body that we know, byte for byte, through the HTTP route of its provider with its signature: what is in
// the database afterwards is what the body says, read here without our decoders. Changed anywhere it is refused.
// (That any byte counts is proved for all of them by the channels' own tests; here for some of each.)

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <pqxx/pqxx>
#include <set>

#include "core/crypto.hpp"
#include "net/form.hpp"
#include "support/conversation.hpp"
#include "support/paths.hpp"
#include "webhook_meaning.hpp"

namespace parley::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const std::string nowhere = "http://127.0.0.1:9";
const std::string meta_secret = "parley-meta-app-secret", gateway_secret = "secret";
const std::string twilio_token = "12345678901234567890123456789012";
const std::string public_url = "https://parley.example.com";

std::string signed_by_twilio(const std::string& target, const std::string& body) {
    auto fields = net::form_decode(body).value();
    std::sort(fields.begin(), fields.end());
    std::string text = public_url + target;
    for (const auto& [name, value] : fields) text += name + value;
    const auto mac = crypto::HmacSha1(Secret(twilio_token)).mac(text);
    return crypto::base64_encode({reinterpret_cast<const char*>(mac.data()), mac.size()});
}

std::string signed_with(const std::string& secret, const std::string& body) {
    return "sha256=" + crypto::HmacSha256(Secret(secret)).mac_hex(body);
}

struct World {
    Host host{HostOptions{nowhere,
                          {},
                          {{"GATEWAY_WEBHOOK_SECRET", gateway_secret},
                           {"WHATSAPP_PHONE_NUMBER_ID", "106540352242922"},
                           {"WHATSAPP_BUSINESS_ACCOUNT_ID", "102290129340398"},
                           {"WHATSAPP_ACCESS_TOKEN", "EAAG-token"},
                           {"WHATSAPP_APP_SECRET", meta_secret},
                           {"WHATSAPP_VERIFY_TOKEN", "words"},
                           {"WHATSAPP_API_URL", nowhere},
                           {"TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001"},
                           {"TWILIO_AUTH_TOKEN", twilio_token},
                           {"TWILIO_WHATSAPP_NUMBER", "whatsapp:+14155238886"},
                           {"TWILIO_API_URL", nowhere},
                           {"PUBLIC_URL", public_url}}}};

    World() {
        host.start();
        add("gateway", "old", {"base_url=" + nowhere, "allow_unsigned=true"});  // before it signed
        for (const auto& [number, business] :
             {std::pair("999990352242922", "524126980791429"), std::pair("100000000000001", "200000000000001"),
              std::pair("100000000000002", "200000000000002")})
            add("cloud", number,
                {std::string("phone_number_id=") + number, std::string("waba_id=") + business, "access_token=T",
                 "app_secret=" + meta_secret, "verify_token=words", "base_url=" + nowhere});
    }

    void add(const std::string& channel, const std::string& name, const std::vector<std::string>& fields) const {
        std::vector<std::string> words{"account", "add", channel, name};
        words.insert(words.end(), fields.begin(), fields.end());
        const auto added = host.cli(words);
        CAPTURE(added.err);
        REQUIRE(added.code == 0);
    }
};

World& world() {
    static World one;
    return one;
}

// A body, and how it gets here.
struct Fixture {
    std::string file, body, target, signature_name, signature;
    Meaning (*meaning)(const std::string&) = nullptr;

    int post(const std::string& with, const std::string& signed_as) const {
        Headers headers{{"Content-Type", target.find("twilio") == std::string::npos
                                             ? "application/json"
                                             : "application/x-www-form-urlencoded"}};
        if (!signature_name.empty()) headers[signature_name] = signed_as;
        return http(world().host.port(), "POST", target, with, headers).status;
    }
};

std::vector<std::string> files_under(const fs::path& folder) {
    std::vector<std::string> files;
    if (fs::exists(folder))
        for (const auto& entry : fs::recursive_directory_iterator(folder))
            if (entry.is_regular_file()) files.push_back(entry.path().lexically_relative(folder).generic_string());
    std::sort(files.begin(), files.end());
    return files;
}

// Those of several projects, with the signatures that were made elsewhere; none where they do not lie beside this one.
std::vector<Fixture> shared_fixtures() {
    const fs::path root = test::source_path("../shared/fixtures/webhooks");
    if (!fs::exists(root / "SIGNATURES.json")) return {};
    const json::value index = json::parse(read_text((root / "SIGNATURES.json").string()));
    std::vector<Fixture> fixtures;
    for (const std::string folder : {"meta", "twilio", "gowa"})
        for (const auto& file : files_under(root / folder)) {
            const fs::path place = fs::path(folder) / file;
            Fixture one{place.string(), read_text((root / place).string()), "", "", "", nullptr};
            const auto& headers = index.at("files").at(one.file).at("headers").as_object();
            one.signature_name = folder == "twilio" ? "X-Twilio-Signature" : "X-Hub-Signature-256";
            if (headers.contains(one.signature_name))
                one.signature = headers.at(one.signature_name).as_string();
            else
                one.signature_name.clear();
            one.target = folder == "meta"             ? "/whatsapp/webhook"
                         : folder == "twilio"         ? "/webhooks/twilio?bot=1"
                         : one.signature_name.empty() ? "/webhooks/gateway/old"
                                                      : "/api/whatsapp";
            one.meaning = folder == "meta"     ? meaning_of_meta
                          : folder == "twilio" ? meaning_of_twilio
                                               : meaning_of_gateway;
            fixtures.push_back(std::move(one));
        }
    return fixtures;
}

// Ours, signed here. What each means is told by the channels' own tests.
std::vector<Fixture> own_fixtures() {
    const fs::path root = test::source_path("tests/fixtures/webhooks");
    std::vector<Fixture> fixtures;
    for (const auto& file : files_under(root)) {
        Fixture one{file, read_text((root / file).string()), "/api/whatsapp", "X-Hub-Signature-256", "", nullptr};
        if (file.starts_with("cloud")) one.target = "/webhooks/cloud";
        if (file.starts_with("twilio")) {
            one.target = "/webhooks/twilio";
            one.signature_name = "X-Twilio-Signature";
            one.signature = signed_by_twilio(one.target, one.body);
        } else {
            one.signature = signed_with(file.starts_with("cloud") ? meta_secret : gateway_secret, one.body);
        }
        fixtures.push_back(std::move(one));
    }
    return fixtures;
}

class Database {
public:
    Database() : connection_(world().host.database()) {}

    std::size_t count(const std::string& table) { return ask("select count(*) from " + table)[0][0].as<std::size_t>(); }
    // Nothing is as it was before any webhook. (One id stands in many of the bodies.) The host may be writing what a
    // webhook led to, in an order of its own: who loses such a deadlock tries again.
    void clear() {
        REQUIRE(eventually([&] { return count("inbox") == 0; }));
        REQUIRE(eventually([&] {
            try {
                pqxx::work work(connection_);
                work.exec(
                    "delete from media_downloads; delete from messages; delete from delivery_reports; "
                    "delete from account_events; delete from dead_letters");
                work.commit();
                return true;
            } catch (const pqxx::deadlock_detected&) {
                return false;
            }
        }));
    }
    pqxx::result ask(const std::string& sql) { return pqxx::nontransaction(connection_).exec(sql); }

private:
    pqxx::connection connection_;
};

std::string describe(const Meaning::Message& message) {
    return message.kind + (message.file ? " with a file, " : ", ") + message.id + ": " + message.text;
}

void check_messages(Database& database, const std::vector<Meaning::Message>& expected) {
    std::vector<Meaning::Message> found;
    for (const auto& row : database.ask("select kind, coalesce(provider_id, ''), body, media <> '' from messages "
                                        "where direction = 0 order by id"))
        found.push_back({row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].as<bool>()});
    CHECK(found.size() == expected.size());
    for (const auto& wanted : expected) {
        const auto at = std::find_if(found.begin(), found.end(), [&](const Meaning::Message& one) {
            return one.kind == wanted.kind && one.file == wanted.file &&
                   (wanted.text.empty() || one.text == wanted.text) && one.id.find(wanted.id) != std::string::npos;
        });
        INFO("expected " << describe(wanted) << "\nfound " << (found.empty() ? "nothing" : describe(found.front())));
        CHECK(at != found.end());
        if (at != found.end()) found.erase(at);
    }
}

std::vector<std::string> column(const pqxx::result& rows) {
    std::vector<std::string> values;
    for (const auto& row : rows) values.emplace_back(row[0].c_str());
    return values;
}

// As they stand in a table that keeps each once.
std::vector<std::string> each_once(std::vector<std::string> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

// The host tries a report that matched no message once more a little later, which may be after the table was emptied.
std::vector<std::string> without_late(std::vector<std::string> found, const std::vector<std::string>& expected,
                                      const std::set<std::string>& earlier) {
    std::erase_if(found, [&](const std::string& one) {
        return earlier.count(one) != 0 && std::find(expected.begin(), expected.end(), one) == expected.end();
    });
    return found;
}

bool says_the_same(const std::string& a, const std::string& b) {
    const auto left = net::form_decode(a), right = net::form_decode(b);
    return left && right && *left == *right;
}

}  // namespace

TEST_CASE("every body with its signature is taken, and means in the database what it says") {
    const auto fixtures = shared_fixtures();
    if (fixtures.empty()) {
        WARN("no shared bodies beside the checkout");
        return;
    }
    Database database;
    std::set<std::string> reported;
    for (const auto& one : fixtures) {
        INFO(one.file);
        database.clear();
        const int status = one.post(one.body, one.signature);
        CHECK(status >= 200);
        CHECK(status < 300);
        const auto meaning = one.meaning(one.body);
        check_messages(database, meaning.messages);
        const auto reports =
            each_once(column(database.ask("select provider_id || ' ' || status from delivery_reports")));
        const auto expected = each_once(meaning.reports);
        CHECK(without_late(reports, expected, reported) == expected);
        reported.insert(expected.begin(), expected.end());
        CHECK(column(database.ask("select type from account_events order by id")) == meaning.events);
        CHECK(database.count("dead_letters") == 0);
    }
    CHECK(fixtures.size() > 150);
}

TEST_CASE("our own bodies are taken as well, and none is lost") {
    Database database;
    for (const auto& one : own_fixtures()) {
        INFO(one.file);
        database.clear();
        const int status = one.post(one.body, one.signature);
        CHECK(status >= 200);
        CHECK(status < 300);
    }
    CHECK(world().host.running());
}

TEST_CASE("a body or a signature that was changed anywhere is refused, and leaves nothing") {
    Database database;
    database.clear();
    auto fixtures = shared_fixtures();
    for (auto& one : own_fixtures()) fixtures.push_back(std::move(one));
    std::size_t number = 0, refused = 0;
    const bool every_byte = std::getenv("PARLEY_EVERY_BYTE") != nullptr;  // takes minutes; else of some
    for (const auto& one : fixtures) {
        if (one.signature.empty()) continue;
        INFO(one.file);
        const bool whole = ++number % 40 == 1 || every_byte;
        const std::size_t step = whole ? 1 : std::max<std::size_t>(1, one.body.size() / 8);
        for (std::size_t at = number % step; at < one.body.size(); at += step) {
            std::string other = one.body;
            other[at] = static_cast<char>(other[at] ^ (1 << (at % 8)));
            // %2B and %2b are the same text to Twilio, which signs texts.
            if (one.signature_name == "X-Twilio-Signature" && says_the_same(other, one.body)) continue;
            if (one.post(other, one.signature) != 401) FAIL("taken with byte " << at << " of the body changed");
            ++refused;
        }
        for (std::size_t at = whole ? 0 : number % 7; at < one.signature.size(); at += whole ? 1 : 7) {
            std::string other = one.signature;
            other[at] = other[at] == '0' ? '1' : '0';
            if (one.post(one.body, other) != 401) FAIL("taken with byte " << at << " of the signature changed");
            ++refused;
        }
        CHECK(one.post(one.body, "") == 401);
    }
    CHECK(refused > 1000);
    // (Delivery reports of earlier bodies are told once more after three seconds.)
    for (const char* table : {"messages", "inbox", "account_events", "dead_letters"}) {
        INFO(table);
        CHECK(database.count(table) == 0);
    }
}

}  // namespace parley::e2e
