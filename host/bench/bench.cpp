#include "bench/bench.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <stdexcept>

#include "bench/fanout.hpp"
#include "bench/floor.hpp"
#include "bench/machine.hpp"
#include "bench/model_server.hpp"
#include "bench/session.hpp"
#include "db/server_process.hpp"
#include "db/server_programs.hpp"

namespace parley::bench {
namespace {

struct Part {
    const char* name;
    void (*run)(Session&);
};

// In this order: later ones need what earlier ones found out, and say so by measuring it themselves when run alone.
constexpr Part parts[] = {{"start", measure_start},     {"saturation", measure_saturation},
                          {"half", measure_half_rate},  {"slow", measure_slow_gateway},
                          {"reload", measure_reload},   {"reports", measure_reports},
                          {"waiting", measure_waiting}, {"dispatch", report_dispatch},
                          {"gpt", measure_gpt},         {"ws", measure_sockets}};

std::string beside_program(const std::string& name) {
    std::string path(4096, '\0');
    const auto size = readlink("/proc/self/exe", path.data(), path.size());
    path.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    return path.substr(0, path.rfind('/')) + "/../" + name;
}

// A message that waits holds a few descriptors; the usual soft limit of 1024 is soon used up.
void raise_limits() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

void catch_signals() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupted = true; };
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
}

std::string database_version() {
    const auto user = db::server_user();
    if (!user) return "PostgreSQL: " + user.error().message;
    const auto programs = db::find_server_programs(*user, "", 0);
    if (!programs) return programs.error().message;
    const auto told = db::run(*user, {{programs->postgres, "--version"}, "/", ""}, std::chrono::seconds(5));
    return told ? told->output.substr(0, told->output.find('\n')) : "PostgreSQL " + std::to_string(programs->major);
}

void add_head(Session& session) {
    auto& report = session.report();
    const auto& options = session.options();
    const double write_us = probe_durable_write_us(session.directory("probe"));
    report.head("parley " PARLEY_VERSION "; " + describe_machine() + "; " + database_version() + "; fdatasync " +
                number(write_us, 0) + " us (" + number(1e6 / std::max(1.0, write_us), 0) + "/s) on " +
                filesystem_of(options.directory));
    report.head("everything on this machine; " + std::to_string(options.slots) + " messages on their way, " +
                std::to_string(options.connections) + " connections, " + std::to_string(options.chats) + " chats; " +
                number(options.seconds, 1) + " s after " + number(options.warm_up, 1) + " s of warm-up; medians of " +
                std::to_string(options.rounds) + " rounds, taken in turn");
}

int run(const Options& options) try {
    raise_limits();
    catch_signals();
    Session session(options);
    add_head(session);
    for (const auto& part : parts)
        if (options.only.empty() || options.only == part.name) part.run(session);
    session.report().print(std::cout);
    if (!options.json_file.empty()) {
        std::ofstream file(options.json_file);
        file << session.report().json() << '\n';
        if (!file) throw std::runtime_error("cannot write " + options.json_file);
    }
    return 0;
} catch (const Interrupted&) {
    std::cerr << "interrupted\n";
    return 130;
} catch (const std::exception& failure) {
    std::cerr << "parley bench: " << failure.what() << '\n';
    return 1;
}

void settle(Options& options, const CLI::App& verb) {
    if (options.plugins_dir.empty()) options.plugins_dir = beside_program("plugins");
    if (options.bench_plugins_dir.empty()) options.bench_plugins_dir = beside_program("bench-plugins");
    if (!options.quick) return;
    options.repeats = 0;
    if (verb.count("--rounds") == 0) options.rounds = 1;
    if (verb.count("--seconds") == 0) options.seconds = 3;
    if (verb.count("--warm-up") == 0) options.warm_up = 2;
}

void add_choice(CLI::App& verb, const std::shared_ptr<Options>& options) {
    std::vector<std::string> names;
    for (const auto& part : parts) names.emplace_back(part.name);
    verb.add_flag("--quick", options->quick, "One short round of everything, about a minute");
    verb.add_option("--only", options->only, "One part of the report")->check(CLI::IsMember(names));
    verb.add_flag_callback(
        "--ws", [options] { options->only = "ws"; }, "WebSockets alone: short for --only ws");
    verb.add_option("--ws-clients", options->sockets, "WebSocket clients")
        ->check(CLI::Range(2, 10'000))
        ->capture_default_str();
    verb.add_option("--ws-room", options->room_size, "Of them in each room")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb.add_flag_callback(
        "--gpt", [options] { options->only = "gpt"; }, "The language model alone: short for --only gpt");
}

void add_load(CLI::App& verb, Options& options) {
    verb.add_option("--rounds", options.rounds, "Rounds of what is compared")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    verb.add_option("--seconds", options.seconds, "Of a measured window")
        ->check(CLI::Range(0.5, 600.0))
        ->capture_default_str();
    verb.add_option("--warm-up", options.warm_up, "Seconds before it")
        ->check(CLI::Range(0.0, 60.0))
        ->capture_default_str();
    verb.add_option("--slots", options.slots, "Messages on their way at once, at saturation")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb.add_option("--connections", options.connections, "Of the webhook sender")
        ->check(CLI::Range(1, 4000))
        ->capture_default_str();
    verb.add_option("--chats", options.chats, "Different people who write")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verb.add_option("--gateway-delay", options.gateway_delay_ms, "Milliseconds a call of the slow gateway takes")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
    verb.add_option("--slow-slots", options.slow_slots, "Messages on their way at once while the gateway is slow")
        ->check(CLI::Range(1, 20'000))
        ->capture_default_str();
    verb.add_option("--reports", options.reports, "Delivery reports a second, beside a quarter as many messages")
        ->check(CLI::Range(40.0, 100'000.0))
        ->capture_default_str();
    verb.add_option("--waiting", options.waiting, "Handlers that wait at once")
        ->check(CLI::Range(1, 20'000))
        ->capture_default_str();
}

void add_places(CLI::App& verb, Options& options) {
    verb.add_option("--against", options.against,
                    "Another server's webhook, http://127.0.0.1:PORT/PATH: it answers /echo, posts its replies to the "
                    "fake gateway, and "
                    "takes webhooks signed with \"bench webhook secret\"");
    verb.add_option("--gateway-port", options.gateway_port, "Of the fake gateway, for --against; 0 for any")
        ->capture_default_str();
    verb.add_option("--json", options.json_file, "Also write the report here");
    verb.add_option("--plugins-dir", options.plugins_dir,
                    "The plugins to run with; the ones beside this program otherwise");
    verb.add_option("--bench-plugins-dir", options.bench_plugins_dir)->group("");
    verb.add_option("--dir", options.directory, "Where the servers' data goes meanwhile; should be a real disk")
        ->capture_default_str();
}

// The servers that it starts itself, each in a process of its own.
struct OwnServers {
    FloorOptions floor;
    ModelServerOptions model;
    std::uint16_t fanout_port = 0;
};

void add_own_servers(CLI::App& verb, OwnServers& own) {
    verb.add_option("--as-fanout", own.fanout_port)->group("");
    verb.add_option("--as-floor", own.floor.port)->group("");
    verb.add_option("--floor-gateway", own.floor.gateway_port)->group("");
    verb.add_option("--as-model", own.model.port)->group("");
}

// None: it is the bench itself that was asked for.
std::optional<int> run_own_server(OwnServers& own, const Options& options) {
    if (own.model.port != 0) {
        own.model.directory = options.directory;
        return run_model_server(own.model);
    }
    if (own.fanout_port != 0) return run_fanout(own.fanout_port);
    if (own.floor.port == 0) return std::nullopt;
    catch_signals();
    own.floor.directory = options.directory;
    const char* secret = std::getenv("GATEWAY_WEBHOOK_SECRET");
    own.floor.secret = secret ? secret : "";
    return run_floor(own.floor);
}

}  // namespace

void add_verb(CLI::App& cli, int& result) {
    auto* verb = cli.add_subcommand("bench", "Measure this program on this machine, against its own floor and others");
    const auto options = std::make_shared<Options>();
    const auto own = std::make_shared<OwnServers>();
    add_choice(*verb, options);
    add_load(*verb, *options);
    add_places(*verb, *options);
    add_own_servers(*verb, *own);
    verb->callback([options, own, verb, &result] {
        if (const auto ended = run_own_server(*own, *options)) {
            result = *ended;
            return;
        }
        settle(*options, *verb);
        result = run(*options);
    });
}

}  // namespace parley::bench
