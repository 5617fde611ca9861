#include "bench/fanout.hpp"

#include <csignal>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "net/server.hpp"
#include "net/websocket.hpp"

namespace parley::bench {
namespace {

using Members = std::vector<std::shared_ptr<net::WebSocket>>;

class Rooms {
public:
    void enter(const std::string& room, const std::shared_ptr<net::WebSocket>& socket) {
        auto& members = rooms_[room];
        members.push_back(socket);
        socket->on_message = [&members](std::string text) {
            const auto shared = std::make_shared<const std::string>(std::move(text));
            for (const auto& member : members) member->send(shared);
        };
        socket->on_close = [&members, which = socket.get()](std::uint16_t) {
            std::erase_if(members, [&](const auto& member) { return member.get() == which; });
        };
    }

private:
    std::unordered_map<std::string, Members> rooms_;  // its nodes stay where they are
};

}  // namespace

int run_fanout(std::uint16_t port) {
    const auto log = Logger::to(stderr, LogFormat::human, LogLevel::warn);
    net::Loop loop(log);
    Rooms rooms;
    net::Router router;
    router.add("GET", "/health/ready",
               [](net::Request, net::Responder respond) { respond(net::Response::text(200, "ready")); });
    router.add_websocket("/rooms/{room}", [&](const net::Request& request, std::unique_ptr<net::Upgrade> upgrade) {
        upgrade->accept({}, [&rooms, room = std::string(request.path_value("room"))](
                                const std::shared_ptr<net::WebSocket>& socket) { rooms.enter(room, socket); });
    });
    net::ServerOptions options;
    options.max_websockets = 100'000;
    net::Server server(loop, router, options, log);
    int result = 0;
    loop.post([&] {
        if (auto bound = server.listen("127.0.0.1", port); !bound) {
            log.error("fanout.failed", {{"why", bound.error().message}});
            result = 1;
            loop.stop();
        }
        for (const int signal : {SIGTERM, SIGINT})
            loop.on_signal(signal, [&] { server.stop(2000, [&] { loop.stop(); }); });
    });
    loop.run();
    return result;
}

}  // namespace parley::bench
