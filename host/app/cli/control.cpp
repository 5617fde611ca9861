#include <boost/json.hpp>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <thread>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "net/form.hpp"
#include "plugins/runtime.hpp"

namespace parley::app {

namespace json = boost::json;

int list_plugins(const config::Config& config, bool as_json) {
    const auto answer = ControlClient(completed(config)).list("/api/v1/plugins");
    if (!answer) return fail(answer.error().message);
    if (as_json) {
        std::cout << json::serialize(*answer) << '\n';
        return 0;
    }
    std::cout << std::left << std::setw(14) << "PLUGIN" << std::setw(10) << "VERSION" << std::setw(13) << "STATE"
              << std::setw(5) << "GEN" << std::setw(9) << "CALLS" << std::setw(7) << "FAILED"
              << "COMMANDS\n";
    for (const auto& item : *answer) {
        const auto& plugin = item.as_object();
        std::cout << std::setw(14) << text_of(plugin, "id") << std::setw(10) << text_of(plugin, "version")
                  << std::setw(13) << text_of(plugin, "state") << std::setw(5) << text_of(plugin, "generation")
                  << std::setw(9) << text_of(plugin, "calls") << std::setw(7) << text_of(plugin, "failures")
                  << words_of(plugin, "commands") << '\n';
        if (const auto error = text_of(plugin, "error"); !error.empty()) std::cout << "    " << error << '\n';
    }
    return 0;
}

int check_plugin(const config::Config& config, const std::string& file) {
    plugins::RuntimeOptions options;
    options.plugins_dir = config.plugins_dir;
    options.canary_program = "/proc/self/exe";
    const auto report = plugins::check_file(file, options);
    if (report.manifest) {
        const auto& manifest = *report.manifest;
        std::cout << manifest.id << " " << manifest.version << ", ABI " << manifest.abi_major << "."
                  << manifest.abi_minor << "\n";
        std::string commands, capabilities;
        for (const auto& name : manifest.commands) commands += " " + name;
        for (const auto& name : manifest.capabilities) capabilities += " " + name;
        std::cout << "commands:" << commands << "\ncapabilities:" << capabilities << '\n';
    }
    for (const auto& warning : report.warnings) std::cout << "warning: " << warning << '\n';
    for (const auto& problem : report.problems) std::cerr << "problem: " << problem << '\n';
    if (report.problems.empty()) std::cout << "It would load.\n";
    return report.problems.empty() ? 0 : 1;
}

int control_plugin(const config::Config& config, const std::string& action, const std::string& target) {
    const auto answer =
        ControlClient(completed(config)).post("/api/v1/plugins/" + net::percent_encode(target) + "/" + action);
    if (!answer) return fail(answer.error().message);
    std::cout << text_of(answer->as_object(), "outcome") << '\n';
    return 0;
}

namespace {

// Why what is queued at this account is not sent yet, as far as one can tell from outside.
std::string why_waiting(const json::array& accounts, const std::string& name) {
    for (const auto& item : accounts) {
        const auto& account = item.as_object();
        const auto* live = account.if_contains("live");
        if (!live || text_of(account, "name") != name) continue;
        const auto& state = live->as_object();
        if (const auto why = text_of(state, "halted_because"); !why.empty()) return "cannot send: " + why;
        if (const auto why = text_of(state, "last_failure"); !why.empty()) return "has trouble: " + why;
        if (number_of(state, "in_doubt") > 0) return "waits for the provider to tell whether it has it";
        if (number_of(state, "sending") > 0) return "is at it, and the provider has not answered yet";
        return "has " + text_of(state, "waiting") + " messages to send before it";
    }
    return "does not run";
}

int tell_waiting(const ControlClient& host, const std::string& id, const std::string& account) {
    const auto accounts = host.list("/api/v1/accounts");
    if (!accounts) return fail(accounts.error().message);
    std::cout << "message " << id << " is queued: account " << account << " "
              << printable(why_waiting(*accounts, account)) << "\nIt is sent as soon as that is over.\n";
    return 0;
}

// Where a message stands; one in pieces has left when all have.
struct Standing {
    std::string status, error;
};

Standing standing_of(const json::object& message) {
    Standing whole{text_of(message, "status"), text_of(message, "error")};
    const auto* pieces = message.if_contains("pieces");
    if (!pieces) return whole;
    for (const auto& item : pieces->as_array()) {
        const auto& piece = item.as_object();
        const auto status = text_of(piece, "status");
        if (status == "failed") return {status, text_of(piece, "error")};
        if (status == "queued") whole.status = status;
    }
    return whole;
}

}  // namespace

int send_message(const config::Config& config, const SendOptions& options) {
    const ControlClient host(completed(config));
    json::object message{{"to", options.to}};
    if (!options.text.empty()) message["text"] = options.text;
    if (!options.account.empty()) message["account"] = options.account;
    if (!options.kind.empty()) message["kind"] = options.kind;
    if (!options.payload.empty()) message["payload"] = options.payload;
    const auto answer = host.post("/api/v1/messages", json::serialize(message));
    if (!answer) return fail(answer.error().message);
    const std::string id = text_of(answer->as_object(), "id");
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(options.wait_s);
    while (options.wait_s > 0) {
        const auto state = host.get("/api/v1/messages/" + id);
        if (!state) return fail(state.error().message);
        const auto& told = state->as_object();
        const auto [status, error] = standing_of(told);
        if (status == "failed") return fail("message " + id + " failed: " + printable(error));
        if (status != "queued") {
            std::cout << "message " << id << " is " << status << '\n';
            return 0;
        }
        if (std::chrono::steady_clock::now() >= until) return tell_waiting(host, id, text_of(told, "account"));
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    std::cout << "message " << id << " is queued\n";
    return 0;
}

int list_dead_letters(const config::Config& config) {
    const auto answer = ControlClient(completed(config)).list("/api/v1/dead-letters?limit=200");
    if (!answer) return fail(answer.error().message);
    for (const auto& item : *answer) {
        const auto& letter = item.as_object();
        std::cout << text_of(letter, "id") << "  " << text_of(letter, "created_at") << "  " << text_of(letter, "kind")
                  << "\n    " << printable(text_of(letter, "reason")) << "\n    "
                  << printable(text_of(letter, "content").substr(0, 200)) << '\n';
    }
    if (answer->empty()) std::cout << "There are no dead letters.\n";
    return 0;
}

int requeue_dead_letter(const config::Config& config, const std::string& id) {
    const auto answer =
        ControlClient(completed(config)).post("/api/v1/dead-letters/" + net::percent_encode(id) + "/requeue");
    if (!answer) return fail(answer.error().message);
    std::cout << "requeued\n";
    return 0;
}

}  // namespace parley::app
