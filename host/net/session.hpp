// One connection of the server: reads requests one after the other, has each handled, writes each answer. [I/O thread]
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <memory>
#include <optional>

#include "net/byte_stream.hpp"
#include "net/event_queue.hpp"
#include "net/gate.hpp"
#include "net/head_check.hpp"
#include "net/http.hpp"
#include "net/server_core.hpp"
#include "net/upload.hpp"
#include "net/websocket_peer.hpp"

namespace parley::net {

// What Upload::receive() said.
struct BodyWish {
    std::shared_ptr<BodySink> sink;
    UniqueFunction<void(Result<void>)> received;
};

// Where a Responder, an Upgrade or an Upload leaves the answer for the session that waits for it. Outlives the session
// when the answer comes too late.
struct Answer {
    std::shared_ptr<const ErrorShape> errors;
    Gate gate;
    std::optional<Response> response;
    std::optional<Acceptance> acceptance;
    std::optional<BodyWish> wish;  // for the body, before the answer

    bool is_there() const { return response || acceptance; }
    void deliver(Response answer) {
        if (is_there()) return;  // the deadline was faster
        response = std::move(answer);
        gate.open();
    }
    void fail(int status, std::string_view code, std::string_view message) {
        if (!is_there()) deliver((*errors)(status, code, message));
    }
    // Something threw, or gave up without a word.
    void fail() { fail(500, "internal", "something went wrong here; it has been logged"); }
    void accept(Acceptance accepted) {
        if (is_there()) return;
        acceptance.emplace(std::move(accepted));
        gate.open();
    }
    void ask_for_body(BodyWish asked) {
        wish.emplace(std::move(asked));
        gate.open();
    }
};

class Session final : public Connection {
public:
    Session(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream, Peer peer);
    ~Session() override;

    boost::asio::awaitable<void> run();

    void wind_up() override;
    void abort() override;

private:
    static constexpr std::size_t body_window = 64 * 1024;  // bytes held unparsed: bounds chunk headers and trailers

    enum class Phase { handshake, idle, head, body, storing, handling, writing, streaming, hanging_up };
    struct Turn;   // one request on its way
    struct Watch;  // over the reader of an event stream

    void enter(Phase phase, std::chrono::milliseconds deadline);
    void on_deadline();

    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<bool> read_head(Turn& turn);
    bool take_head(Turn& turn, std::string_view bytes);
    void admit(Turn& turn);
    void admit_websocket(Turn& turn);
    void refuse_unknown(Turn& turn);
    boost::asio::awaitable<void> read_body(Turn& turn, BodySink* sink);
    boost::asio::awaitable<void> hand_over(Turn& turn, BodySink& sink);
    boost::asio::awaitable<void> serve_upload(Turn& turn, Answer& answer);
    boost::asio::awaitable<void> receive(Turn& turn, Answer& answer);
    void feed_parser(Turn& turn);
    void hold_body(Turn& turn);
    void start_handler(Turn& turn);
    Responder make_responder(std::shared_ptr<Answer> answer);
    boost::asio::awaitable<bool> send(Response response, bool head_only, bool close);
    boost::asio::awaitable<bool> pour(ByteSource& source);
    boost::asio::awaitable<std::string> fetch(ByteSource& source, std::uint64_t from);
    boost::asio::awaitable<void> send_events(Response response, bool head_only);
    boost::asio::awaitable<bool> write_events(EventQueue& queue, Watch& watch, int heartbeat_ms);
    boost::asio::awaitable<void> hang_up();

    std::string_view arrived() const;
    void refuse(Turn& turn, int status, std::string_view code, std::string_view message);
    void refuse_malformed(Turn& turn, int status, const char* reason);

    std::shared_ptr<ServerCore> core_;
    std::unique_ptr<ByteStream> stream_;  // null: a WebSocket has it
    boost::beast::flat_buffer buffer_;
    Deadline deadline_;
    Phase phase_ = Phase::idle;
    std::shared_ptr<Answer> answer_;
    std::shared_ptr<Gate> handing_over_;  // shared with a sink or a source, which may answer after the session has gone
    std::shared_ptr<EventQueue> events_;  // while a stream is open
    bool first_ = true;                   // no request came yet
    bool timed_out_ = false;
    bool aborted_ = false;
};

}  // namespace parley::net
