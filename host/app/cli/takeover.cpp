#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iomanip>
#include <iostream>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "net/form.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

struct Words {
    std::string chat, account, hours = "0", by = "cli";
    bool as_json = false;
};

int list_takeovers(const config::Config& config, bool as_json) {
    const auto answer = ControlClient(completed(config)).list("/api/v1/takeovers");
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    for (const auto& item : *answer) {
        const auto& one = item.as_object();
        const auto until = text_of(one, "until");
        std::cout << std::left << std::setw(34) << printable(text_of(one, "chat")) << std::setw(16)
                  << printable(text_of(one, "account")) << "by " << printable(text_of(one, "by")) << " since "
                  << text_of(one, "since") << (until.empty() ? "" : " until " + until) << '\n';
    }
    if (answer->empty()) std::cout << "No chat is taken over.\n";
    return 0;
}

std::string target_of(const Words& words) {
    return "/api/v1/chats/" + net::percent_encode(words.account.empty() ? "-" : words.account) + "/" +
           net::percent_encode(words.chat) + "/takeover";
}

int take_over(const config::Config& config, const Words& words) {
    json::object body{{"by", words.by}};
    char* end = nullptr;
    const double hours = std::strtod(words.hours.c_str(), &end);
    if (*end != '\0' || words.hours.empty()) return fail("--hours must be a number");
    body["hours"] = hours;
    const auto answer = ControlClient(completed(config)).put(target_of(words), json::serialize(body));
    if (!answer) return fail(answer.error().message);
    const auto until = text_of(answer->as_object(), "until");
    std::cout << "The language model is silent in that chat now" << (until.empty() ? "" : ", until " + until) << ".\n";
    return 0;
}

int give_back(const config::Config& config, const Words& words) {
    const auto done = ControlClient(completed(config)).remove(target_of(words));
    if (!done && done.error().code != Errc::not_found) return fail(done.error().message);
    std::cout << (done ? "The language model answers in that chat again.\n" : "That chat is not taken over.\n");
    return 0;
}

}  // namespace

void add_takeover_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "takeover", "Chats in which a human answers and the language model is silent");
    auto words = std::make_shared<Words>();
    const auto sub = [&](const char* name, const char* help) { return add_verb(*verb, config, name, help); };
    const auto of_chat = [words](CLI::App* made) {
        made->add_option("chat", words->chat, "Number with country code, or a chat id")->required();
        made->add_option("--account", words->account, "Its account; otherwise the one there is");
        return made;
    };
    auto* list = sub("list", "Show them, newest first");
    list->add_flag("--json", words->as_json, "As JSON");
    list->callback([&, words] { result = list_takeovers(config, words->as_json); });
    auto* start = of_chat(sub("start", "Take a chat over"));
    start->add_option("--hours", words->hours, "For how long; 0: until it is given back")->capture_default_str();
    start->add_option("--by", words->by, "Who, for people")->capture_default_str();
    start->callback([&, words] { result = take_over(config, *words); });
    of_chat(sub("end", "Give a chat back to the language model"))->callback([&, words] {
        result = give_back(config, *words);
    });
}

}  // namespace parley::app
