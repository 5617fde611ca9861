#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <thread>

#include "app/cli/campaign_create.hpp"
#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "net/form.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

struct Words {
    std::string id, at;
    bool follow = false, as_csv = false, as_json = false;
};

const std::string all_campaigns = "/api/v1/campaigns";

std::string target_of(const std::string& id, const std::string& action = {}) {
    return all_campaigns + "/" + net::percent_encode(id) + (action.empty() ? "" : "/" + action);
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

}  // namespace

void add_campaign_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "campaign", "Messages to many");
    auto words = std::make_shared<Words>();
    const auto sub = [&](const char* name, const char* help) { return add_verb(*verb, config, name, help); };
    const auto with_id = [&](const char* name, const char* help) {
        auto* made = sub(name, help);
        made->add_option("id", words->id, "Its number, from the list")->required();
        return made;
    };
    add_campaign_create(*sub("create", "Make one from a file of recipients"), config, result);

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
