#include "bench/model_server.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <csignal>
#include <iostream>
#include <stdexcept>
#include <thread>

#include "bench/server.hpp"
#include "core/json_reader.hpp"
#include "net/local_client.hpp"
#include "net/loop.hpp"
#include "net/server.hpp"

namespace parley::bench {
namespace {

using namespace std::chrono_literals;

std::string socket_in(const std::string& directory) {
    return directory + "/model.sock";
}

std::string last_line_of(const std::string& body) {
    const auto parsed = parse_json(body);
    if (!parsed) return "?";
    JsonProblem problem;
    const auto messages = JsonReader(*parsed, problem)["messages"];
    const auto text = messages[messages.size() - 1]["content"].string_or("?");
    return text.substr(text.rfind('\n') + 1);
}

net::Response answer_with(const std::string& text) {
    const boost::json::object delta{{"content", text}};
    const boost::json::object chunk{{"model", "bench"},
                                    {"choices", {{{"index", 0}, {"delta", delta}, {"finish_reason", nullptr}}}}};
    net::Response response;
    response.headers.set("Content-Type", "text/event-stream");
    response.body = "data: " + boost::json::serialize(chunk) +
                    "\n\ndata: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
                    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":500,\"completion_tokens\":20}}\n\n"
                    "data: [DONE]\n\n";
    return response;
}

struct Held {
    net::Responder respond;
    std::string text;
};

class Model {
public:
    explicit Model(net::Router& router) {
        net::RouteLimits patient;
        patient.deadline_ms = 900'000;
        router.add(
            "POST", "/v1/chat/completions",
            [this](net::Request request, net::Responder respond) {
                auto text = last_line_of(request.body);
                if (!holding_) return respond(answer_with(text));
                held_.push_back({std::move(respond), std::move(text)});
            },
            patient);
        router.add("GET", "/v1/models", [](net::Request, net::Responder respond) {
            respond(net::Response::json(200, R"({"object":"list","data":[{"id":"bench","context_length":32768}]})"));
        });
        net::RouteLimits local;
        local.local_only = true;
        router.add(
            "POST", "/hold", [this](net::Request, net::Responder respond) { set(true, std::move(respond)); }, local);
        router.add(
            "POST", "/go", [this](net::Request, net::Responder respond) { set(false, std::move(respond)); }, local);
        router.add(
            "POST", "/held",
            [this](net::Request, net::Responder respond) {
                respond(net::Response::text(200, std::to_string(held_.size())));
            },
            local);
    }

private:
    void set(bool on, net::Responder respond) {
        holding_ = on;
        if (!on)
            for (auto& held : std::exchange(held_, {})) held.respond(answer_with(held.text));
        respond(net::Response::text(200, "ok"));
    }

    bool holding_ = false;
    std::vector<Held> held_;
};

}  // namespace

int run_model_server(const ModelServerOptions& options) {
    net::Loop loop{Logger()};
    net::Router router;
    Model model(router);
    net::ServerOptions many;
    many.max_connections = 100'000;
    net::Server server(loop, router, many, Logger());
    std::string problem;
    loop.post([&] {
        const auto bound = server.listen("127.0.0.1", options.port);
        const auto local = bound ? server.listen_local(socket_in(options.directory)) : Result<void>(bound.error());
        if (!local) problem = local.error().message;
        if (!local) loop.stop();
    });
    for (const int signal : {SIGTERM, SIGINT}) loop.on_signal(signal, [&] { loop.stop(); });
    loop.run();
    if (!problem.empty()) std::cerr << problem << '\n';
    return problem.empty() ? 0 : 1;
}

ModelServer::ModelServer(const std::string& directory)
    : socket_(socket_in(directory)),
      port_(free_port()),
      process_({own_program(), "bench", "--as-model", std::to_string(port_), "--dir", directory}, {}, directory,
               directory + "/model.log") {
    for (int i = 0; i < 100; ++i) {
        if (!ask("/held").empty()) return;
        std::this_thread::sleep_for(50ms);
    }
    throw std::runtime_error("the played language model does not come up, see " + directory + "/model.log");
}

std::string ModelServer::ask(const std::string& path) const {
    const auto answer = net::local_request(socket_, "POST", path, "", 30'000);
    return answer ? answer->body : std::string();
}

void ModelServer::hold(bool on) {
    ask(on ? "/hold" : "/go");
}

unsigned ModelServer::held() const {
    const auto count = ask("/held");
    return count.empty() ? 0 : static_cast<unsigned>(std::stoul(count));
}

}  // namespace parley::bench
