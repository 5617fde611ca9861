// What all questions to the model share. Outlives the Provider for as long as a question is under way. [I/O thread]
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <random>

#include "core/executor.hpp"
#include "core/log.hpp"
#include "core/worker_pool.hpp"
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

// Bytes that take long enough to put into a request, or to read out of an answer, to hold up everybody else.
constexpr std::size_t large = 128 << 10;

struct Core {
    Executor& executor;
    net::Client& client;
    WorkerPool& workers;
    ReadOptions options;
    Convert convert;
    Logger log;
    Patience patience;
    Discovery discovery;
    Profiles profiles{};
    std::atomic<int> context{0};                                         // of the chat model, tokens; 0: not known yet
    TokenScale scale{};                                                  // of the chat model
    std::map<std::pair<std::string, std::string>, TokenScale> scales{};  // of all, by endpoint and name
    std::mt19937_64 random{std::random_device()()};

    double chance() { return std::uniform_real_distribution<double>(0, 1)(random); }

    // Of one model. The reference is good until the next call.
    TokenScale& scale_of(const Endpoint& endpoint, const std::string& model);

    // When a question with this deadline is given up at the latest.
    SteadyTime limit(SteadyTime deadline) const {
        const auto now = std::chrono::steady_clock::now();
        return deadline == SteadyTime{} ? now + patience.question : std::min(deadline, now + patience.whole);
    }

    // Calls `then`, on the I/O thread, with what `make` makes: here and now when it is about a few bytes, else made by
    // a worker. Nobody may change meanwhile what `make` looks at.
    template <class Make, class Then>
    void away(std::size_t bytes, Make make, Then then);
};

template <class Make, class Then>
void Core::away(std::size_t bytes, Make make, Then then) {
    if (bytes < large) return then(make());
    struct Work {
        Make make;
        Then then;
    };
    auto work = std::make_shared<Work>(Work{std::move(make), std::move(then)});
    // Whoever runs `then` has it alone, so that nothing of it is freed on another thread.
    const bool taken = workers.submit([&executor = executor, work]() mutable {
        auto made = work->make();
        executor.post([work = std::move(work), made = std::move(made)]() mutable { work->then(std::move(made)); });
    });
    // Thousands wait there already: rather late and here than not at all.
    if (!taken) work->then(work->make());
}

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
