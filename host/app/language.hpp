// The language model, as the settings have it.
#pragma once

#include <boost/json/fwd.hpp>

#include "config/settings.hpp"
#include "gpt/provider.hpp"

namespace parley::app {

class Language {
public:
    struct Parts {
        Executor& executor;
        net::Client& client;
        WorkerPool& workers;
        const config::Settings& settings;
        gpt::Convert convert;  // for kinds of recordings that no server takes
        Logger log;
    };
    explicit Language(Parts parts);

    gpt::Model& model() { return provider_; }
    gpt::Provider& provider() { return provider_; }

private:
    gpt::Provider provider_;
};

// [any thread] As the settings are now.
gpt::Options language_options(const config::Settings& settings);
// As values of settings by name have it: what is not there is not configured.
gpt::Options language_options(const config::Settings::Values& values);

// What a probe found, as the API tells it.
boost::json::object to_json(const gpt::Probed& probed);

// How long a probe may take; who waits for its answer waits a little longer.
constexpr std::chrono::seconds probe_within{100};

}  // namespace parley::app
