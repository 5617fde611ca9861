#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <thread>

#include "app/cli.hpp"
#include "app/cli_format.hpp"
#include "app/control_client.hpp"
#include "app/csv_reader.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

constexpr std::size_t chunk_lines = 500;
constexpr std::size_t chunk_bytes = 400'000;  // well below what a request may hold

struct Words {
    std::string name, account, text, template_name, language, payload, at, recipients, id;
    double rate = 1;
    bool follow = false, as_csv = false, as_json = false;
};

const std::string all_campaigns = "/api/v1/campaigns";

std::string target_of(const std::string& id, const std::string& action = {}) {
    return all_campaigns + "/" + escaped(id) + (action.empty() ? "" : "/" + action);
}

std::int64_t number_of(const json::object& object, const char* name) {
    const auto* value = object.if_contains(name);
    return value && value->is_int64() ? value->as_int64() : 0;
}

// How far it is: what has left the outbox or will never go.
std::pair<std::int64_t, std::int64_t> progress_of(const json::object& campaign) {
    const auto done = number_of(campaign, "queued") - number_of(campaign, "ahead") + number_of(campaign, "skipped") +
                      number_of(campaign, "invalid");
    return {std::max<std::int64_t>(done, 0), number_of(campaign, "recipients")};
}

std::string bar_of(const json::object& campaign) {
    constexpr std::int64_t width = 30;
    const auto [done, all] = progress_of(campaign);
    const auto filled = all == 0 ? 0 : done * width / all;
    std::ostringstream out;
    out << '[' << std::string(static_cast<std::size_t>(filled), '#')
        << std::string(static_cast<std::size_t>(width - filled), '.') << "] " << (all == 0 ? 0 : done * 100 / all)
        << "%  " << done << " of " << all << "  " << text_of(campaign, "state");
    return out.str();
}

void show_campaign(const json::object& campaign) {
    std::cout << text_of(campaign, "id") << "  " << printable(text_of(campaign, "name")) << "  ("
              << text_of(campaign, "account") << ", " << text_of(campaign, "kind") << ", "
              << campaign.at("rate").to_number<double>() << " a second)\n    " << bar_of(campaign) << '\n';
    if (const auto at = text_of(campaign, "start_at"); !at.empty()) std::cout << "    starts at " << at << '\n';
    if (const auto why = text_of(campaign, "reason"); !why.empty())
        std::cout << "    paused: " << printable(why) << '\n';
    for (const char* what : {"skipped", "invalid", "duplicates"})
        if (const auto count = number_of(campaign, what); count > 0)
            std::cout << "    " << std::left << std::setw(12) << what << count << '\n';
    if (const auto* results = campaign.if_contains("results"))
        for (const auto& [status, count] : results->as_object())
            if (status != "skipped" && status != "invalid")
                std::cout << "    " << std::left << std::setw(12) << std::string(status) << json::serialize(count)
                          << '\n';
}

// Draws until it is over; on a terminal in one line, elsewhere a line for each change of state.
int follow_campaign(const ControlClient& host, const std::string& id) {
    const bool terminal = isatty(STDOUT_FILENO) == 1;
    std::string last_state;
    for (;;) {
        const auto answer = host.get(target_of(id));
        if (!answer) return fail(answer.error().message);
        const auto& campaign = answer->as_object();
        const auto state = text_of(campaign, "state");
        if (terminal)
            std::cout << '\r' << bar_of(campaign) << "\x1b[K" << std::flush;
        else if (state != last_state)
            std::cout << bar_of(campaign) << '\n' << std::flush;
        last_state = state;
        if (state != "running" && state != "scheduled") break;
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
    if (terminal) std::cout << '\n';
    const auto answer = host.get(target_of(id) + "?results=true");
    if (!answer) return fail(answer.error().message);
    show_campaign(answer->as_object());
    return last_state == "done" ? 0 : 1;
}

Result<json::object> template_payload(const Words& words, std::size_t parameters) {
    if (!words.payload.empty()) {
        json::error_code error;
        auto parsed = json::parse(words.payload, error);
        if (error || !parsed.is_object()) return make_error(Errc::invalid, "--payload must be a JSON object");
        return std::move(parsed.as_object());
    }
    json::object payload{{"name", words.template_name}, {"language", json::object{{"code", words.language}}}};
    json::array texts;
    for (std::size_t i = 1; i <= parameters; ++i)
        texts.push_back(json::object{{"type", "text"}, {"text", "{{" + std::to_string(i) + "}}"}});
    if (texts.empty()) return payload;
    json::object body;
    body["type"] = "body";
    body["parameters"] = std::move(texts);
    json::array components;
    components.push_back(std::move(body));
    payload["components"] = std::move(components);
    return payload;
}

struct Sum {
    std::int64_t added = 0, invalid = 0, duplicates = 0;
};

// The file goes over in chunks: a long one is never in memory, here or there.
Result<Sum> upload(const ControlClient& host, const std::string& id, CsvReader& file) {
    Sum sum;
    json::array chunk;
    std::size_t bytes = 0;
    const auto flush = [&]() -> Result<void> {
        if (chunk.empty()) return {};
        const auto answer =
            host.post(target_of(id, "recipients"), json::serialize(json::object{{"recipients", chunk}}));
        if (!answer) return answer.error();
        sum.added += number_of(answer->as_object(), "added");
        sum.invalid += number_of(answer->as_object(), "invalid");
        sum.duplicates += number_of(answer->as_object(), "duplicates");
        chunk.clear();
        bytes = 0;
        return {};
    };
    while (auto record = file.next()) {
        json::array params;
        for (std::size_t i = 1; i < record->size(); ++i) {
            bytes += (*record)[i].size() + 8;
            params.emplace_back(std::move((*record)[i]));
        }
        bytes += record->front().size() + 40;
        chunk.push_back({{"line", file.line()}, {"to", record->front()}, {"params", std::move(params)}});
        if (chunk.size() < chunk_lines && bytes < chunk_bytes) continue;
        if (auto ok = flush(); !ok) return ok.error();
    }
    if (auto ok = flush(); !ok) return ok.error();
    return sum;
}

int create_campaign(const config::Config& config, const Words& words) {
    std::ifstream in(words.recipients);
    if (!in) return fail("cannot read " + words.recipients);
    CsvReader file(in);
    const auto header = file.next();
    if (!header) return fail(words.recipients + " is empty: its first line is a header, \"phone\" and then parameters");
    json::object body{{"name", words.name}, {"account", words.account}, {"rate", words.rate}};
    if (words.text.empty()) {
        auto payload = template_payload(words, header->size() - 1);
        if (!payload) return fail(payload.error().message);
        body["kind"] = "template";
        body["payload"] = std::move(*payload);
    } else {
        body["kind"] = "text";
        body["text"] = words.text;
    }
    const ControlClient host(completed(config));
    const auto made = host.post(all_campaigns, json::serialize(body));
    if (!made) return fail(made.error().message);
    const auto id = text_of(made->as_object(), "id");
    const auto sum = upload(host, id, file);
    if (!sum) {
        (void)host.post(target_of(id, "cancel"));
        return fail("campaign " + id + " is cancelled: " + sum.error().message);
    }
    std::cout << "campaign " << id << ": " << sum->added << " recipients";
    if (sum->invalid > 0) std::cout << ", " << sum->invalid << " of them invalid";
    if (sum->duplicates > 0) std::cout << ", " << sum->duplicates << " duplicates left out";
    std::cout << '\n';
    if (words.at.empty()) {
        std::cout << "Start it with: parley campaign start " << id << '\n';
        return 0;
    }
    const auto started = host.post(target_of(id, "start"), json::serialize(json::object{{"at", words.at}}));
    if (!started) return fail(started.error().message);
    std::cout << "It starts at " << text_of(started->as_object(), "start_at") << '\n';
    return 0;
}

int list_campaigns(const config::Config& config, bool as_json) {
    const auto answer = ControlClient(completed(config)).list(all_campaigns);
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    for (const auto& one : *answer) show_campaign(one.as_object());
    if (answer->empty()) std::cout << "There are no campaigns.\n";
    return 0;
}

int show_one(const config::Config& config, const Words& words) {
    const ControlClient host(completed(config));
    if (words.follow) return follow_campaign(host, words.id);
    const auto answer = host.get(target_of(words.id) + "?results=true");
    if (!answer) return fail(answer.error().message);
    if (words.as_json)
        std::cout << json::serialize(*answer) << '\n';
    else
        show_campaign(answer->as_object());
    return 0;
}

int change_campaign(const config::Config& config, const Words& words, const std::string& action) {
    const ControlClient host(completed(config));
    json::object body;
    if (!words.at.empty()) body["at"] = words.at;
    const auto answer = host.post(target_of(words.id, action), json::serialize(body));
    if (!answer) return fail(answer.error().message);
    if (words.follow) return follow_campaign(host, words.id);
    show_campaign(answer->as_object());
    return 0;
}

std::string csv_field(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

int show_results(const config::Config& config, const Words& words) {
    const ControlClient host(completed(config));
    if (words.as_csv) std::cout << "line,recipient,status,message,error\n";
    for (std::string cursor;;) {
        const auto answer = host.get(target_of(words.id, "results") + (cursor.empty() ? "" : "?cursor=" + cursor));
        if (!answer) return fail(answer.error().message);
        for (const auto& item : answer->at("items").as_array()) {
            const auto& line = item.as_object();
            const auto chat = text_of(line, "chat"), status = text_of(line, "status"), error = text_of(line, "error");
            if (words.as_csv)
                std::cout << number_of(line, "line") << ',' << csv_field(chat) << ',' << status << ','
                          << text_of(line, "message") << ',' << csv_field(error) << '\n';
            else
                std::cout << std::left << std::setw(36) << printable(chat) << std::setw(11) << status
                          << printable(error) << '\n';
        }
        if (answer->at("next").is_null()) return 0;
        cursor = answer->at("next").as_string();
    }
}

void add_create(CLI::App& create, const std::shared_ptr<Words>& words) {
    create.add_option("name", words->name, "What you call it")->required();
    create.add_option("--account", words->account, "Account to send by; otherwise the one there is");
    auto* text = create.add_option("--text", words->text, "What to say, with {{1}}, {{2}}, ... for parameters");
    auto* name = create.add_option("--template", words->template_name, "Name of an approved template");
    create.add_option("--language", words->language, "Its language")->default_str("en_US")->needs(name);
    auto* payload = create.add_option("--payload", words->payload,
                                      "Template message as JSON, instead of a body with all parameters in order");
    text->excludes(name)->excludes(payload);
    create.add_option("--rate", words->rate, "Messages a second")->required();
    create.add_option("--at", words->at, "Start then: 2030-01-31 10:00+01; UTC unless it says otherwise");
    create.add_option("--recipients", words->recipients, "CSV file: a header line, then phone and parameters")
        ->required();
    create.callback([text, name, payload] {
        if (text->empty() && name->empty() && payload->empty())
            throw CLI::ValidationError("give --text, --template or --payload");
    });
}

}  // namespace

void add_campaign_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = cli.add_subcommand("campaign", "Messages to many");
    verb->require_subcommand(1);
    auto words = std::make_shared<Words>();
    words->language = "en_US";
    const auto sub = [&](const char* name, const char* help) {
        auto* made = verb->add_subcommand(name, help);
        add_common(*made, config);
        return made;
    };
    const auto with_id = [&](const char* name, const char* help) {
        auto* made = sub(name, help);
        made->add_option("id", words->id, "Its number, from the list")->required();
        return made;
    };
    auto* create = sub("create", "Make one from a file of recipients");
    add_create(*create, words);
    create->final_callback([&, words] { result = create_campaign(config, *words); });

    auto* list = sub("list", "All, newest first");
    list->add_flag("--json", words->as_json, "As JSON");
    list->callback([&, words] { result = list_campaigns(config, words->as_json); });
    auto* show = with_id("show", "How far it is, and what became of its messages");
    show->add_flag("--follow", words->follow, "Stay until it is over");
    show->add_flag("--json", words->as_json, "As JSON");
    show->callback([&, words] { result = show_one(config, *words); });

    auto* start = with_id("start", "Let a draft run");
    start->add_option("--at", words->at, "Then: 2030-01-31 10:00+01; UTC unless it says otherwise");
    start->add_flag("--follow", words->follow, "Stay until it is over");
    start->callback([&, words] { result = change_campaign(config, *words, "start"); });
    for (const auto& [action, help] : {std::pair("pause", "Send no more for now"), std::pair("resume", "Go on"),
                                       std::pair("cancel", "Send no more, for good")})
        with_id(action, help)->callback([&, words, name = std::string(action)] {
            result = change_campaign(config, *words, name);
        });
    auto* results = with_id("results", "What became of each recipient");
    results->add_flag("--csv", words->as_csv, "As CSV");
    results->callback([&, words] { result = show_results(config, *words); });
}

}  // namespace parley::app
