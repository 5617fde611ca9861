// What all questions to the model share. Outlives the Provider for as long as a question is under way. [I/O thread]
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <random>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "gpt/discovery.hpp"
#include "gpt/errors.hpp"
#include "gpt/options.hpp"
#include "gpt/profile.hpp"
#include "net/client.hpp"

namespace parley::gpt {

// How long things may take, whatever the deadline of a question says.
struct Patience {
    std::chrono::milliseconds question{90'000};  // all attempts together, when the question has no deadline
    std::chrono::milliseconds whole{180'000};    // ... and when it has one
    std::chrono::milliseconds idle{60'000};      // that a model may say nothing for, not even a comment
    std::chrono::milliseconds linger{1'000};     // for what may come behind the last word: usage, the end of the body
    RetryRules retries;
};

struct Core {
    Executor& executor;
    net::Client& client;
    ReadOptions options;
    Logger log;
    Patience patience;
    Discovery discovery;
    Profiles profiles{};
    std::atomic<int> context{0};  // of the chat model, tokens; 0: not known yet
    std::mt19937_64 random{std::random_device()()};

    double chance() { return std::uniform_real_distribution<double>(0, 1)(random); }

    // When a question with this deadline is given up at the latest.
    SteadyTime limit(SteadyTime deadline) const {
        const auto now = std::chrono::steady_clock::now();
        return deadline == SteadyTime{} ? now + patience.question : std::min(deadline, now + patience.whole);
    }
};

inline std::chrono::milliseconds left_until(SteadyTime deadline) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
}

// A request to a path of the API, with the key if there is one. The address is the operator's own, so it may be
// private.
net::ClientRequest api_request(const Options& options, std::string url, std::string body, std::string_view content_type,
                               SteadyTime deadline);

// Words of a server, which may repeat the key that it was shown.
std::string without_key(std::string words, const Secret& key);

inline ModelError not_configured() {
    return {Fault::not_configured,
            "no language model is configured: set openai_api_key, or openai_base_url for a server of your own",
            {}};
}

}  // namespace parley::gpt
