// The other end of an API: takes every request of some routes, remembers it, and answers as the test says. Runs a
// server on a thread of its own; everything here may be called from any thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/http.hpp"

namespace parley::e2e {

class FakeProvider {
public:
    using Routes = std::vector<std::pair<std::string, std::string>>;  // method, pattern
    // On the provider's thread. Nothing: the request is taken, and the connection is cut before an answer.
    using Handle = std::function<std::optional<net::Response>(const net::Request&)>;

    FakeProvider(const Routes& routes, Handle handle);  // throws std::runtime_error when it cannot listen
    ~FakeProvider();

    std::string url() const;
    void answer_with(Handle handle);
    // Not listening, every connection cut; and back on the same port.
    void go_down();
    void come_up();

    // All so far, in order of arrival.
    std::vector<net::Request> requests() const;
    std::vector<net::Request> requests_to(const std::string& path) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace parley::e2e
