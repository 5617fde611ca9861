// What the tests of channels against Prism have in common.
#pragma once

#include <catch2/catch.hpp>
#include <functional>
#include <optional>
#include <utility>

#include "net/client.hpp"
#include "net/loop.hpp"
#include "support/prism.hpp"

namespace parley::test {

// True, with a warning that says why, where there can be no Prism for this description.
inline bool skipped_without_prism(const std::string& description) {
    const std::string why = Prism::missing(description);
    if (why.empty()) return false;
    WARN("skipped: " << why);
    return true;
}

// A client and its loop, which runs while somebody waits.
struct LoopedClient {
    net::Loop loop{Logger()};
    net::Client client{loop, {}, Logger()};

    // Runs the loop until what `start` began calls its `done`; fails the test after thirty seconds.
    template <class T>
    T await(std::function<void(std::function<void(T)>)> start) {
        std::optional<T> result;
        loop.post([&] {
            start([&](T value) {
                result.emplace(std::move(value));
                loop.stop();
            });
        });
        const Executor::TimerId deadline = loop.after(std::chrono::seconds(30), [this] { loop.stop(); });
        loop.run();
        loop.cancel(deadline);
        REQUIRE(result);
        return std::move(*result);
    }
};

}  // namespace parley::test
