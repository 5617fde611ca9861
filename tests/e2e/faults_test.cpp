// Every kind of message through strict mocks of the providers, by a way on which everything goes wrong that can: each
// ends where the rules of docs/channels.md have it. Skipped where there are no mocks. PARLEY_FAULTS_PATIENT=1 also
// waits for what is sent again after two minutes.
#include <algorithm>
#include <boost/json.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <pqxx/pqxx>
#include <set>

#include "channels/prism_call.hpp"
#include "faults/samples.hpp"
#include "faults/stage.hpp"

namespace parley::e2e::faults {
namespace {

namespace json = boost::json;

bool patient() {
    return std::getenv("PARLEY_FAULTS_PATIENT") != nullptr;
}

struct Sending {
    Line* line;
    const Sample* sample;
    std::string person;
    std::string id{};

    Trouble trouble() const { return trouble_of(person); }
    std::string name() const { return line->channel + ": " + sample->name + ", " + name_of(trouble()); }
};

struct End {
    std::string status;
    std::size_t taken;  // requests to send that the provider accepted
};

bool nobody_knows(Trouble trouble) {
    return trouble == Trouble::reset || trouble == Trouble::page;
}

bool waits_at_twilio(const Sending& sending) {
    return sending.line->channel == "twilio" && sending.trouble() == Trouble::timeout &&
           sending.sample->kind() == "template";
}

// What the rules say.
End end_of(const Sending& sending) {
    const auto& [line, sample, person, id] = sending;
    const Trouble trouble = sending.trouble();
    if (line->channel == "cloud") {
        // A report settles it. Without any it is sent again, but not for two minutes.
        if (trouble == Trouble::timeout) return {"delivered", 1};
        if (nobody_knows(trouble) && !patient()) return {"queued", 0};
        return {"sent", 1};
    }
    if (line->channel == "twilio") {
        // Looked up in the list of messages. A template cannot be recognised there: it waits for a report, as above.
        if (waits_at_twilio(sending)) return patient() ? End{"sent", 2} : End{"queued", 1};
        return {"sent", sample->twilio_parts};
    }
    // A gateway cannot be asked: a send whose answer was lost is made again.
    return {"sent", trouble == Trouble::timeout ? 2u : 1u};
}

std::size_t taken_of(const Sending& sending) {
    const auto accepted = sending.line->proxy.accepted();
    return static_cast<std::size_t>(std::count_if(accepted.begin(), accepted.end(), [&](const Passage& request) {
        return is_send(request) && person_in(request) == sending.person;
    }));
}

std::vector<Sending> plan(Stage& stage) {
    std::vector<Sending> all;
    int number = 0;
    for (const auto& line : stage.lines)
        for (const Sample& sample : samples()) {
            if (sample.gateway_only && line->channel != "gateway") continue;
            for (std::size_t i = 0; i < troubles; ++i) all.push_back({line.get(), &sample, person(number++)});
        }
    return all;
}

json::object body_for(const Stage& stage, const Sending& sending) {
    json::object body = sending.sample->body;
    body["to"] = sending.person;
    body["account"] = sending.line->account;
    if (body.contains("reply_to")) body["reply_to"] = sending.line->earlier;
    if (sending.sample->kind() == "template" && sending.line->channel == "twilio")
        body["payload"].as_object()["name"] = "HX0123456789abcdef0123456789abcdef";
    if (!sending.sample->file.empty())
        body["file"] = text_of(body_of(stage.api().post("/media", sending.sample->file + sending.person,
                                                        {{"Content-Type", sending.sample->mime}})),
                               "stored");
    return body;
}

// Half of what needs no file goes by the table for other programs, the rest over the API.
void send(const Stage& stage, std::vector<Sending>& all) {
    pqxx::connection database(stage.host.database());
    pqxx::work tx(database);
    std::size_t turn = 0, inserted = 0;
    for (auto& sending : all) {
        const auto body = body_for(stage, sending);
        if (sending.sample->file.empty() && turn++ % 2 == 0) {
            ++inserted;
            const auto* payload = body.if_contains("payload");
            tx.exec_params(
                "insert into send_requests (account, recipient, kind, body, link, payload, reply_to)"
                " values ($1, $2, $3, $4, $5, $6, $7)",
                sending.line->account, sending.person, sending.sample->kind(), text_of(body, "text"),
                text_of(body, "link"), payload ? json::serialize(*payload) : "", text_of(body, "reply_to"));
            continue;
        }
        const auto answer = stage.api().post("/messages", json::serialize(body));
        CAPTURE(sending.name(), answer.body);
        REQUIRE(answer.status == 202);
        sending.id = text_of(body_of(answer), "id");
    }
    tx.commit();

    std::map<std::string, std::string> ids;
    pqxx::nontransaction ask(database);
    REQUIRE(eventually([&] {
        for (const auto& row : ask.exec("select recipient, message_id, error from send_requests")) {
            CAPTURE(row[0].c_str(), row[2].c_str());
            REQUIRE(row[2].size() == 0);
            if (!row[1].is_null()) ids[row[0].c_str()] = row[1].c_str();
        }
        return ids.size() == inserted;
    }));
    for (auto& sending : all)
        if (sending.id.empty()) sending.id = ids.at(sending.person);
}

std::size_t in_doubt(const Stage& stage, const std::string& account) {
    return stage.api().read("/accounts/" + account).at("live").at("in_doubt").to_number<std::size_t>();
}

// What a Cloud API message says it is, what a gateway's path says, and whether Twilio has a file or a template.
std::set<std::string> kinds_seen(const Line& line) {
    std::set<std::string> kinds;
    for (const auto& request : line.proxy.accepted()) {
        if (!is_send(request)) continue;
        if (line.channel == "cloud") kinds.insert(text_of(json::parse(request.body), "type"));
        if (line.channel == "gateway") kinds.insert(request.target.substr(request.target.rfind('/') + 1));
        if (line.channel == "twilio")
            kinds.insert(!twilio::field_in(request.body, "ContentSid").empty() ? "template"
                         : !twilio::field_in(request.body, "MediaUrl").empty() ? "file"
                                                                               : "text");
    }
    return kinds;
}

}  // namespace

TEST_CASE("over a bad way to strict providers every message ends as the rules say") {
    for (const auto& description : descriptions())
        if (test::skipped_without_prism(description)) return;
    Stage stage;
    auto all = plan(stage);
    stage.hear_from(all.size());
    send(stage, all);

    // Visible while they are in doubt; then Meta reports what it took.
    const auto doubtful = [&](bool reported) {
        return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const Sending& sending) {
            return sending.line->channel == "cloud" &&
                   (nobody_knows(sending.trouble()) || (!reported && sending.trouble() == Trouble::timeout));
        }));
    };
    CHECK(eventually([&] { return in_doubt(stage, "strict-cloud") == doubtful(false); }, 60s));
    stage.report_timeouts();
    CHECK(eventually([&] { return in_doubt(stage, "strict-cloud") == doubtful(true); }));
    const auto state_of = [&](const Sending& sending) { return stage.api().read("/messages/" + sending.id); };
    auto first = all.begin();
    eventually(
        [&] {
            first = std::find_if(first, all.end(), [&](const Sending& sending) {
                return text_of(state_of(sending), "status") != end_of(sending).status;
            });
            return first == all.end();
        },
        patient() ? 200s : 60s);
    for (const auto& sending : all) {
        const auto state = state_of(sending);
        CAPTURE(sending.name(), json::serialize(state));
        CHECK(text_of(state, "status") == end_of(sending).status);
        CHECK(taken_of(sending) == end_of(sending).taken);
    }
    const auto waiting = static_cast<std::size_t>(std::count_if(all.begin(), all.end(), waits_at_twilio));
    CHECK(in_doubt(stage, "strict-twilio") == (patient() ? 0 : waiting));
    CHECK(in_doubt(stage, "strict-gateway") == 0);
    CHECK(in_doubt(stage, "strict-cloud") == (patient() ? 0 : doubtful(true)));

    stage.show_presence();
    CHECK(kinds_seen(*stage.lines[0]) == std::set<std::string>{"audio", "contacts", "document", "image", "interactive",
                                                               "location", "reaction", "sticker", "template", "text",
                                                               "video"});
    CHECK(kinds_seen(*stage.lines[1]) == std::set<std::string>{"file", "template", "text"});
    CHECK(kinds_seen(*stage.lines[2]) == std::set<std::string>{"audio", "contact", "file", "image", "link", "location",
                                                               "message", "poll", "reaction", "revoke", "sticker",
                                                               "update", "video"});
    for (const auto& line : stage.lines) {
        CAPTURE(line->channel);
        for (const auto& request : line->proxy.refused()) {
            CAPTURE(request.method, request.target, request.body.substr(0, 500), request.status);
            CHECK(request.status == 0);  // always said
        }
        CHECK(line->prism.log().find("Violation: request") == std::string::npos);
        // It does tell what is wrong, or this would mean nothing.
        const auto taken = line->proxy.accepted();
        const std::string target = std::find_if(taken.begin(), taken.end(), is_send)->target;
        const Headers headers{{"Content-Type", "application/json"}, {"Authorization", "Bearer x"}};
        CHECK(exchange(line->proxy.port(), "POST", target, "{}", headers).status >= 400);
        CHECK(line->proxy.refused().size() == 1);
        CHECK(eventually([&] { return line->prism.log().find("Violation: request") != std::string::npos; }));
    }
}

}  // namespace parley::e2e::faults
