// How a session serves a request whose body goes to a sink.
#include "net/session_turn.hpp"

namespace parley::net {

using boost::asio::awaitable;
using std::chrono::milliseconds;

namespace {

// What a handler hears of a body that the session refused.
Error error_of(const Response& refusal) {
    if (refusal.status == 413) return make_error(Errc::too_large, "the body is too large");
    if (refusal.status == 408 || refusal.status == 503) return make_error(Errc::timeout, "the body came too slowly");
    return make_error(Errc::invalid, "the body is malformed");
}

}  // namespace

// Until there is an answer: the handler's, or ours when the body cannot be had.
awaitable<void> Session::serve_upload(Turn& turn, Answer& answer) {
    turn.body_is_read = !turn.check.has_body();
    while (!answer.is_there() && !aborted_) {
        if (!answer.gate.is_open()) co_await answer.gate.wait();
        answer.gate.close();
        if (answer.wish) co_await receive(turn, answer);
    }
    // What is left of the body must never be read as a request.
    if (!turn.body_is_read) turn.keep = false;
}

awaitable<void> Session::receive(Turn& turn, Answer& answer) {
    auto wish = std::move(*answer.wish);
    answer.wish.reset();
    if (!turn.body_is_read) co_await read_body(turn, wish.sink.get());
    Result<void> result;
    if (turn.unsunk) {
        result = *turn.unsunk;
    } else if (turn.refusal) {
        result = error_of(*turn.refusal);
        answer.deliver(std::move(*turn.refusal));
    } else if (aborted_ || !turn.body_is_read) {
        result = make_error(Errc::gone, "the connection broke");
    }
    // The handler's time starts again.
    if (!aborted_) enter(Phase::handling, milliseconds(turn.match.limits->deadline_ms));
    try {
        wish.received(std::move(result));
    } catch (const std::exception& error) {
        core_->log.error("http.handler_threw", {{"what", error.what()}});
        answer.fail();
    }
}

// What has been read of the body goes to the sink; on with the next when it has got rid of it.
awaitable<void> Session::hand_over(Turn& turn, BodySink& sink) {
    auto& body = turn.parser.get().body();
    std::string bytes = std::move(body);
    body.clear();
    turn.stored += bytes.size();
    auto gate = std::make_shared<Gate>();
    auto outcome = std::make_shared<Result<void>>();
    handing_over_ = gate;
    enter(Phase::storing, milliseconds(turn.match.limits->deadline_ms));
    auto written = [core = core_, gate, outcome](Result<void> result) {
        core->loop.post([gate, outcome, result = std::move(result)]() mutable {
            *outcome = std::move(result);
            gate->open();
        });
    };
    try {
        sink.write(std::move(bytes), std::move(written));
    } catch (const std::exception& error) {
        core_->log.error("http.handler_threw", {{"where", "sink"}, {"what", error.what()}});
        *outcome = make_error(Errc::internal, "the body could not be stored");
        gate->open();
    }
    if (!gate->is_open()) co_await gate->wait();
    handing_over_.reset();
    if (aborted_) co_return;
    if (timed_out_) co_return refuse(turn, 503, "timeout", "storing the body took too long");
    if (!*outcome) turn.unsunk = outcome->error();
}

}  // namespace parley::net
