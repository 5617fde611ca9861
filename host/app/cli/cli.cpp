#include "app/cli/cli.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "bench/bench.hpp"
#include "extract/child.hpp"
#include "plugins/runtime.hpp"

namespace parley::app {
namespace {

void add_serve(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_verb(cli, config, "serve", "Run the host");
    verb->add_option("--host", config.host, "Address to listen on (HOST)")->capture_default_str();
    verb->add_option("--port", config.port, "Port to listen on, 0 for any (PORT)")->capture_default_str();
    verb->add_option_function<std::string>(
        "--trusted-proxies",
        [&config](const std::string& list) {
            auto networks = IpNetwork::parse_list(list);
            if (!networks) throw CLI::ValidationError("--trusted-proxies", networks.error().message);
            config.trusted_proxies = std::move(*networks);
        },
        "Addresses or networks (10.0.0.0/8, ...) of reverse proxies, whose X-Forwarded-For is believed "
        "(TRUSTED_PROXIES)");
    verb->callback([&] { result = serve(config); });
}

void add_migrate(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_verb(cli, config, "migrate", "Bring the database's schema up to this version");
    auto only_show = std::make_shared<bool>(false);
    verb->add_flag("--dry-run", *only_show, "Only tell what would be done");
    verb->callback([&, only_show] { result = migrate_database(config, *only_show); });
}

void add_chat(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_verb(cli, config, "chat", "Talk to the bot in the terminal");
    auto options = std::make_shared<ChatOptions>();
    verb->add_option("--as", options->as, "Whose phone number you write from")->capture_default_str();
    verb->add_option("--group", options->group, "Write in a group, of this number if given")
        ->expected(0, 1)
        ->default_str("120363025246125486");
    verb->add_flag("--admin", options->admin, "Write as an admin");
    verb->add_option("--say", options->say, "Say this, print the answers, and end; may be repeated");
    verb->callback([&, options, verb] {
        auto& group = options->group;
        if (verb->count("--group") > 0 && group.empty()) group = "120363025246125486";
        if (group.ends_with("@g.us")) group.resize(group.size() - 5);  // as /id shows it
        result = chat(config, *options);
    });
}

void add_plugin(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "plugin", "See and control plugins");
    auto* list = add_verb(*verb, config, "list", "The plugins of the running host");
    auto as_json = std::make_shared<bool>(false);
    list->add_flag("--json", *as_json, "As JSON");
    list->callback([&, as_json] { result = list_plugins(config, *as_json); });

    auto* check = add_verb(*verb, config, "check", "Tell whether a file would load, without a running host");
    auto file = std::make_shared<std::string>();
    check->add_option("file", *file, "A plugin's .so")->required();
    check->callback([&, file] { result = check_plugin(config, *file); });

    for (const char* action : {"load", "reload", "unload", "enable", "disable"}) {
        auto* control = add_verb(*verb, config, action, std::string(action) + " a plugin of the running host");
        auto target = std::make_shared<std::string>();
        control->add_option("plugin", *target, "Its id (load: a file in the plugins directory; reload: also \"all\")")
            ->required();
        control->callback([&, action, target] { result = control_plugin(config, action, *target); });
    }
}

void add_send(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_verb(cli, config, "send", "Send a message through the running host");
    auto options = std::make_shared<SendOptions>();
    verb->add_option("to", options->to, "Number with country code, or a chat id")->required();
    auto* text = verb->add_option("text", options->text, "What to say");
    verb->add_option("--account", options->account, "Account to send by; otherwise the one there is");
    verb->add_option("--kind", options->kind, "location, contacts, interactive, template or poll, with --payload");
    auto* payload = verb->add_option("--payload", options->payload, "Its JSON: see docs/channels.md");
    verb->add_option("--wait", options->wait_s, "Seconds to wait until it is sent; 0: do not wait")
        ->capture_default_str()
        ->check(CLI::Range(0, 3600));
    verb->callback([&, options, text, payload] {
        if (text->empty() && payload->empty()) throw CLI::ValidationError("give a text, or --kind and --payload");
        result = send_message(config, *options);
    });
}

void add_dead(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "dead", "What could not be handled or sent");
    auto* list = add_verb(*verb, config, "list", "Show it, newest first");
    list->callback([&] { result = list_dead_letters(config); });
    auto* requeue = add_verb(*verb, config, "requeue", "Try one again");
    auto id = std::make_shared<std::string>();
    requeue->add_option("id", *id, "Its id, from the list")->required();
    requeue->callback([&, id] { result = requeue_dead_letter(config, *id); });
}

void add_doctor(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_verb(cli, config, "doctor", "Find out what is wrong, in words");
    verb->callback([&] { result = doctor(config); });
}

}  // namespace

CLI::App* add_verb(CLI::App& parent, config::Config& config, const std::string& name, const std::string& help) {
    auto* verb = parent.add_subcommand(name, help);
    verb->add_option("--data-dir", config.data_dir, "Where everything is kept (PARLEY_DATA_DIR)");
    verb->add_option("--plugins-dir", config.plugins_dir, "Where plugins are dropped (PARLEY_PLUGINS_DIR)");
    verb->add_option_function<std::string>(
        "--database-url", [&config](const std::string& url) { config.database_url = Secret(url); },
        "A PostgreSQL server instead of the embedded one (DATABASE_URL)");
    verb->add_option_function<std::string>(
            "--log-format",
            [&config](const std::string& format) {
                config.log_format = format == "json" ? LogFormat::json : LogFormat::human;
            },
            "human or json (LOG_FORMAT)")
        ->check(CLI::IsMember({"human", "json"}));
    return verb;
}

CLI::App* add_group(CLI::App& cli, const std::string& name, const std::string& help) {
    auto* group = cli.add_subcommand(name, help);
    group->require_subcommand(1);
    return group;
}

int fail(const std::string& why) {
    std::cerr << "parley: " << why << '\n';
    return 1;
}

int run_cli(int argc, char** argv) {
    // The trial load of a plugin runs in a process of its own and must not depend on anything else.
    if (argc == 3 && std::string_view(argv[1]) == "plugin-trial") return plugins::run_trial(std::atoi(argv[2]));

    // So does the reading of a document. It is confined by the end: no handler of exit() may want what it gave up.
    if (argc == 2 && std::string_view(argv[1]) == "extract-text") _exit(extract::run_child());

    auto environment = config::read_environment();
    if (!environment) return fail(environment.error().message);
    auto config = config::from_environment(*environment);
    if (!config) return fail(config.error().message);

    CLI::App cli("Parley: a WhatsApp bot host whose commands are shared libraries", "parley");
    cli.set_version_flag("--version", "parley " PARLEY_VERSION);
    cli.require_subcommand(1);
    int result = 0;
    add_serve(cli, *config, result);
    add_migrate(cli, *config, result);
    add_chat(cli, *config, result);
    add_plugin(cli, *config, result);
    add_send(cli, *config, result);
    add_account_verb(cli, *config, result);
    add_campaign_verb(cli, *config, result);
    add_template_verb(cli, *config, result);
    add_gpt_verb(cli, *config, result);
    add_takeover_verb(cli, *config, result);
    add_user_verb(cli, *config, result);
    add_dead(cli, *config, result);
    add_doctor(cli, *config, result);
    bench::add_verb(cli, result);
    add_completion_verb(cli);
    try {
        cli.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return cli.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& error) {
        return fail(error.what());
    }
    return result;
}

}  // namespace parley::app
