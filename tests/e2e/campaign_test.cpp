// Campaigns and requests of other programs, through the built binary: each recipient gets exactly one message, also
// when the host is killed in the middle.
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <map>
#include <pqxx/pqxx>
#include <set>

#include "support/memory.hpp"
#include "support/stage.hpp"

namespace parley::e2e {
namespace {

using Catch::Matchers::Contains;
using Clock = std::chrono::steady_clock;

std::string number_of(int person) {
    return "4915" + std::to_string(100000000 + person);
}

class File {
public:
    explicit File(const std::string& content) : path_(directory_.path() + "/recipients.csv") {
        std::ofstream(path_) << content;
    }
    const std::string& path() const { return path_; }

private:
    TempDirectory directory_;
    std::string path_;
};

std::string people(int first, int count) {
    std::string csv = "phone,name\n";
    for (int i = first; i < first + count; ++i) csv += "+" + number_of(i) + ",\"P, " + std::to_string(i) + "\"\n";
    return csv;
}

// How often each person got something.
std::map<std::string, int> taken(const FakeGateway& gateway, const std::string& prefix) {
    std::map<std::string, int> counts;
    for (const auto& call : gateway.calls())
        if (!call.refused && call.text().rfind(prefix, 0) == 0) ++counts[call.to()];
    return counts;
}

bool each_once(const FakeGateway& gateway, const std::string& prefix, int first, int count) {
    const auto counts = taken(gateway, prefix);
    for (int i = first; i < first + count; ++i) {
        const auto found = counts.find(number_of(i) + "@s.whatsapp.net");
        if (found == counts.end() || found->second != 1) return false;
    }
    return counts.size() == static_cast<std::size_t>(count);
}

std::string created(const Outcome& made) {
    INFO(made.err);
    REQUIRE(made.code == 0);
    const auto colon = made.out.find(':');
    return made.out.substr(9, colon - 9);  // "campaign 7: ..."
}

std::string state_of(const Host& host, const std::string& id) {
    const auto listed = host.cli({"campaign", "list", "--json"}).out;
    const auto at = listed.find("\"state\":\"", listed.find("\"id\":\"" + id + "\""));
    return at == std::string::npos ? listed : listed.substr(at + 9, listed.find('"', at + 9) - at - 9);
}

}  // namespace

TEST_CASE("a campaign reaches everybody once, at its rate, and tells what became of each") {
    Stage stage({}, {"ping"});
    const File file(people(0, 300) + number_of(5) + ",again\nnobody,x\n");
    const auto made = stage.host.cli(
        {"campaign", "create", "spring", "--text", "hi {{1}}", "--rate", "100", "--recipients", file.path()});
    CHECK_THAT(made.out, Contains("301 recipients, 1 of them invalid, 1 duplicates left out"));
    const auto id = created(made);
    CHECK(stage.gateway.count() == 0);
    const auto done = stage.host.cli({"campaign", "start", id, "--follow"});
    CHECK(done.code == 0);
    CHECK_THAT(done.out, Contains("100%") && Contains("sent        300"));
    CHECK(each_once(stage.gateway, "hi P, ", 0, 300));
    // Three seconds of it, less what may be saved up.
    const auto calls = stage.gateway.calls();
    CHECK(calls.back().at - calls.front().at >= 2s);
    const auto results = stage.host.cli({"campaign", "results", id, "--csv"}).out;
    CHECK_THAT(results, Contains("2," + number_of(0) + "@s.whatsapp.net,sent,"));
    CHECK_THAT(results, Contains("303,nobody,invalid,"));
    CHECK_THAT(stage.host.cli({"campaign", "resume", id}).err, Contains("is done"));
}

TEST_CASE("a campaign pauses, goes on, is cancelled, and starts at its time") {
    Stage stage({}, {"ping"});
    const File file(people(1000, 400));
    const auto create = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"campaign", "create", "paused",       "--text",   "hey {{1}}",
                                           "--rate",   "100",    "--recipients", file.path()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return created(stage.host.cli(arguments));
    };
    const auto id = create({"--at", "2020-01-01 00:00"});  // its time has come
    REQUIRE(eventually([&] { return stage.gateway.count() >= 50; }));
    REQUIRE(stage.host.cli({"campaign", "pause", id}).code == 0);
    CHECK(state_of(stage.host, id) == "paused");
    // What was ahead leaves, then nothing more.
    std::size_t before = 0;
    REQUIRE(eventually([&] {
        const auto now = stage.gateway.count();
        const bool still = now == before;
        before = now;
        std::this_thread::sleep_for(400ms);
        return still;
    }));
    CHECK(before < 400);
    CHECK(state_of(stage.host, id) == "paused");
    REQUIRE(stage.host.cli({"campaign", "resume", id}).code == 0);
    REQUIRE(eventually([&] { return state_of(stage.host, id) == "done"; }));
    CHECK(each_once(stage.gateway, "hey ", 1000, 400));

    const auto other = create({"--at", "2200-01-01 00:00"});
    CHECK(state_of(stage.host, other) == "scheduled");
    REQUIRE(stage.host.cli({"campaign", "cancel", other}).code == 0);
    CHECK(state_of(stage.host, other) == "cancelled");
    CHECK_THAT(stage.host.cli({"campaign", "start", other}).err, Contains("is cancelled"));
}

TEST_CASE("who says stop gets no campaigns until they say start") {
    Stage stage({}, {"ping"});
    const auto say = [&](const std::string& text, const std::string& number) {
        REQUIRE(stage.host.post(body_of({.text = text, .from = number})).status == 200);
    };
    say("Stop!", number_of(2000));
    say("unsubscribe", number_of(2001));
    say("stop", "551187654321");  // in Brazil numbers have two spellings
    REQUIRE(eventually([&] { return taken(stage.gateway, "You will get no more").size() == 3; }));
    say("start", number_of(2001));
    const File file(people(2000, 3) + "+55 11 98765-4321,Rui\n+55 11 8765-4321,Rui\n");
    const auto made = stage.host.cli(
        {"campaign", "create", "stopped", "--text", "news {{1}}", "--rate", "50", "--recipients", file.path()});
    CHECK_THAT(made.out, Contains("4 recipients") && Contains("1 duplicates"));
    const auto id = created(made);
    REQUIRE(stage.host.cli({"campaign", "start", id}).code == 0);
    REQUIRE(eventually([&] { return state_of(stage.host, id) == "done"; }));
    CHECK(each_once(stage.gateway, "news ", 2001, 2));
    CHECK_THAT(stage.host.cli({"campaign", "results", id}).out, Contains("skipped"));
}

TEST_CASE("a campaign of thousands goes on after kill -9, and nobody gets it twice or not at all") {
    FakeGateway gateway;
    gateway.set_delay(2ms);
    Host host({gateway.url(), {"ping"}, {}});
    host.start();
    constexpr int count = 2000;
    const File file(people(10000, count));
    const auto id = created(
        host.cli({"campaign", "create", "big", "--text", "dear {{1}}", "--rate", "400", "--recipients", file.path()}));
    REQUIRE(host.cli({"campaign", "start", id}).code == 0);
    int kills = 0;
    for (const auto* place : {"before-commit-feed", "after-commit-feed"}) {
        const auto reached = gateway.count() + 200;
        REQUIRE(eventually([&] { return gateway.count() >= reached; }));
        host.kill9();
        ++kills;
        host.launch({{"PARLEY_FAILPOINT", std::string(place) + ":3"}});
        REQUIRE(host.wait_end(60s) == 128 + SIGKILL);
        ++kills;
        host.start();
    }
    REQUIRE(eventually([&] { return state_of(host, id) == "done"; }, 60s));
    const auto counts = taken(gateway, "dear ");
    CHECK(counts.size() == count);
    // The host makes each message once. What was on its way at a kill is sent again, for the gateway cannot be asked.
    int twice = 0;
    for (const auto& [chat, times] : counts) twice += times - 1;
    pqxx::connection database(host.database());
    pqxx::nontransaction ask(database);
    CHECK(ask.exec("select count(*) from campaign_results where status = 'sent'")[0][0].as<int>() == count);
    CHECK(ask.exec("select count(*) from messages where direction = 1")[0][0].as<int>() == count);
    CHECK(twice <= kills * 512);
    WARN(kills << " kills, " << twice << " sent again");
}

// A few thousand in the suite; PARLEY_CAMPAIGN_RECIPIENTS=1000000 makes it a million.
TEST_CASE("a campaign to very many leaves memory as it is, while it is filled, runs, pauses and ends") {
    const char* wanted = std::getenv("PARLEY_CAMPAIGN_RECIPIENTS");
    const int count = wanted ? std::atoi(wanted) : 3000;
    const auto limit = std::chrono::seconds(60 + count / 500);
    const auto some = static_cast<std::size_t>(count / 3);
    Stage stage({}, {"ping"});
    const File file(people(1'000'000, count));
    REQUIRE(stage.say.direct("/ping") == "pong");
    const MemoryWatch memory(stage.host.pid());
    const auto seconds_since = [](Clock::time_point then) {
        return std::chrono::duration<double>(Clock::now() - then).count();
    };
    const auto create = [&](const std::string& name, const std::string& rate, const File& to) {
        return created(stage.host.cli(
            {"campaign", "create", name, "--text", name + " {{1}}", "--rate", rate, "--recipients", to.path()}, limit));
    };
    auto began = Clock::now();
    const auto id = create("dear", count > 100'000 ? "5000" : "500", file);
    const double filling = seconds_since(began);
    const long filled = resident_mib(stage.host.pid());

    began = Clock::now();
    REQUIRE(stage.host.cli({"campaign", "start", id}).code == 0);
    REQUIRE(eventually([&] { return stage.gateway.count() > some; }, limit));
    const double first = static_cast<double>(stage.gateway.count()) / seconds_since(began);
    REQUIRE(stage.host.cli({"campaign", "pause", id}).code == 0);
    CHECK(state_of(stage.host, id) == "paused");
    const long running = resident_mib(stage.host.pid());
    REQUIRE(stage.host.cli({"campaign", "resume", id}).code == 0);
    REQUIRE(eventually([&] { return state_of(stage.host, id) == "done"; }, limit));
    const double all = seconds_since(began);
    const long most = memory.most();
    if (memory_tells) CHECK(most - memory.before() < 48);
    CHECK(each_once(stage.gateway, "dear ", 1'000'000, count));

    const auto other = create("then", "100", File(people(1'000'000, 3000)));
    REQUIRE(stage.host.cli({"campaign", "start", other}).code == 0);
    REQUIRE(eventually([&] { return !taken(stage.gateway, "then ").empty(); }));
    REQUIRE(stage.host.cli({"campaign", "cancel", other}).code == 0);
    CHECK(state_of(stage.host, other) == "cancelled");
    CHECK(taken(stage.gateway, "then ").size() < 3000);
    WARN(count << " recipients: filled in " << filling << " s; sent in " << all << " s, the first third at " << first
               << " a second; " << memory.before() << " MiB before, " << filled << " filled, " << running
               << " running, " << most << " at most");
}

TEST_CASE("what another program inserts is sent, or refused with words") {
    Stage stage({}, {"ping"});
    pqxx::connection database(stage.host.database());
    {
        pqxx::work tx(database);
        tx.exec(
            "insert into send_requests (recipient, body) "
            "select '49160' || (1000000 + i), 'asked ' || i from generate_series(1, 1500) i");
        tx.exec("insert into send_requests (recipient, kind, link) values ('491602', 'link', 'https://a.test/b')");
        tx.exec(
            "insert into send_requests (recipient, kind, payload) "
            "values ('491601', 'location', '{\"longitude\": 2}')");
        tx.exec("insert into send_requests (account, recipient, body) values ('nobody', '1', 'x')");
        tx.commit();
    }
    REQUIRE(eventually([&] { return stage.gateway.count() >= 1501; }));
    const auto counts = taken(stage.gateway, "asked ");
    CHECK(counts.size() == 1500);
    pqxx::nontransaction ask(database);
    REQUIRE(eventually([&] {
        return ask.exec("select count(*) from send_request_status where status = 'sent'")[0][0].as<int>() == 1501;
    }));
    const auto refused = ask.exec("select error from send_request_status where status = 'refused' order by id");
    REQUIRE(refused.size() == 2);
    CHECK_THAT(refused[0][0].c_str(), Contains("latitude: is missing"));
    CHECK_THAT(refused[1][0].c_str(), Contains("there is no account \"nobody\""));
}

}  // namespace parley::e2e
