// The language model, as the settings have it.
#pragma once

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

}  // namespace parley::app
