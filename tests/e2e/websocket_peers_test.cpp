// Our WebSockets as others see them: the npm package `ws`, and a browser where there is one.
#include <catch2/catch.hpp>
#include <csignal>
#include <fstream>

#include "../net/fixtures.hpp"
#include "net/event_stream.hpp"
#include "net/websocket.hpp"
#include "support/npm.hpp"
#include "support/paths.hpp"

using namespace parley;
using namespace parley::test;

namespace {

std::string peer_file(const std::string& name) {
    std::ifstream file(source_path("tests/e2e/websocket/" + name));
    return {std::istreambuf_iterator<char>(file), {}};
}

void echo(const std::shared_ptr<net::WebSocket>& socket) {
    socket->on_message = [peer = std::weak_ptr(socket)](std::string text) {
        auto to = peer.lock();
        bool close = text.starts_with("close ");
        auto code = close ? std::stoi(text.substr(6)) : 0;
        to->send(std::make_shared<const std::string>(std::move(text)));
        if (close) to->close(static_cast<std::uint16_t>(code), "as you wish: ¡adiós!");
    };
}

// What the peers expect: /echo, /impatient (pings after 200 ms), /flood (much for everybody there, after "go").
struct PeerServer {
    std::vector<std::weak_ptr<net::WebSocket>> flooded;
    std::shared_ptr<const std::string> water = std::make_shared<const std::string>(10'000, 'w');
    int left = 0;
    std::promise<std::string> result;
    std::unique_ptr<TestServer> server;

    PeerServer() {
        server = std::make_unique<TestServer>([this](net::Router& router) { add_routes(router); });
    }

    void add_routes(net::Router& router) {
        router.add_websocket("/echo", [](net::Request request, std::unique_ptr<net::Upgrade> upgrade) {
            auto offered = net::offered_subprotocols(request);
            if (!offered.empty()) upgrade->subprotocol = offered.back();
            upgrade->accept({}, echo);
        });
        router.add_websocket("/impatient", [](net::Request, std::unique_ptr<net::Upgrade> upgrade) {
            net::WebSocketLimits limits;
            limits.idle_timeout_ms = 400;
            upgrade->accept(limits, echo);
        });
        router.add_websocket("/flood", [this](net::Request, std::unique_ptr<net::Upgrade> upgrade) {
            net::WebSocketLimits limits;
            limits.max_queue = 300;
            limits.max_queue_bytes = 4 << 20;
            upgrade->accept(limits, [this](const std::shared_ptr<net::WebSocket>& socket) {
                flooded.push_back(socket);
                socket->on_message = [this](const std::string&) {
                    left = 3000;
                    flood();
                };
            });
        });
        router.add("GET", "/page", [](net::Request, net::Responder respond) {
            respond(net::Response::html(200, peer_file("browser.html")));
        });
        router.add("GET", "/events", [](net::Request request, net::Responder respond) {
            auto last = std::string(request.headers.get("Last-Event-ID"));
            respond(net::event_stream({}, [last](const std::shared_ptr<net::EventStream>& stream) {
                auto send = [&](net::ServerSentEvent event) {
                    stream->send(std::make_shared<const std::string>(net::encode_event(event)));
                };
                if (last.empty()) {
                    send({"1", "", "one\ntwo", 10});
                } else {
                    send({std::to_string(std::stoi(last) + 1), "", "again", 10});
                }
                stream->close();  // the reader comes back
            }));
        });
        router.add("POST", "/result", [this](const net::Request& request, net::Responder respond) {
            respond(net::Response::text(200, "thanks"));
            result.set_value(request.body);
        });
    }

    // Fifty a time, for as long as somebody still reads.
    void flood() {
        for (int i = 0; i < 50; ++i, --left) {
            for (auto& peer : flooded) {
                if (auto socket = peer.lock()) socket->send(water);
            }
        }
        if (left > 0) server->thread.loop.after(std::chrono::milliseconds(20), [this] { flood(); });
    }
};

net::TlsFiles certificate(const TempDirectory& folder) {
    net::TlsFiles files{folder.path() + "/cert.pem", folder.path() + "/key.pem"};
    auto command =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
        "-addext subjectAltName=IP:127.0.0.1 -keyout " +
        files.key + " -out " + files.certificate + " >/dev/null 2>&1 </dev/null";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("openssl");
    return files;
}

std::optional<std::string> find_browser() {
    for (const char* path : {"/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"}) {
        if (std::filesystem::exists(path)) return path;
    }
    return {};
}

}  // namespace

TEST_CASE("the npm package ws finds nothing wrong, over TCP and over TLS") {
    const auto package = e2e::npm_package("ws", "8.23.0");
    if (!package) {
        WARN("skipped: the npm package ws cannot be had; it wants npm and its registry");
        return;
    }
    TempDirectory folder;
    PeerServer it;
    std::uint16_t secure = 0;
    it.server->on_loop([&] { secure = it.server->server->listen_tls("127.0.0.1", 0, certificate(folder)).value(); });
    const auto outcome = e2e::run_node(
        *package, peer_file("ws_peer.cjs"),
        {"ws://127.0.0.1:" + std::to_string(it.server->port), "wss://127.0.0.1:" + std::to_string(secure)});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.code == 0);
}

TEST_CASE("a browser finds nothing wrong") {
    const auto browser = find_browser();
    if (!browser) {
        WARN("skipped: there is no Chromium; scripts/setup browser installs it");
        return;
    }
    PeerServer it;
    TempDirectory profile;
    auto result = it.result.get_future();
    test::Process process(
        {*browser, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
         "--user-data-dir=" + profile.path(), "http://127.0.0.1:" + std::to_string(it.server->port) + "/page"},
        {{"HOME", profile.path()}, {"PATH", "/usr/bin:/bin"}}, profile.path() + "/out", profile.path() + "/err");
    const bool told = result.wait_for(60s) == std::future_status::ready;
    process.signal(SIGTERM);
    process.wait(10s);
    INFO(test::read_text(profile.path() + "/err"));
    REQUIRE(told);
    const auto text = result.get();
    INFO(text);
    CHECK(text.find("FAILED") == std::string::npos);
    CHECK(text.find("ok events, resumed") != std::string::npos);
}
