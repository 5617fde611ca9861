#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iomanip>
#include <iostream>

#include "app/cli.hpp"
#include "app/cli_format.hpp"
#include "app/control_client.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

struct Words {
    std::string chat, account, hours = "0", by = "cli";
    bool as_json = false;
};

int list_takeovers(const config::Config& config, bool as_json) {
    const auto answer = ControlClient(completed(config)).get("/control/takeovers");
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    for (const auto& item : answer->as_array()) {
        const auto& one = item.as_object();
        const auto until = text_of(one, "until");
        std::cout << std::left << std::setw(34) << printable(text_of(one, "chat")) << std::setw(16)
                  << printable(text_of(one, "account")) << "by " << printable(text_of(one, "by")) << " since "
                  << text_of(one, "since") << (until.empty() ? "" : " until " + until) << '\n';
    }
    if (answer->as_array().empty()) std::cout << "No chat is taken over.\n";
    return 0;
}

int change(const config::Config& config, const std::string& target, const Words& words, const char* done,
           const char* nothing) {
    const json::object body{{"chat", words.chat}, {"account", words.account}, {"hours", words.hours}, {"by", words.by}};
    const auto answer = ControlClient(completed(config)).post(target, json::serialize(body));
    if (!answer) return fail(answer.error().message);
    std::cout << (text_of(answer->as_object(), "changed") == "true" ? done : nothing) << '\n';
    return 0;
}

}  // namespace

void add_takeover_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = cli.add_subcommand("takeover", "Chats in which a human answers and the language model is silent");
    verb->require_subcommand(1);
    auto words = std::make_shared<Words>();
    const auto sub = [&](const char* name, const char* help) {
        auto* made = verb->add_subcommand(name, help);
        add_common(*made, config);
        return made;
    };
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
    start->callback([&, words] {
        result = change(config, "/control/takeovers", *words, "The language model is silent in that chat now.",
                        "That chat is taken over for longer already.");
    });
    auto* end = of_chat(sub("end", "Give a chat back to the language model"));
    end->callback([&, words] {
        result = change(config, "/control/takeovers/end", *words, "The language model answers in that chat again.",
                        "That chat is not taken over.");
    });
}

}  // namespace parley::app
