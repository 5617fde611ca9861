// `parley completion`: a script by which shells complete parley's words. It is made of the same description as --help.
#include <CLI/CLI.hpp>
#include <iostream>

#include "app/cli/cli.hpp"

namespace parley::app {
namespace {

// A `case` for this verb and each verb below it: what may follow. `path` are the verbs that lead here.
void print_cases(const CLI::App& verb, const std::string& path) {
    std::string words;
    const auto verbs = verb.get_subcommands([](const CLI::App*) { return true; });
    for (const auto* next : verbs) words += next->get_name() + ' ';
    for (const auto* option : verb.get_options([](const CLI::Option* one) { return one->nonpositional(); }))
        for (const auto& name : option->get_lnames()) words += "--" + name + ' ';
    std::cout << "        '" << path << "') words='" << words << "' ;;\n";
    for (const auto* next : verbs) print_cases(*next, path + next->get_name() + ' ');
}

// Verbs come first: what follows the first option is no verb any more.
void print_bash(const CLI::App& cli) {
    std::cout << "_parley() {\n"
                 "    local path='' words='' word\n"
                 "    for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                 "        [[ $word == -* ]] && break\n"
                 "        path+=\"$word \"\n"
                 "    done\n"
                 "    case \"$path\" in\n";
    print_cases(cli, "");
    std::cout << "    esac\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
                 "}\n"
                 "complete -o default -F _parley parley\n";
}

}  // namespace

void add_completion_verb(CLI::App& cli) {
    auto* verb = cli.add_subcommand("completion", "Print a script that lets bash or zsh complete parley's words");
    auto shell = std::make_shared<std::string>();
    verb->add_option("shell", *shell, "bash or zsh")->required()->check(CLI::IsMember({"bash", "zsh"}));
    verb->callback([&cli, shell] {
        if (*shell == "zsh") std::cout << "autoload -U +X bashcompinit && bashcompinit\n";
        print_bash(cli);
    });
}

}  // namespace parley::app
