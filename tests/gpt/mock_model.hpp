// A model on a real socket that answers as the test says, byte by byte, and a provider that asks it.
#pragma once

#include <boost/json/value.hpp>
#include <catch2/catch.hpp>
#include <deque>
#include <functional>
#include <future>
#include <mutex>

#include "gpt/provider.hpp"
#include "net/fixtures.hpp"
#include "net/raw_socket.hpp"
#include "support/result_printer.hpp"

namespace parley::test {

struct Asked {
    std::string method, path, head, body;
    boost::json::value json() const;
};

// The other end of one request.
class Wire {
public:
    explicit Wire(RawSocket& socket) : socket_(socket) {}

    void answer(int status, const std::string& body, const std::string& type = "application/json",
                const std::string& fields = "");
    // A stream: begin(), event() for each, end(). What is sent by bytes() stands outside any event.
    void begin(const std::string& type = "text/event-stream");
    void event(const std::string& data) { bytes("data: " + data + "\n\n"); }
    void bytes(const std::string& text);
    void end();
    void stream(std::initializer_list<std::string> events);
    // Ends the connection without another word.
    void cut() { cut_ = true; }
    void reset() {
        socket_.reset();
        cut_ = true;
    }
    // Waits until the other side has gone, for at most `ms`.
    bool abandoned_within(int ms) { return socket_.closed_within(ms); }
    bool is_cut() const { return cut_; }

private:
    RawSocket& socket_;
    bool cut_ = false;
};

class MockModel {
public:
    using Talk = std::function<void(const Asked&, Wire&)>;

    MockModel();

    // How the next questions are answered, one after the other, the last one for all that follow. Lists of models are
    // answered by themselves.
    void script(std::deque<Talk> talks);
    void list_models(std::string json, std::string path = "/v1/models");

    std::vector<Asked> asked() const;
    std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }

private:
    void talk(RawSocket& socket);
    Talk next();

    mutable std::mutex mutex_;
    std::deque<Talk> talks_;
    std::string models_ = R"({"object":"list","data":[{"id":"mock-1"}]})", models_path_ = "/v1/models";
    std::vector<Asked> asked_;
    RawServer server_;
};

// A provider with little patience that asks the mock.
class Asking {
public:
    explicit Asking(gpt::Patience patience = quick());
    ~Asking();

    static gpt::Patience quick();

    template <class T, class Request>
    gpt::Outcome<T> ask(void (gpt::Model::*what)(Request, gpt::Done<T>), Request request) {
        auto promise = std::make_shared<std::promise<gpt::Outcome<T>>>();
        auto future = promise->get_future();
        thread.loop.post([this, what, promise, request = std::move(request)]() mutable {
            (static_cast<gpt::Model*>(provider.get())->*what)(
                std::move(request), [promise](gpt::Outcome<T> outcome) { promise->set_value(std::move(outcome)); });
        });
        if (future.wait_for(std::chrono::seconds(20)) != std::future_status::ready)
            throw std::runtime_error("no answer");
        return future.get();
    }
    gpt::Outcome<gpt::ChatAnswer> chat(gpt::ChatRequest request) {
        return ask<gpt::ChatAnswer>(&gpt::Model::chat, std::move(request));
    }
    gpt::Outcome<gpt::ChatAnswer> chat(const std::string& question = "hi");
    // The text of the answer, or why there is none.
    std::string said(gpt::ChatRequest request);
    std::string said();
    // Why there is no answer; the test fails when there is one.
    gpt::Fault fault(gpt::ChatRequest request);
    gpt::Fault fault();

    MockModel model;
    gpt::Options options;  // change it between questions only
    gpt::Convert convert;  // set it before the first question
    LoopThread thread;
    WorkerPool workers{1};
    std::unique_ptr<net::Client> client;
    std::unique_ptr<gpt::Provider> provider;
};

gpt::ChatRequest question(const std::string& text = "hi");
gpt::ChatRequest question_with_tool();  // weather(city)

// Chunks of a streamed answer.
std::string delta(const std::string& text);
std::string finish(const std::string& reason = "stop");
extern const std::string usage_chunk;  // 11 in, 7 out
// A whole good answer.
MockModel::Talk says(const std::string& text);
MockModel::Talk refuses(int status, const std::string& body, const std::string& fields = "");

}  // namespace parley::test
