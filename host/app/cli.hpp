// The command line: one verb a file. Exit codes: 0 done, 1 it did not work, 2 it was asked wrongly.
#pragma once

#include <string>
#include <vector>

#include "config/config.hpp"

namespace parley::app {

int run_cli(int argc, char** argv);

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
int send_message(const config::Config& config, const std::string& to, const std::string& text, int wait_s);
int list_dead_letters(const config::Config& config);
int requeue_dead_letter(const config::Config& config, const std::string& id);
int doctor(const config::Config& config);

// Says why on stderr and returns 1.
int fail(const std::string& why);

}  // namespace parley::app
