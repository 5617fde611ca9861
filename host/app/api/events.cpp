// The live stream, as Server-Sent Events and over a WebSocket.

#include "app/events.hpp"

#include <boost/json.hpp>

#include "app/api/operations.hpp"
#include "net/event_stream.hpp"
#include "net/websocket.hpp"

namespace parley::app {
namespace {

using api::Call;

struct Wish {
    std::set<std::string> kinds;
    std::string last;
};

// ?events=message,status and where to go on from: a header for browsers that come again, a parameter for sockets.
Result<Wish> wish_of(const Call& call) {
    Wish wish;
    const std::string list = call.request.query_value("events").value_or("");
    for (std::size_t from = 0; from < list.size();) {
        const auto comma = std::min(list.find(',', from), list.size());
        const auto kind = list.substr(from, comma - from);
        if (kind != "message" && kind != "status" && kind != "plugin" && kind != "health")
            return make_error(Errc::invalid, "events: there are message, status, plugin and health");
        wish.kinds.insert(kind);
        from = comma + 1;
    }
    wish.last = call.request.headers.get("Last-Event-ID");
    if (wish.last.empty()) wish.last = call.request.query_value("last").value_or("");
    return wish;
}

// What ends with the reader: its place among the readers, and the watch over its key.
struct Place {
    Events::ReaderId reader = 0;
    std::shared_ptr<void> watch;
};

void stream(Application& app, Call call) {
    const auto wish = wish_of(call);
    if (!wish) return call.respond(api::problem(wish.error()));
    net::EventStreamLimits limits;
    limits.max_queue = Events::most_at_once;
    limits.max_queue_bytes = Events::most_bytes_at_once;
    auto response =
        net::event_stream(limits, [&app, wish = *wish, who = call.principal](std::shared_ptr<net::EventStream> peer) {
            auto place = std::make_shared<Place>();
            const std::weak_ptr<net::EventStream> weak = peer;
            peer->on_close = [&app, place] {
                place->watch.reset();
                app.api().events().remove(place->reader);
            };
            place->watch = app.api().authenticator().watch(who, [weak] {
                if (const auto open = weak.lock()) open->close();
            });
            place->reader =
                app.api().events().add(wish.kinds, wish.last, [weak](const Events::Bytes& sse, const Events::Bytes&) {
                    if (const auto open = weak.lock()) open->send(sse);
                });
        });
    call.respond(std::move(response));
}

void open_socket(Application& app, Call call, std::unique_ptr<net::Upgrade> upgrade) {
    const auto wish = wish_of(call);
    if (!wish) return upgrade->refuse(api::problem(wish.error()));
    net::WebSocketLimits limits;
    limits.max_queue = Events::most_at_once;
    limits.max_queue_bytes = Events::most_bytes_at_once;
    upgrade->accept(limits, [&app, wish = *wish, who = call.principal](std::shared_ptr<net::WebSocket> peer) {
        auto place = std::make_shared<Place>();
        const std::weak_ptr<net::WebSocket> weak = peer;
        peer->on_message = [](const std::string&) {};  // nothing is asked this way
        peer->on_close = [&app, place](std::uint16_t) {
            place->watch.reset();
            app.api().events().remove(place->reader);
        };
        place->watch = app.api().authenticator().watch(who, [weak] {
            if (const auto open = weak.lock()) open->close(1008, "the key does not hold any more");
        });
        place->reader =
            app.api().events().add(wish.kinds, wish.last, [weak](const Events::Bytes&, const Events::Bytes& text) {
                if (const auto open = weak.lock()) open->send(text);
            });
    });
}

}  // namespace

void add_event_operations(api::Gate& gate, Application& app) {
    bind(gate, app, "streamEvents", stream);
    gate.on_socket("streamEvents", [&app](Call call, std::unique_ptr<net::Upgrade> upgrade) {
        open_socket(app, std::move(call), std::move(upgrade));
    });
}

}  // namespace parley::app
