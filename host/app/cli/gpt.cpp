// `parley gpt test`: what the language model at an address can do, in words. The running host asks with its settings;
// without one, or about another address, this process asks by itself.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <future>
#include <iomanip>
#include <iostream>
#include <thread>

#include "app/cli/cli.hpp"
#include "app/cli/control_client.hpp"
#include "app/cli/format.hpp"
#include "app/language.hpp"

namespace parley::app {
namespace {

namespace json = boost::json;

struct Words {
    std::string base_url, model, profile;
    bool as_json = false;
    bool elsewhere() const { return !base_url.empty() || !model.empty() || !profile.empty(); }
};

// A loop, a client and a provider for as long as the questions take.
json::object ask_here(const gpt::Options& options) {
    net::Loop loop{Logger()};
    std::thread thread([&loop] { loop.run(); });
    WorkerPool workers(1);
    std::unique_ptr<net::Client> client;
    std::unique_ptr<gpt::Provider> provider;
    std::promise<gpt::Probed> found;
    loop.post([&] {
        client = std::make_unique<net::Client>(loop, net::ClientOptions{}, Logger());
        provider = std::make_unique<gpt::Provider>(
            gpt::Provider::Parts{loop, *client, workers, [options] { return options; }, {}, Logger()});
        provider->probe(probe_within, [&](gpt::Probed probed) { found.set_value(std::move(probed)); });
    });
    const auto probed = found.get_future().get();
    std::promise<void> gone;
    loop.post([&] {
        provider.reset();
        client.reset();
        gone.set_value();
    });
    gone.get_future().wait();
    loop.stop();
    thread.join();
    return to_json(probed);
}

gpt::Options options_of(const config::Config& config, const Words& words) {
    auto options = language_options(config::Settings::from_environment(config.environment));
    if (!words.base_url.empty()) options.base_url = words.base_url;
    if (!words.model.empty()) options.model = words.model;
    if (!words.profile.empty()) options.profile = words.profile;
    return options;
}

int show(const json::object& found, bool as_json) {
    bool good = true;
    for (const auto& item : found.at("items").as_array()) good = good && text_of(item.as_object(), "result") != "fails";
    if (as_json) {
        std::cout << json::serialize(found) << '\n';
        return good ? 0 : 1;
    }
    for (const auto& item : found.at("items").as_array()) {
        const auto& line = item.as_object();
        const auto result = text_of(line, "result");
        std::cout << std::left << std::setw(9)
                  << (result == "works"   ? "ok"
                      : result == "lacks" ? "lacks"
                                          : "PROBLEM")
                  << printable(text_of(line, "what")) << '\n';
        if (const auto advice = text_of(line, "advice"); !advice.empty())
            std::cout << "         " << printable(advice) << '\n';
    }
    if (const auto profile = text_of(found, "profile"); !profile.empty()) std::cout << "profile  " << profile << '\n';
    std::cout << "used     " << text_of(found, "input_tokens") << " tokens in, " << text_of(found, "output_tokens")
              << " out\n";
    return good ? 0 : 1;
}

int test(const config::Config& given, const Words& words) {
    const auto config = completed(given);
    const ControlClient host(config);
    if (words.elsewhere() || access(host.socket().c_str(), F_OK) != 0) {
        const auto options = options_of(config, words);
        if (!options.configured())
            return fail(
                "no host runs on this data directory, and the environment names no language model: set "
                "OPENAI_API_KEY or OPENAI_BASE_URL, or say --base-url");
        std::cerr << "Asking with the settings of the environment.\n";
        return show(ask_here(options), words.as_json);
    }
    std::cerr << "Asking with the settings of the running host.\n";
    const auto wait = std::chrono::milliseconds(probe_within + std::chrono::seconds(15));
    const auto answer = host.post("/api/v1/gpt/test", "", static_cast<int>(wait.count()));
    if (!answer) return fail(answer.error().message);
    return show(answer->as_object(), words.as_json);
}

}  // namespace

void add_gpt_verb(CLI::App& cli, config::Config& config, int& result) {
    auto* verb = add_group(cli, "gpt", "The language model");
    auto* made = add_verb(*verb, config, "test", "Find out by asking whether it is there and what it can do");
    auto words = std::make_shared<Words>();
    made->add_option("--base-url", words->base_url, "Another server, with the environment's OPENAI_API_KEY if any");
    made->add_option("--model", words->model, "Another model");
    made->add_option("--profile", words->profile, "Instead of openai_profile, as \"cap=max_tokens tools=no\"");
    made->add_flag("--json", words->as_json, "As JSON");
    made->callback([&, words] { result = test(config, *words); });
}

}  // namespace parley::app
