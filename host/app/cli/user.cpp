#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <iomanip>
#include <iostream>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "core/crypto.hpp"
#include "net/form.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

const std::string all_users = "/api/v1/users";

// The terminal does not show what is typed while this lives.
class NoEcho {
public:
    NoEcho() {
        if (isatty(STDIN_FILENO) == 0 || tcgetattr(STDIN_FILENO, &before_) != 0) return;
        termios now = before_;
        now.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        changed_ = tcsetattr(STDIN_FILENO, TCSANOW, &now) == 0;
    }
    ~NoEcho() {
        if (changed_) tcsetattr(STDIN_FILENO, TCSANOW, &before_);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;

private:
    termios before_{};
    bool changed_ = false;
};

// Never from an argument: those can be seen by other users of the machine.
std::string read_password(bool generate) {
    if (generate) return crypto::random_hex(12);
    std::string password;
    const bool person = isatty(STDIN_FILENO) != 0;
    if (person) std::cerr << "Password: ";
    {
        const NoEcho quiet;
        std::getline(std::cin, password);
    }
    if (person) std::cerr << '\n';
    return password;
}

int told(const Result<json::value>& answer, const std::string& words) {
    if (!answer) return fail(answer.error().message);
    std::cout << words << '\n';
    return 0;
}

int add_user(const config::Config& config, const std::string& name, const std::string& role, bool generate) {
    const std::string password = read_password(generate);
    const auto answer =
        ControlClient(completed(config))
            .post(all_users, json::serialize(json::object{{"username", name}, {"password", password}, {"role", role}}));
    return told(answer, "added " + name + " as " + role + (generate ? ", password " + password : ""));
}

int list_users(const config::Config& config, bool as_json) {
    const ControlClient client(completed(config));
    const auto found = client.list(all_users);
    if (!found) return fail(found.error().message);
    const auto& all = *found;
    if (as_json) {
        std::cout << json::serialize(all) << '\n';
        return 0;
    }
    for (const auto& one : all) {
        const auto& person = one.as_object();
        std::cout << std::left << std::setw(8) << text_of(person, "id") << std::setw(32)
                  << printable(text_of(person, "username")) << std::setw(10) << text_of(person, "role")
                  << text_of(person, "created_at") << (person.at("disabled").as_bool() ? "  disabled" : "") << '\n';
    }
    if (all.empty()) std::cout << "Nobody yet: `parley user add NAME --role admin` makes the first one.\n";
    return 0;
}

int change_user(const config::Config& config, const std::string& name, const json::object& body,
                const std::string& words) {
    return told(
        ControlClient(completed(config)).patch(all_users + "/" + net::percent_encode(name), json::serialize(body)),
        words);
}

}  // namespace

void add_user_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "user", "See and change who can sign in");
    auto name = std::make_shared<std::string>();
    auto role = std::make_shared<std::string>("user");
    auto flag = std::make_shared<bool>(false);
    const auto sub = [&](const char* word, const char* help, bool named) {
        auto* made = add_verb(*verb, config, word, help);
        if (named) made->add_option("name", *name, "Username")->required();
        return made;
    };
    const CLI::IsMember roles({"user", "operator", "admin"});

    auto* list = sub("list", "Everybody who can sign in", false);
    list->add_flag("--json", *flag, "As JSON");
    list->callback([&, flag] { result = list_users(config, *flag); });

    auto* add = sub("add", "Somebody new; the password is asked for, or read from standard input", true);
    add->add_option("--role", *role, "user, operator or admin")->check(roles)->capture_default_str();
    add->add_flag("--generate", *flag, "Make a password and print it");
    add->callback([&, name, role, flag] { result = add_user(config, *name, *role, *flag); });

    auto* change = sub("role", "What somebody may do; ends their sign-ins", true);
    change->add_option("role", *role, "user, operator or admin")->required()->check(roles);
    change->callback([&, name, role] {
        result = change_user(config, *name, {{"role", *role}}, *name + " is " + *role + " now");
    });

    auto* password = sub("password", "A new password; ends their sign-ins", true);
    password->add_flag("--generate", *flag, "Make a password and print it");
    password->callback([&, name, flag] {
        const std::string chosen = read_password(*flag);
        result = change_user(config, *name, {{"password", chosen}},
                             *flag ? "the password of " + *name + " is now " + chosen : "changed");
    });

    for (const char* word : {"disable", "enable"}) {
        auto* one = sub(word, *word == 'd' ? "Let somebody in no more" : "Let somebody in again", true);
        one->callback([&, name, word] {
            result = change_user(config, *name, {{"disabled", *word == 'd'}}, std::string(word) + "d");
        });
    }
}

}  // namespace parley::app
