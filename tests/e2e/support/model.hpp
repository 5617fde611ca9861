// A language model's server for a FakeProvider: what it streams, and the settings with which a host asks it.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>

#include "support/host.hpp"
#include "support/provider.hpp"

namespace parley::e2e {

// Answers of /v1/chat/completions.
net::Response says(const std::string& text, int input_tokens = 11, int output_tokens = 7);
// One call of a tool with these arguments (JSON), in two pieces.
net::Response wants(const std::string& tool, const std::string& arguments);

extern const FakeProvider::Routes model_routes;
// A server with one model, "mock-1": `chat` answers what is posted to it.
FakeProvider::Handle model_server(std::function<net::Response(const net::Request&)> chat);
// For a host that asks it, without limits and pauses; `more` goes over them.
Environment asking(const FakeProvider& model, Environment more = {});

// While it is closed, whoever passes waits.
class Gate {
public:
    void pass();
    void close();
    void open();
    // Until somebody has come to it since close(); throws std::runtime_error when nobody does.
    void wait_for_one();

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool open_ = true, reached_ = false;
};

}  // namespace parley::e2e
