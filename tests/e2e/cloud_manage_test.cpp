// Looking after an account of Meta's: what is missing, templates, who wants no marketing, campaigns that have to stop,
// webhooks that nobody could read.

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <pqxx/pqxx>
#include <thread>

#include "core/crypto.hpp"
#include "core/ids.hpp"
#include "support/cloud.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using cloud::business_id;
using cloud::number_id;

const std::string app_id = "1234567890";
const std::string templates = cloud::graph_path + business_id + "/message_templates";

cloud::CloudStage& world() {
    static cloud::CloudStage one({{"WHATSAPP_APP_ID", app_id}});
    return one;
}

net::Response json_answer(const std::string& body, int status = 200) {
    return net::Response::json(status, body);
}

// The Graph API answers with these where they are given, by path, and as usual elsewhere.
void answer_with(std::map<std::string, net::Response> answers) {
    world().graph.answer_with([answers = std::move(answers)](const net::Request& request) {
        const auto found = answers.find(request.path);
        return found == answers.end() ? world().usual(request) : std::optional(found->second);
    });
}

std::string ask(const std::string& sql) {
    pqxx::connection database(world().host.database());
    pqxx::nontransaction work(database);
    const auto rows = work.exec(sql);
    return rows.empty() ? "" : rows[0][0].c_str();
}

std::map<std::string, net::Response> all_in_order() {
    return {
        {"/v25.0/debug_token",
         json_answer(R"({"data":{"is_valid":true,"expires_at":0,)"
                     R"("scopes":["whatsapp_business_management","whatsapp_business_messaging"]}})")},
        {"/v25.0/" + number_id,
         json_answer(R"({"display_phone_number":"+1 555 0783881","verified_name":"Acme","quality_rating":"GREEN"})")},
        {"/v25.0/" + business_id + "/subscribed_apps",
         json_answer(R"({"data":[{"whatsapp_business_api_data":{"id":")" + app_id + R"("}}]})")},
        {"/v25.0/" + app_id + "/subscriptions",
         json_answer(R"({"data":[{"object":"whatsapp_business_account","active":true,)"
                     R"("callback_url":"https://bot.example.com/whatsapp/webhook","fields":[{"name":"messages"}]}]})")},
    };
}

class File {
public:
    explicit File(const std::string& content) : path_(directory_.path() + "/file") { std::ofstream(path_) << content; }
    const std::string& path() const { return path_; }

private:
    TempDirectory directory_;
    std::string path_;
};

// The newest dead letter, as `parley dead list` names it.
std::string newest_letter() {
    const auto list = world().host.cli({"dead", "list"}).out;
    return list.substr(0, list.find(' '));
}

}  // namespace

TEST_CASE("account test says in words what is missing, whatever it is") {
    answer_with(all_in_order());
    const auto good = world().host.cli({"account", "test", "cloud"});
    CAPTURE(good.out, good.err);
    CHECK(good.code == 0);
    CHECK_THAT(good.out, !Contains("MISSING") && Contains("+1 555 0783881, Acme, quality GREEN") &&
                             Contains("https://bot.example.com/whatsapp/webhook"));

    struct Broken {
        std::string path;
        net::Response answer;
        std::string finding, advice;
    };
    const Broken cases[] = {
        {"/v25.0/debug_token",
         json_answer(R"({"data":{"is_valid":false,"error":{"code":190,"message":"Session has expired"}}})"),
         "the access token is not accepted", "make a new one"},
        {"/v25.0/debug_token",
         json_answer(R"({"data":{"is_valid":true,"expires_at":0,"scopes":["whatsapp_business_messaging"]}})"),
         "lacks the permission whatsapp_business_management", "with this permission"},
        {"/v25.0/" + number_id,
         json_answer(R"({"error":{"message":"Unsupported get request","code":100,"error_subcode":33}})", 400),
         "the phone number id " + number_id + " cannot be read", "not the number itself"},
        {"/v25.0/" + business_id + "/subscribed_apps", json_answer(R"({"data":[]})"), "no webhook will ever come",
         "POST /" + business_id + "/subscribed_apps"},
        {"/v25.0/" + business_id + "/subscribed_apps",
         json_answer(R"({"error":{"message":"Permissions error","code":200}})", 403), "cannot be read",
         "check waba_id"},
        {"/v25.0/" + app_id + "/subscriptions", json_answer(R"({"data":[]})"), "no webhook for WhatsApp",
         "/whatsapp/webhook"},
        {"/v25.0/" + app_id + "/subscriptions",
         json_answer(R"({"data":[{"object":"whatsapp_business_account","active":true,"fields":[]}]})"),
         "does not tell of messages", "subscribe the field"},
    };
    for (const auto& broken : cases) {
        auto answers = all_in_order();
        answers[broken.path] = broken.answer;
        answer_with(answers);
        const auto told = world().host.cli({"account", "test", "cloud"});
        CAPTURE(broken.path, told.out);
        CHECK(told.code == 1);
        CHECK_THAT(told.out, Contains("MISSING") && Contains(broken.finding) && Contains(broken.advice));
        CHECK_THAT(told.out, !Contains("EAAG-first-token") && !Contains(cloud::app_secret));
    }
    CHECK_THAT(world().host.cli({"account", "test", "nobody"}).err, Contains("there is no account \"nobody\""));
    answer_with({});
}

TEST_CASE("templates are listed, handed in, judged by webhook and deleted, and the table follows") {
    const auto& host = world().host;
    const auto status_of = [](const std::string& name) {
        return ask("select status from templates where name = '" + name + "'");
    };
    answer_with({{templates, json_answer(R"({"data":[{"name":"order","language":"en_US","status":"APPROVED",)"
                                         R"("category":"UTILITY","id":"1","components":[]}]})")}});
    const auto list = host.cli({"template", "list", "--account", "cloud"});
    CAPTURE(list.err);
    CHECK(list.code == 0);
    CHECK_THAT(list.out, Contains("order") && Contains("en_US") && Contains("APPROVED") && Contains("UTILITY"));
    CHECK_THAT(host.cli({"template", "list", "--account", "cloud", "--json"}).out,
               StartsWith("[") && Contains(R"("name":"order")"));
    CHECK(status_of("order") == "APPROVED");

    answer_with({{templates, json_answer(R"({"id":"17","status":"PENDING","category":"MARKETING"})")}});
    const File offer(
        R"({"name":"offer","language":"en_US","category":"MARKETING","components":[{"type":"BODY","text":"Hi"}]})");
    const auto made = host.cli({"template", "create", "--account", "cloud", offer.path()});
    CAPTURE(made.err);
    CHECK(made.code == 0);
    CHECK_THAT(made.out, StartsWith("offer") && Contains("PENDING"));
    CHECK(status_of("offer") == "PENDING");
    const File without_language(R"({"name":"offer","category":"MARKETING","components":[]})");
    const auto refused = host.cli({"template", "create", "--account", "cloud", without_language.path()});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("language"));

    for (const std::string verdict : {"APPROVED", "REJECTED"}) {
        const auto told = cloud::webhook("message_template_status_update",
                                         R"({"event":")" + verdict +
                                             R"(","message_template_id":17,"message_template_name":"offer",)"
                                             R"("message_template_language":"en_US","reason":"NONE"})");
        CHECK(world().post(told).status == 200);
        CHECK(status_of("offer") == verdict);
    }
    CHECK(ask("select count(*) from account_events where type = 'message_template_status_update'") == "2");
    const auto moved = cloud::webhook("template_category_update",
                                      R"({"message_template_id":17,"message_template_name":"offer",)"
                                      R"("message_template_language":"en-US","previous_category":"MARKETING",)"
                                      R"("new_category":"UTILITY"})");
    CHECK(world().post(moved).status == 200);
    CHECK(ask("select category from templates where name = 'offer'") == "UTILITY");

    answer_with({{templates, json_answer(R"({"success":true})")}});
    CHECK(host.cli({"template", "delete", "--account", "cloud", "offer"}).code == 0);
    CHECK(world().graph.requests_to(templates).back().method == "DELETE");
    CHECK(world().graph.requests_to(templates).back().query_value("name") == "offer");
    CHECK(status_of("offer").empty());
    CHECK_THAT(host.cli({"template", "list", "--account", "gateway"}).err, Contains("only enabled cloud accounts"));
    answer_with({});
}

TEST_CASE("who turns marketing off in WhatsApp gets no campaign, until they turn it on again") {
    const std::string person = "16505550001", other = "16505550002";
    const auto prefer = [&](const std::string& wish, std::int64_t at) {
        const auto told =
            cloud::webhook("user_preferences",
                           cloud::value_of(R"(,"contacts":[{"profile":{"name":"Ann"},"wa_id":")" + person +
                                           R"("}],"user_preferences":[{"wa_id":")" + person +
                                           R"(","detail":"User requested","category":"marketing_messages","value":")" +
                                           wish + R"(","timestamp":)" + std::to_string(at) + "}]"));
        CHECK(world().post(told).status == 200);
        return ask("select opted_out from opt_outs where person = '" + person + "'");
    };
    const auto run = [&](const std::string& name) {
        const File people("phone\n+" + person + "\n+" + other + "\n");
        const auto made = world().host.cli({"campaign", "create", name, "--account", "cloud", "--template", name,
                                            "--rate", "50", "--recipients", people.path()});
        CAPTURE(made.err);
        REQUIRE(made.code == 0);
        const auto id = made.out.substr(9, made.out.find(':') - 9);
        const auto done = world().host.cli({"campaign", "start", id, "--follow"});
        CHECK(done.code == 0);
        return done.out;
    };
    const auto got = [](const std::string& who, const std::string& name) {
        int count = 0;
        for (const auto& message : world().sent_to(who))
            if (const auto* one = message.if_contains("template"); one && one->at("name").as_string() == name) ++count;
        return count;
    };
    CHECK(prefer("stop", 1749416383) == "t");
    CHECK_THAT(run("spring_offer"), Contains("skipped") && Contains("100%"));
    CHECK(got(person, "spring_offer") == 0);
    CHECK(got(other, "spring_offer") == 1);
    CHECK(prefer("resume", 1749416400) == "f");
    CHECK(prefer("stop", 1749416383) == "f");  // told again, late
    run("summer_offer");
    CHECK(got(person, "summer_offer") == 1);
}

TEST_CASE("an alarm about the account pauses its campaign and says why; it goes on when resumed") {
    constexpr int count = 300;
    std::string csv = "phone\n";
    for (int i = 0; i < count; ++i) csv += "+1650556" + std::to_string(1000 + i) + "\n";
    const File people(csv);
    std::atomic<int> seen{0};
    world().graph.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.path == cloud::messages && ++seen == 20)
            return json_answer(R"({"error":{"message":"(#131048) Spam rate limit hit","code":131048}})", 400);
        return world().usual(request);
    });
    const auto& host = world().host;
    const auto made = host.cli({"campaign", "create", "alarmed", "--account", "cloud", "--template", "alarmed",
                                "--rate", "40", "--recipients", people.path()});
    REQUIRE(made.code == 0);
    const auto id = made.out.substr(9, made.out.find(':') - 9);
    const auto paused = host.cli({"campaign", "start", id, "--follow"});  // ends when it runs no more
    CHECK(paused.code == 1);
    CHECK_THAT(paused.out, Contains("paused: ") && Contains("people blocked or reported it"));
    CHECK(ask("select count(*) from messages where status = 'failed' and error like '%131048%'") == "1");
    // What was ahead has left or leaves: two seconds of the rate.
    const auto waiting = std::stoi(ask("select count(*) from campaign_recipients where state = 'waiting'"));
    CHECK(waiting > count / 3);
    REQUIRE(host.cli({"campaign", "resume", id}).code == 0);
    REQUIRE(eventually([&] { return ask("select state from campaigns where id = " + id) == "done"; }, 60s));
    REQUIRE(eventually([&] {
        return ask("select count(*) from campaign_results where status = 'sent' and campaign_id = " + id) ==
               std::to_string(count - 1);
    }));
    CHECK(seen >= count);
    answer_with({});
}

TEST_CASE("an alarm that comes as a delivery report pauses the campaign as well") {
    std::string csv = "phone\n";
    for (int i = 0; i < 200; ++i) csv += "+1650558" + std::to_string(1000 + i) + "\n";
    const File people(csv);
    const auto& host = world().host;
    const auto made = host.cli({"campaign", "create", "reported", "--account", "cloud", "--template", "reported",
                                "--rate", "40", "--recipients", people.path()});
    REQUIRE(made.code == 0);
    const auto id = made.out.substr(9, made.out.find(':') - 9);
    const std::string fifth = "wamid.out" + std::to_string(world().number + 5);
    REQUIRE(host.cli({"campaign", "start", id}).code == 0);
    REQUIRE(
        eventually([&] { return ask("select count(*) from messages where provider_id = '" + fifth + "'") == "1"; }));
    const auto told = cloud::webhook(
        "messages", cloud::value_of(R"(,"statuses":[{"id":")" + fifth +
                                    R"(","status":"failed","timestamp":"1749416390","recipient_id":"16505581004",)"
                                    R"("errors":[{"code":131042,"title":"Business eligibility payment issue"}]}])"));
    CHECK(world().post(told).status == 200);
    REQUIRE(eventually([&] { return ask("select state from campaigns where id = " + id) == "paused"; }));
    CHECK_THAT(ask("select reason from campaigns where id = " + id), Contains("131042") && Contains("payment"));
    CHECK(std::stoi(ask("select count(*) from campaign_recipients where state = 'waiting' and campaign_id = " + id)) >
          0);
    CHECK(host.cli({"campaign", "cancel", id}).code == 0);
}

// How fast it is, `parley bench --only reports` measures; that reports wait behind messages, the journal's tests prove.
TEST_CASE("while delivery reports come by the thousand, people get their replies, and no report is lost") {
    constexpr int in_a_body = 200;
    const int sent = world().number;
    REQUIRE(sent > in_a_body);
    std::atomic<bool> over{false};
    std::atomic<int> bodies{0}, refused{0};
    const auto storm = [&](const std::string& status) {
        for (int first = 1; !over; first = first % (sent - in_a_body) + 100) {
            std::string statuses;
            for (int i = first; i < first + in_a_body; ++i)
                statuses += (statuses.empty() ? "" : ",") + (R"({"id":"wamid.out)" + std::to_string(i)) +
                            R"(","status":")" + status + R"(","timestamp":"1749416390","recipient_id":"16505561000"})";
            const auto body = cloud::webhook("messages", cloud::value_of(",\"statuses\":[" + statuses + "]"));
            ++(world().post(body).status == 200 ? bodies : refused);
        }
    };
    std::thread delivered(storm, "delivered"), read(storm, "read");
    CHECK(eventually([&] { return bodies >= 4; }));
    std::vector<double> waits;
    for (int i = 0; i < 20; ++i) {
        const auto began = std::chrono::steady_clock::now();
        const std::string person = "165055700" + std::to_string(10 + i);
        CHECK(world().say("/ping", person).status == 200);
        CHECK(eventually([&] { return !world().sent_to(person).empty(); }));
        waits.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began).count());
    }
    over = true;
    delivered.join();
    read.join();
    std::sort(waits.begin(), waits.end());
    WARN(bodies * in_a_body << " reports; a reply took " << waits[waits.size() / 2] << " ms, " << waits.back()
                            << " at most");
    CHECK(refused == 0);
    CHECK(ask("select status from messages where provider_id = 'wamid.out1'") == "read");
}

TEST_CASE("a webhook for a number that nobody knew is read again once the number has an account") {
    const std::string person = "16505550003", second = "106540352249999";
    CHECK(world().post(cloud::text_webhook("/ping", person, "unclaimed", second)).status == 200);
    const auto id = newest_letter();
    CHECK_THAT(world().host.cli({"dead", "list"}).out, Contains("webhook") && Contains(second));
    const auto refused = world().host.cli({"dead", "requeue", id});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("for no account of ours: phone number id " + second));

    const auto added = world().host.cli({"account", "add", "cloud", "second", "phone_number_id=" + second,
                                         "access_token=EAAG-other-token", "app_secret=" + cloud::app_secret,
                                         "verify_token=x", "base_url=" + world().graph.url()});
    CAPTURE(added.err);
    REQUIRE(added.code == 0);
    CHECK(world().host.cli({"dead", "requeue", id}).out == "requeued\n");
    REQUIRE(eventually([&] { return !world().sent_to(person, second).empty(); }));
    CHECK(cloud::text_of(world().sent_to(person, second).front()) == "pong");
    CHECK(newest_letter() != id);
    CHECK(world().host.cli({"dead", "requeue", id}).code == 1);
}

TEST_CASE("a signed webhook that makes no sense is kept as it came, and stays until somebody can read it") {
    CHECK(world().post("{\"entry\": 17}").status == 200);
    const auto id = newest_letter();
    CHECK(ask("select convert_from(raw, 'UTF8') from dead_letters where id = " + id) == "{\"entry\": 17}");
    const auto refused = world().host.cli({"dead", "requeue", id});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("no webhook of the WhatsApp Cloud API"));
    CHECK(newest_letter() == id);
}

TEST_CASE("a file whose address has died is asked for by its id, and kept") {
    const std::string bytes = "\xFF\xD8\xFF\xE0 the map, of " + fresh_id();
    const auto file_at = [](const std::string& name) { return world().graph.url() + "/files/" + name; };
    world().graph.answer_with([&](const net::Request& request) -> std::optional<net::Response> {
        if (request.path == "/files/dead") return net::Response::json(404, "{}");
        if (request.path == "/files/alive") return net::Response::text(200, bytes);
        if (request.path == "/v25.0/3001")
            return json_answer(R"({"messaging_product":"whatsapp","id":"3001","mime_type":"image/jpeg","url":")" +
                               file_at("alive") + "\"}");
        return world().usual(request);
    });
    const auto told = cloud::webhook(
        "messages", cloud::value_of(R"(,"messages":[{"from":"16505550004","id":"wamid.file","timestamp":")" +
                                    std::to_string(unix_now() / 1000) +
                                    R"(","type":"image","image":{"id":"3001","mime_type":"image/jpeg","url":")" +
                                    file_at("dead") + R"("}}])"));
    CHECK(world().post(told).status == 200);
    REQUIRE(eventually([&] {
        return ask("select media from messages where provider_id = 'wamid.file'").find(crypto::sha256_hex(bytes)) !=
               std::string::npos;
    }));
    CHECK(world().graph.requests_to("/files/dead").size() == 1);
    CHECK(world().graph.requests_to("/files/alive").size() == 1);
    answer_with({});
}

}  // namespace parley::e2e
