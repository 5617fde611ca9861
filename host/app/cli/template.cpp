#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <fstream>
#include <iomanip>
#include <iostream>
#include <sstream>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "net/form.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

void show(const json::object& one) {
    std::cout << std::left << std::setw(32) << printable(text_of(one, "name")) << std::setw(8)
              << text_of(one, "language") << std::setw(12) << text_of(one, "status") << text_of(one, "category")
              << '\n';
}

std::string target_of(const std::string& account) {
    return "/api/v1/accounts/" + net::percent_encode(account) + "/templates";
}

int list_templates(const config::Config& config, const std::string& account, bool as_json) {
    const auto answer = ControlClient(completed(config)).list(target_of(account), 60'000);
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    for (const auto& one : *answer) show(one.as_object());
    if (answer->empty()) std::cout << "This account has no templates.\n";
    return 0;
}

int create_template(const config::Config& config, const std::string& account, const std::string& file) {
    std::stringstream content;
    if (file == "-") {
        content << std::cin.rdbuf();
    } else {
        std::ifstream in(file);
        if (!in) return fail("cannot read " + file);
        content << in.rdbuf();
    }
    const auto answer = ControlClient(completed(config)).post(target_of(account), content.str());
    if (!answer) return fail(answer.error().message);
    show(answer->as_object());
    return 0;
}

int delete_template(const config::Config& config, const std::string& account, const std::string& name) {
    const auto answer = ControlClient(completed(config)).remove(target_of(account) + "/" + net::percent_encode(name));
    if (!answer) return fail(answer.error().message);
    std::cout << "deleted\n";
    return 0;
}

}  // namespace

void add_template_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "template", "See and change the message templates of a cloud account");
    auto account = std::make_shared<std::string>();
    auto word = std::make_shared<std::string>();
    auto as_json = std::make_shared<bool>(false);
    const auto sub = [&](const char* name, const char* help) {
        auto* made = add_verb(*verb, config, name, help);
        made->add_option("--account", *account, "The cloud account")->required();
        return made;
    };
    auto* list = sub("list", "Ask Meta what there is, and how it was judged");
    list->add_flag("--json", *as_json, "As JSON");
    list->callback([&, account, as_json] { result = list_templates(config, *account, *as_json); });
    auto* create = sub("create", "Hand one in; Meta's verdict comes later");
    create->add_option("file", *word, "Its JSON: name, language, category, components; - is standard input")
        ->required();
    create->callback([&, account, word] { result = create_template(config, *account, *word); });
    auto* remove = sub("delete", "Take one away, in all its languages");
    remove->add_option("name", *word, "Its name")->required();
    remove->callback([&, account, word] { result = delete_template(config, *account, *word); });
}

}  // namespace parley::app
