// Templates and the probe, with a scripted Meta.
#include "channels/cloud/templates.hpp"

#include <catch2/catch.hpp>

#include "channels/cloud/probe.hpp"
#include "channels/scripted_graph.hpp"
#include "support/result_printer.hpp"

using namespace parley;
using namespace parley::channels;
using test::ScriptedGraph;

namespace {

CloudConfig make_config() {
    CloudConfig config;
    config.phone_number_id = "100000000000001";
    config.waba_id = "200000000000001";
    config.app_id = "1234567890";
    config.app_secret = Secret("app secret");
    config.verify_token = Secret("verify");
    return config;
}

struct Fixture {
    ScriptedGraph meta;
    CloudConfig config;
    std::shared_ptr<CloudCaller> caller;
    CloudTemplates templates;

    explicit Fixture(const CloudConfig& settings = make_config())
        : config(settings),
          caller(std::make_shared<CloudCaller>(config, meta.exchange(), std::make_shared<test::FixedToken>("T1"))),
          templates(config, caller) {}

    std::vector<ProbeLine> probe() {
        std::vector<ProbeLine> lines;
        probe_cloud_account(caller, config, [&](std::vector<ProbeLine> found) { lines = std::move(found); });
        return lines;
    }
};

std::string page(const std::string& name, const std::string& after, bool is_last) {
    return R"({"data":[{"name":")" + name +
           R"(","language":"en_US","status":"APPROVED","category":"UTILITY","id":"1"}],)" +
           R"("paging":{"cursors":{"after":")" + after + "\"}" + (is_last ? "" : R"(,"next":"https://x")") + "}}";
}

const std::string kDebug =
    R"({"data":{"is_valid":true,"expires_at":1768784000,"scopes":["whatsapp_business_management","whatsapp_business_messaging"]}})";
const std::string kNumber = R"({"display_phone_number":"+44 7700 900100","quality_rating":"GREEN"})";
const std::string kSubscribed = R"({"data":[{"whatsapp_business_api_data":{"id":"1234567890","name":"Parley"}}]})";
const std::string kWebhook = R"({"data":[{"object":"page"},{"object":"whatsapp_business_account","active":true,)"
                             R"("callback_url":"https://bot.example.com/whatsapp/webhook",)"
                             R"("fields":[{"name":"messages","version":"v25.0"}]}]})";

std::size_t count_bad(const std::vector<ProbeLine>& lines) {
    std::size_t bad = 0;
    for (const ProbeLine& line : lines) {
        CHECK_FALSE(line.what.empty());
        CHECK(line.ok == line.advice.empty());
        bad += line.ok ? 0 : 1;
    }
    return bad;
}

}  // namespace

TEST_CASE("templates are listed, page after page") {
    Fixture f;
    f.meta.will_answer(200, page("order", "A1", false));
    f.meta.will_answer(200, page("offer", "A2", true));
    std::vector<MessageTemplate> found;
    f.templates.list_all([&](Result<std::vector<MessageTemplate>> all) { found = all.value(); });
    REQUIRE(found.size() == 2);
    CHECK(found[0].name == "order");
    CHECK(found[0].status == "APPROVED");
    CHECK(found[1].name == "offer");
    CHECK(found[1].raw.find("UTILITY") != std::string::npos);
    CHECK(f.meta.requests[0].url == "https://graph.facebook.com/v25.0/200000000000001/message_templates?limit=100");
    CHECK(f.meta.requests[1].url.ends_with("?limit=100&after=A1"));

    f.meta.will_answer(403, R"({"error":{"code":200,"message":"Permissions error"}})");
    std::optional<Result<TemplatePage>> refused;
    f.templates.list("order", "", [&](Result<TemplatePage> result) { refused = std::move(result); });
    CHECK(refused->error().message.find("permission") != std::string::npos);
}

TEST_CASE("a cursor that leads in circles ends") {
    Fixture f;
    f.meta.will_answer(200, page("order", "A1", false));
    f.meta.will_answer(200, page("order", "A1", false));
    std::size_t found = 0;
    f.templates.list_all([&](Result<std::vector<MessageTemplate>> all) { found = all->size(); });
    CHECK(found == 2);
}

TEST_CASE("templates are made and deleted") {
    Fixture f;
    f.meta.will_answer(200, R"({"id":"17","status":"PENDING","category":"UTILITY"})");
    std::optional<Result<MessageTemplate>> made;
    const auto keep = [&](Result<MessageTemplate> result) { made = std::move(result); };
    f.templates.create(R"({"name":"order","language":"en_US","category":"UTILITY","components":[]})", keep);
    CHECK(made->value().id == "17");
    CHECK(made->value().status == "PENDING");
    CHECK(f.meta.requests[0].method == "POST");
    f.templates.create(R"({"name":"order"})", keep);
    CHECK(made->error().message == "language: is missing");
    f.templates.create("{", keep);
    CHECK_FALSE(*made);
    CHECK(f.meta.requests.size() == 1);

    f.meta.will_answer(200, R"({"success":true})");
    std::optional<Result<void>> removed;
    f.templates.remove("order", "17", [&](Result<void> result) { removed = std::move(result); });
    CHECK(*removed);
    CHECK(f.meta.requests[1].method == "DELETE");
    CHECK(f.meta.requests[1].url.ends_with("/message_templates?name=order&hsm_id=17"));
    f.templates.remove("", "", [&](Result<void> result) { removed = std::move(result); });
    CHECK_FALSE(*removed);

    CloudConfig config = make_config();
    config.waba_id.clear();
    Fixture without{config};
    without.templates.create("{}", keep);
    CHECK(made->error().message.find("waba_id") != std::string::npos);
}

TEST_CASE("an account in order has a probe without complaints") {
    Fixture f;
    f.meta.will_answer(200, kDebug);
    f.meta.will_answer(200, kNumber);
    f.meta.will_answer(200, kSubscribed);
    f.meta.will_answer(200, kWebhook);
    const std::vector<ProbeLine> lines = f.probe();
    CHECK(lines.size() == 6);
    CHECK(count_bad(lines) == 0);
    CHECK(f.meta.requests[3].url == "https://graph.facebook.com/v25.0/1234567890/subscriptions");
    CHECK(f.meta.token_of(3) == "Bearer 1234567890|app secret");
    // The token never stands in a line.
    for (const ProbeLine& line : lines) CHECK(line.what.find("T1") == std::string::npos);
}

TEST_CASE("a probe says what is wrong and what to do") {
    Fixture f;
    f.meta.will_answer(400, test::kRefusedToken);
    f.meta.will_answer(400, R"({"error":{"code":100,"error_subcode":33,"message":"Unsupported get request"}})");
    f.meta.will_answer(200, R"({"data":[]})");
    f.meta.will_answer(200, R"({"data":[]})");
    CHECK(count_bad(f.probe()) == 4);

    Fixture g{CloudConfig{}};
    g.meta.will_answer(200, R"({"data":{"is_valid":true,"expires_at":0,"scopes":[]}})");
    g.meta.answers.emplace_back(net::ClientError{make_error(Errc::timeout, "no answer"), net::Progress::in_doubt});
    CHECK(count_bad(g.probe()) == 7);
}

TEST_CASE("where nobody answers, one finding says all") {
    Fixture f;
    f.meta.answers.emplace_back(
        net::ClientError{make_error(Errc::unavailable, "Host not found"), net::Progress::not_sent});
    const std::vector<ProbeLine> lines = f.probe();
    CHECK(count_bad(lines) == 1);
    CHECK(lines.back().what == "Meta does not answer: Host not found");
    CHECK(f.meta.requests.size() == 1);
}

TEST_CASE("a webhook that is off, or deaf to messages, is told") {
    for (const std::string hook : {R"("active":false,"fields":[{"name":"messages"}])",
                                   R"("active":true,"fields":[{"name":"account_update"}])"}) {
        Fixture f;
        f.meta.will_answer(200, kDebug);
        f.meta.will_answer(200, kNumber);
        f.meta.will_answer(200, kSubscribed);
        f.meta.will_answer(
            200, R"({"data":[{"object":"whatsapp_business_account","callback_url":"https://b",)" + hook + "}]}");
        const std::vector<ProbeLine> lines = f.probe();
        CHECK(count_bad(lines) == 1);
        CHECK(lines.back().what.find("https://b") != std::string::npos);
    }
}
