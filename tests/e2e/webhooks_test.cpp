// Every webhook body that we know, byte for byte, through the HTTP route of its provider with its signature: what is in
// the database afterwards is what the body says, read here without our decoders. Changed anywhere it is refused.
// (That any byte counts is proved for all of them by the channels' own tests; here for some of each.)

#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <filesystem>
#include <pqxx/pqxx>

#include "core/crypto.hpp"
#include "net/form.hpp"
#include "support/conversation.hpp"
#include "support/paths.hpp"

namespace parley::e2e {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

const std::string nowhere = "http://127.0.0.1:9";
const std::string meta_secret = "parley-meta-app-secret", gateway_secret = "secret";
const std::string twilio_token = "12345678901234567890123456789012";
const std::string public_url = "https://parley.example.com";

// What a body means. Empty texts and ids are not compared.
struct Meaning {
    struct Message {
        std::string kind, id, text;
        bool file = false;
    };
    std::vector<Message> messages;
    std::vector<std::string> reports;  // "id status"
    std::vector<std::string> events;   // types
};

std::string string_at(const json::value& object, std::initializer_list<const char*> path) {
    const json::value* place = &object;
    for (const char* step : path) {
        const auto* members = place->if_object();
        place = members ? members->if_contains(step) : nullptr;
        if (!place) return "";
    }
    return place->is_string() ? std::string(place->get_string()) : "";
}

const json::array& list_at(const json::value& object, const char* name) {
    static const json::array none;
    const auto* found = object.as_object().if_contains(name);
    return found && found->is_array() ? found->get_array() : none;
}

bool is_one_of(const std::string& word, std::initializer_list<const char*> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// As WhatsApp's text is kept: a space that does not break is a space.
std::string kept_text(std::string text) {
    for (auto at = text.find("\u00a0"); at != std::string::npos; at = text.find("\u00a0")) text.replace(at, 2, " ");
    return text;
}

Meaning::Message message_of_meta(const json::value& item) {
    const std::string type = string_at(item, {"type"});
    Meaning::Message message{"other", string_at(item, {"id"}), "", false};
    if (type == "edit") {
        message.kind = "edited";
    } else if (type == "revoke") {
        message.kind = "revoked";
    } else if (type == "reaction") {
        message.kind = "reaction";
        message.text = string_at(item, {"reaction", "emoji"});
    } else if (item.as_object().contains(type) &&
               is_one_of(type, {"text", "image", "video", "audio", "voice", "document", "sticker", "location",
                                "contacts", "interactive", "button", "order"})) {
        message.kind = "message";
        message.file = is_one_of(type, {"image", "video", "audio", "voice", "document", "sticker"});
        message.text = type == "text" ? string_at(item, {"text", "body"}) : string_at(item, {type.c_str(), "caption"});
    }
    message.text = kept_text(message.text);
    return message;
}

Meaning meaning_of_meta(const std::string& body) {
    Meaning meaning;
    const json::value root = json::parse(body);
    for (const auto& entry : list_at(root, "entry"))
        for (const auto& change : list_at(entry, "changes")) {
            const auto& value = change.at("value");
            std::size_t found = 0;
            for (const auto& item : list_at(value, "messages")) {
                meaning.messages.push_back(message_of_meta(item));
                ++found;
            }
            for (const char* list : {"message_echoes", "groups", "calls", "user_preferences"})
                for (const auto& item : list_at(value, list)) {
                    meaning.messages.push_back({"other", string_at(item, {"id"}), "", false});
                    ++found;
                }
            for (const auto& item : list_at(value, "statuses")) {
                meaning.reports.push_back(string_at(item, {"id"}) + " " + string_at(item, {"status"}));
                ++found;
            }
            // What none of these lists holds is about the account.
            bool rest = found == 0;
            for (const auto& member : value.as_object())
                rest = rest || !is_one_of(std::string(member.key()),
                                          {"messaging_product", "metadata", "contacts", "messages", "statuses",
                                           "message_echoes", "groups", "calls", "user_preferences"});
            if (rest)
                meaning.events.push_back(value.as_object().contains("errors") ? "errors"
                                                                              : string_at(change, {"field"}));
        }
    return meaning;
}

Meaning meaning_of_twilio(const std::string& body) {
    std::map<std::string, std::string> form;
    for (const auto& [name, value] : net::form_decode(body).value()) form[name] = value;
    Meaning meaning;
    const std::string status = form["MessageStatus"];
    if (is_one_of(status, {"sent", "delivered", "read"})) meaning.reports.push_back(form["MessageSid"] + " " + status);
    if (is_one_of(status, {"failed", "undelivered"})) meaning.reports.push_back(form["MessageSid"] + " failed");
    if (!status.empty()) return meaning;
    const int files = std::atoi(form["NumMedia"].c_str());
    // What was chosen may say something else, and of a document it is the name.
    const bool no_words = !form["ButtonPayload"].empty() || !form["ListId"].empty() ||
                          form["MediaContentType0"].starts_with("application/");
    for (int i = 0; i < std::max(1, files); ++i)
        meaning.messages.push_back(
            {"message", form["MessageSid"], i == 0 && !no_words ? kept_text(form["Body"]) : "", files > 0});
    return meaning;
}

// A path, or an object that names one.
bool has_file(const json::value& message) {
    for (const char* name : {"image", "video", "video_note", "audio", "document", "sticker"}) {
        if (!string_at(message, {name}).empty()) return true;
        for (const char* place : {"media_path", "path", "url"})
            if (!string_at(message, {name, place}).empty()) return true;
    }
    return false;
}

// The newer shape: {"event", "payload"}.
Meaning meaning_of_gateway_event(const std::string& event, const json::value& payload) {
    Meaning meaning;
    const std::string id = string_at(payload, {"id"});
    if (event == "message.ack") {
        const std::string receipt = string_at(payload, {"receipt_type"});
        if (is_one_of(receipt, {"sender", "retry", "read-self", "played-self"})) return meaning;  // our own devices
        if (!is_one_of(receipt, {"delivered", "read", "played"}))
            meaning.messages.push_back({"other", "", "", false});
        else
            for (const auto& one : list_at(payload, "ids"))
                meaning.reports.push_back(std::string(one.as_string()) + " " + receipt);
        return meaning;
    }
    const auto* ours = payload.as_object().if_contains("is_from_me");
    if (ours && ours->is_bool() && ours->get_bool()) return meaning;
    std::string kind = "other";
    if (event == "message") kind = "message";
    for (const std::string change : {"edited", "revoked", "reaction"})
        if (event == "message." + change) kind = change;
    const bool file = kind == "message" && has_file(payload);
    meaning.messages.push_back({kind, id, kept_text(string_at(payload, {"body"})), file});
    return meaning;
}

Meaning meaning_of_gateway(const std::string& body) {
    const json::value root = json::parse(body);
    const std::string event = string_at(root, {"event"});
    if (!event.empty()) return meaning_of_gateway_event(event, root.at("payload"));
    Meaning::Message message{"message", string_at(root, {"message", "id"}), "", false};
    const std::string action = string_at(root, {"action"});
    if (action == "message_edited") {
        message.kind = "edited";
    } else if (action == "message_revoked") {
        message.kind = "revoked";
    } else if (!string_at(root, {"reaction", "id"}).empty()) {
        message.kind = "reaction";
        message.text = string_at(root, {"reaction", "message"});
    } else {
        message.text = kept_text(string_at(root, {"message", "text"}));
        message.file = has_file(root);
    }
    Meaning meaning;
    meaning.messages.push_back(message);
    return meaning;
}

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
    for (const auto& one : fixtures) {
        INFO(one.file);
        database.clear();
        const int status = one.post(one.body, one.signature);
        CHECK(status >= 200);
        CHECK(status < 300);
        const auto meaning = one.meaning(one.body);
        check_messages(database, meaning.messages);
        CHECK(each_once(column(database.ask("select provider_id || ' ' || status from delivery_reports"))) ==
              each_once(meaning.reports));
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
    for (const auto& one : fixtures) {
        if (one.signature.empty()) continue;
        INFO(one.file);
        const bool whole = ++number % 40 == 1;
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
