// How a session lives: one request after the other, from its admission to its answer.
#include "net/session.hpp"

#include "net/cross_origin.hpp"
#include "net/session_turn.hpp"
#include "net/target.hpp"
#include "net/websocket_handshake.hpp"
#include "net/websocket_peer.hpp"

namespace parley::net {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t write_slice = 256 * 1024;  // bytes that must leave within the write timeout
constexpr std::size_t linger_bytes = 1024 * 1024;
constexpr milliseconds linger_time{1000};

// What a route's handler holds of a request to upgrade.
class PendingUpgrade final : public Upgrade {
public:
    explicit PendingUpgrade(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
    ~PendingUpgrade() override { answer_->fail(); }  // when nothing was said before

    void accept(WebSocketLimits limits, UniqueFunction<void(std::shared_ptr<WebSocket>)> opened) override {
        Acceptance acceptance{limits, std::move(subprotocol), std::move(opened)};
        answer_->accept(std::move(acceptance));
    }
    void refuse(Response response) override { answer_->deliver(std::move(response)); }

private:
    std::shared_ptr<Answer> answer_;
};

// What it holds of a body that has not been read.
class PendingUpload final : public Upload {
public:
    PendingUpload(std::shared_ptr<ServerCore> core, std::shared_ptr<Answer> answer)
        : core_(std::move(core)), answer_(std::move(answer)) {}

    void receive(std::shared_ptr<BodySink> sink, UniqueFunction<void(Result<void>)> received) override {
        // Never from inside this call, nor inside the handler: it may still be setting itself up.
        BodyWish wish{std::move(sink), std::move(received)};
        core_->loop.post([answer = answer_, wish = std::move(wish)]() mutable {
            if (answer->is_there()) return wish.received(make_error(Errc::gone, "the request has been answered"));
            answer->ask_for_body(std::move(wish));
        });
    }

private:
    std::shared_ptr<ServerCore> core_;
    std::shared_ptr<Answer> answer_;
};

}  // namespace

Session::Session(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream, Peer peer)
    : Connection(std::move(peer)),
      core_(std::move(core)),
      stream_(std::move(stream)),
      buffer_(core_->options.max_header_bytes + body_window),
      deadline_(core_->deadlines, [this] { on_deadline(); }) {
    core_->enter(*this);
}

Session::~Session() {
    core_->leave(*this);
}

void Session::enter(Phase phase, milliseconds deadline) {
    phase_ = phase;
    deadline_.set(deadline);
}

void Session::on_deadline() {
    if (phase_ != Phase::idle && phase_ != Phase::streaming && phase_ != Phase::hanging_up) ++core_->timeouts;
    switch (phase_) {
        case Phase::idle:
        case Phase::head:
        case Phase::body:
            timed_out_ = true;  // the reader says 408
            return stream_->cancel();
        case Phase::storing:
            timed_out_ = true;
            return handing_over_->open();
        case Phase::streaming:
            return events_->heartbeat();
        case Phase::handling:
            return answer_->fail(503, "timeout",
                                 "the answer took too long; what was asked for may be done nevertheless");
        case Phase::handshake:
        case Phase::writing:
        case Phase::hanging_up:
            return stream_->close();
    }
}

void Session::wind_up() {
    if (events_) events_->close();
    if (phase_ == Phase::idle) abort();
}

void Session::abort() {
    aborted_ = true;
    if (stream_) stream_->close();
    // Whatever wakes the session may end it: nothing of it is touched after these.
    auto answer = answer_;
    auto handing_over = handing_over_;
    auto events = events_;
    if (answer) answer->deliver(Response());
    if (handing_over) handing_over->open();
    if (!events) return;
    events->finish();
    events->gate.open();
}

awaitable<void> Session::run() {
    if (stream_->secure()) {
        enter(Phase::handshake, milliseconds(core_->options.header_timeout_ms));
        auto [error, none] = co_await stream_->handshake();
        if (error || aborted_) co_return;
    }
    bool more = true;
    while (more && !aborted_) more = co_await serve_one();
    if (!aborted_ && stream_) co_await hang_up();
}

// One request: head, admission, body, handler, answer. False ends the connection.
awaitable<bool> Session::serve_one() {
    Turn turn;
    bool came = co_await read_head(turn);
    if (!came) co_return false;
    if (!turn.refusal) admit(turn);
    bool body_first = !turn.refusal && turn.check.has_body() && !turn.match.upload;
    if (body_first) co_await read_body(turn, nullptr);
    if (aborted_) co_return false;
    Response response;
    if (turn.refusal) {
        // What is left of its body must never be read as a request.
        if (turn.check.has_body() || turn.check.expects_continue) turn.keep = false;
        response = std::move(*turn.refusal);
    } else {
        start_handler(turn);
        auto answer = answer_;
        if (turn.match.upload) {
            co_await serve_upload(turn, *answer);
        } else if (!answer->gate.is_open()) {
            co_await answer->gate.wait();
        }
        answer_.reset();
        if (aborted_) co_return false;
        if (answer->acceptance) {
            deadline_.clear();
            open_websocket(core_, std::move(stream_), *this, turn.websocket_key, std::move(*answer->acceptance));
            co_return false;
        }
        response = std::move(*answer->response);
    }
    if (response.events && turn.parser.get().version() != 11) {
        response = (*turn.errors)(505, "http_version", "event streams need HTTP/1.1");
    }
    if (!core_->options.allowed_origins.empty()) let_read(response, turn.origin);
    if (response.events) {
        co_await send_events(std::move(response), turn.head_only);
        co_return false;
    }
    bool keep = turn.keep && !core_->stopping && response.headers.get("Connection") != "close";
    bool sent = co_await send(std::move(response), turn.head_only, !keep);
    co_return sent&& keep;
}

// Everything that can be said before the body is read: so that nobody sends a body for nothing.
void Session::admit(Turn& turn) {
    auto& request = turn.request;
    turn.origin = listed_origin(request, core_->options.allowed_origins);
    auto target = parse_target(request.target);
    turn.errors = core_->router.error_shape(
        target ? std::string_view(target->path) : std::string_view(request.target).substr(0, request.target.find('?')));
    if (!target) return refuse_malformed(turn, 400, "malformed path");
    request.query = target->query;
    if (asks_for_websocket(request) && request.method == "GET" && turn.parser.get().version() == 11) {
        turn.match = core_->router.find(websocket_method, target->raw_path, peer().local);
    }
    bool upgrade = turn.match.websocket != nullptr;
    if (!upgrade) turn.match = core_->router.find(request.method, target->raw_path, peer().local);
    request.path = std::move(target->path);
    if (!turn.match.limits) return refuse_unknown(turn);
    if (turn.check.length > turn.match.limits->max_body) return refuse(turn, 413, "too_large", "the body is too large");
    request.path_values = std::move(turn.match.values);
    if (upgrade) admit_websocket(turn);
}

void Session::refuse_unknown(Turn& turn) {
    if (!turn.match.allow.empty()) {
        if (!turn.origin.empty()) turn.refusal = answer_preflight(turn.request, turn.match.allow);
        if (turn.refusal) return;
        refuse(turn, 405, "method_not_allowed", "this address takes " + turn.match.allow);
        return turn.refusal->headers.set("Allow", turn.match.allow);
    }
    if (turn.match.upgrade_required) return refuse(turn, 426, "upgrade_required", "open a WebSocket to this address");
    refuse(turn, 404, "not_found", "there is nothing under this address");
}

void Session::admit_websocket(Turn& turn) {
    // What comes after the head would be read as frames by one reader and as a body or a request by another.
    if (turn.check.has_body() || turn.check.expects_continue || buffer_.size() > 0) {
        return refuse_malformed(turn, 400, "nothing may follow a request to upgrade before it is answered");
    }
    if (!peer().local && core_->remote_websockets >= core_->options.max_websockets) {
        ++core_->refused_full;
        refuse(turn, 503, "overloaded", "too many WebSockets are open: try again later");
        return turn.refusal->headers.set("Retry-After", "5");
    }
    turn.refusal = refuse_handshake(turn.request, core_->options.allowed_origins, *turn.errors);
    turn.websocket_key = turn.request.headers.get("Sec-WebSocket-Key");
}

void Session::start_handler(Turn& turn) {
    auto answer = std::make_shared<Answer>();
    answer->errors = turn.errors;
    answer_ = answer;
    enter(Phase::handling, milliseconds(turn.match.limits->deadline_ms));
    try {
        if (turn.match.upload) {
            (*turn.match.upload)(std::move(turn.request), std::make_unique<PendingUpload>(core_, answer),
                                 make_responder(answer));
        } else if (turn.match.websocket) {
            (*turn.match.websocket)(std::move(turn.request), std::make_unique<PendingUpgrade>(answer));
        } else {
            (*turn.match.handler)(std::move(turn.request), make_responder(answer));
        }
    } catch (const std::exception& error) {
        core_->log.error("http.handler_threw", {{"what", error.what()}});
        answer->fail();
    }
}

Responder Session::make_responder(std::shared_ptr<Answer> answer) {
    auto errors = answer->errors;
    auto send = [answer = std::move(answer), &loop = core_->loop](Response response) {
        if (loop.on_loop_thread()) return answer->deliver(std::move(response));
        loop.post([answer, response = std::move(response)]() mutable { answer->deliver(std::move(response)); });
    };
    return Responder(std::move(send), std::move(errors));
}

awaitable<bool> Session::send(Response response, bool head_only, bool close) {
    auto source = head_only ? nullptr : response.source;
    auto wire = core_->writer.write(std::move(response), head_only, close);
    std::string_view head = wire.head, body = wire.body;
    do {
        enter(Phase::writing, milliseconds(core_->options.write_timeout_ms));
        auto slice = body.substr(0, write_slice);
        auto first = asio::buffer(head.data(), head.size());
        auto second = asio::buffer(slice.data(), slice.size());
        auto [error, sent] = co_await stream_->write(first, second);
        if (error) co_return false;
        head = {};
        body.remove_prefix(slice.size());
    } while (!body.empty());
    if (!source) co_return true;
    bool whole = co_await pour(*source);
    co_return whole;
}

// Closing with unread bytes would reset the connection and take the answer from a client that is still sending: say
// that this was all, then read and forget for a moment.
awaitable<void> Session::hang_up() {
    enter(Phase::hanging_up, linger_time);
    timed_out_ = false;
    auto [error, none] = co_await stream_->finish();
    buffer_.clear();
    std::size_t forgotten = 0;
    while (!error && forgotten < linger_bytes) {
        auto into = buffer_.prepare(16 * 1024);
        auto [failed, got] = co_await stream_->read(into);
        if (failed) break;
        forgotten += got;
    }
    stream_->close();
}

}  // namespace parley::net
