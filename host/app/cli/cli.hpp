// The command line: one verb a file. Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace CLI {
class App;
}

namespace parley::app {

int run_cli(int argc, char** argv);

// A verb of `parent`, which keeps it, with the flags that belong to every verb; they are stronger than the environment
// that filled `config`.
CLI::App* add_verb(CLI::App& parent, config::Config& config, const std::string& name, const std::string& help);
// One that is nothing without a verb of its own.
CLI::App* add_group(CLI::App& cli, const std::string& name, const std::string& help);

// `parley account ...`
void add_account_verb(CLI::App& cli, config::Config& config, int& result);
// `parley campaign ...`, `parley template ...`
void add_campaign_verb(CLI::App& cli, config::Config& config, int& result);
void add_template_verb(CLI::App& cli, config::Config& config, int& result);
// `parley completion ...`: of all verbs that are added by the time it is called.
void add_completion_verb(CLI::App& cli);
// `parley gpt ...`
void add_gpt_verb(CLI::App& cli, config::Config& config, int& result);
// `parley takeover ...`
void add_takeover_verb(CLI::App& cli, config::Config& config, int& result);
// `parley user ...`
void add_user_verb(CLI::App& cli, config::Config& config, int& result);

// The verbs. Each prints for a person: results to stdout, what went wrong to stderr.
int serve(config::Config config);
int migrate_database(const config::Config& config, bool only_show);
struct ChatOptions {
    std::string as = "923001234567";
    std::string group;
    bool admin = false;
    std::vector<std::string> say;  // sent one after the other, answers printed; then it ends
};
int chat(const config::Config& config, const ChatOptions& options);
int list_plugins(const config::Config& config, bool as_json);
int check_plugin(const config::Config& config, const std::string& file);
int control_plugin(const config::Config& config, const std::string& action, const std::string& target);
struct SendOptions {
    std::string to, text, account;
    std::string kind, payload;  // of a structured message; empty: text
    int wait_s = 10;
};
int send_message(const config::Config& config, const SendOptions& options);
int list_dead_letters(const config::Config& config);
int requeue_dead_letter(const config::Config& config, const std::string& id);
int doctor(const config::Config& config);

// Says why on stderr and returns 1.
int fail(const std::string& why);

}  // namespace parley::app
