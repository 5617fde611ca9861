// The only unit that instantiates Beast's websocket::stream: it takes as long to compile as the rest of the server.
#include "net/websocket_peer.hpp"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <list>
#include <optional>

#include "core/text.hpp"
#include "net/websocket_transport.hpp"

namespace parley::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds closing_time{5000};    // for the peer to answer a close frame
constexpr milliseconds lingering_time{1000};  // for it to read the last one
constexpr std::size_t lingering_bytes = 1 << 20;
constexpr std::size_t first_piece = 256;          // bytes of buffer that an idle socket holds for its next message
constexpr std::size_t largest_piece = 16 * 1024;  // taken before the bytes have come
constexpr std::size_t longest_reason = 123;       // what fits into a close frame

using Text = std::shared_ptr<const std::string>;

// A stream that has said its last word. Kept alive by what it waits for.
class Lingering : public std::enable_shared_from_this<Lingering> {
public:
    Lingering(Deadlines& deadlines, std::shared_ptr<ByteStream> stream, WebSocketTransport::Ended ended)
        : stream_(std::move(stream)), ended_(std::move(ended)), deadline_(deadlines, [this] { stream_->close(); }) {}

    void start() {
        deadline_.set(lingering_time);
        stream_->start_finish(IoHandler(
            [self = shared_from_this()](error_code error, std::size_t) { error ? self->end() : self->read(); }));
    }

private:
    void read() {
        auto into = asio::buffer(forgotten_);
        stream_->start_read(into, IoHandler([self = shared_from_this()](error_code error, std::size_t got) {
                                self->count_ += got;
                                error || self->count_ > lingering_bytes ? self->end() : self->read();
                            }));
    }
    void end() {
        deadline_.clear();
        std::move(ended_)(error_code());
    }

    std::shared_ptr<ByteStream> stream_;
    WebSocketTransport::Ended ended_;
    Deadline deadline_;
    std::array<char, 4096> forgotten_{};
    std::size_t count_ = 0;
};

class WebSocketPeer final : public WebSocket, public Connection, public std::enable_shared_from_this<WebSocketPeer> {
public:
    WebSocketPeer(std::shared_ptr<ServerCore> core, std::unique_ptr<ByteStream> stream, Connection& from,
                  const WebSocketLimits& limits)
        : Connection(from.peer()),
          core_(std::move(core)),
          stream_(core_->io, core_->deadlines, std::move(stream)),
          limits_(limits),
          deadline_(core_->deadlines, [this] { on_deadline(); }) {
        core_->take_over(from, *this);
        ++core_->websockets_open;
        ++core_->websockets_total;
    }
    ~WebSocketPeer() override { finish(1006); }

    void open(const std::string& key, std::string subprotocol, UniqueFunction<void(std::shared_ptr<WebSocket>)> opened);

    void send(Text text) override;
    void close(std::uint16_t code, std::string reason) override;
    std::size_t queued() const override { return queue_.size() + (in_flight_ ? 1 : 0); }

    void wind_up() override { close(1001, "the server is stopping"); }
    void abort() override { finish(closing_ ? closing_->code : 1006); }

private:
    enum class Phase { opening, open, ended };
    struct Closing {
        std::uint16_t code;
        std::string reason;
        bool begun = false;  // the close frame is on its way
    };

    void set_options(std::string subprotocol);
    void on_open(error_code error, UniqueFunction<void(std::shared_ptr<WebSocket>)>& opened);
    void read();
    void on_read(error_code error, std::size_t size);
    void take_message();
    std::uint16_t code_of(error_code error) const;
    void write_next();
    void begin_closing();
    void on_deadline();
    void finish(std::uint16_t code);
    void run_guarded(const char* what, const std::function<void()>& callback);

    std::shared_ptr<ServerCore> core_;
    websocket::stream<WebSocketTransport, false> stream_;  // false: without permessage-deflate and what it costs
    WebSocketLimits limits_;
    Deadline deadline_;
    Phase phase_ = Phase::opening;
    std::string message_;    // as far as it has come
    std::list<Text> queue_;  // costs nothing while it is empty, unlike a deque
    std::size_t queued_bytes_ = 0;
    Text in_flight_;
    std::optional<Closing> closing_;
};

void WebSocketPeer::set_options(std::string subprotocol) {
    websocket::stream_base::timeout timeouts{};
    timeouts.handshake_timeout = milliseconds(core_->options.write_timeout_ms);
    timeouts.idle_timeout = milliseconds(limits_.idle_timeout_ms);
    timeouts.keep_alive_pings = true;
    stream_.set_option(timeouts);
    stream_.read_message_max(limits_.max_message);
    stream_.auto_fragment(false);
    stream_.text(true);
    websocket::stream_base::decorator decorator(
        [subprotocol = std::move(subprotocol)](websocket::response_type& answer) {
            answer.set(http::field::server, "parley");
            if (!subprotocol.empty()) answer.set(http::field::sec_websocket_protocol, subprotocol);
        });
    stream_.set_option(std::move(decorator));
}

void WebSocketPeer::open(const std::string& key, std::string subprotocol,
                         UniqueFunction<void(std::shared_ptr<WebSocket>)> opened) {
    set_options(std::move(subprotocol));
    // The handshake has been checked; this is what Beast wants to see of it.
    auto request = std::make_shared<http::request<http::empty_body>>(http::verb::get, "/", 11);
    request->set(http::field::host, "parley");
    request->set(http::field::connection, "upgrade");
    request->set(http::field::upgrade, "websocket");
    request->set(http::field::sec_websocket_version, "13");
    request->set(http::field::sec_websocket_key, key);
    stream_.async_accept(*request, [self = shared_from_this(), request, opened = std::move(opened)](
                                       error_code error) mutable { self->on_open(error, opened); });
}

void WebSocketPeer::on_open(error_code error, UniqueFunction<void(std::shared_ptr<WebSocket>)>& opened) {
    if (phase_ == Phase::ended) return;
    if (error) return finish(1006);
    phase_ = Phase::open;
    // Its reading is under way before anybody may close it.
    read();
    run_guarded("opened", [&] { opened(shared_from_this()); });
    if (core_->stopping) wind_up();
}

void WebSocketPeer::run_guarded(const char* what, const std::function<void()>& callback) {
    try {
        callback();
    } catch (const std::exception& error) {
        core_->log.error("websocket.handler_threw", {{"where", what}, {"what", error.what()}});
        close(1011, "something went wrong here");
    }
}

void WebSocketPeer::read() {
    auto had = message_.size();
    auto want = std::min(stream_.read_size_hint(first_piece), largest_piece);
    message_.resize(had + want);
    auto into = asio::buffer(message_.data() + had, want);
    stream_.async_read_some(
        into, [self = shared_from_this(), had](error_code error, std::size_t got) { self->on_read(error, had + got); });
}

void WebSocketPeer::on_read(error_code error, std::size_t size) {
    if (phase_ == Phase::ended) return;
    message_.resize(size);
    if (error) {
        // With a close of our own under way, that one reports the end.
        if (!closing_ || !closing_->begun) finish(closing_ ? closing_->code : code_of(error));
        return;
    }
    if (closing_) return;  // what comes now is read by the close, up to the peer's close frame
    if (stream_.got_binary()) return close(1003, "only text is taken here");
    if (stream_.is_message_done()) take_message();
    if (phase_ == Phase::open && !closing_) read();
}

void WebSocketPeer::take_message() {
    auto text = std::exchange(message_, {});
    ++core_->websocket_messages_in;
    if (!on_message) return;
    auto callback = std::exchange(on_message, nullptr);  // it may end this socket, but not destroy itself
    run_guarded("on_message", [&] { callback(std::move(text)); });
    if (phase_ == Phase::open && !on_message) on_message = std::move(callback);
}

std::uint16_t WebSocketPeer::code_of(error_code error) const {
    if (error == websocket::error::closed) {
        auto code = stream_.reason().code;
        return code == websocket::close_code::none ? 1005 : static_cast<std::uint16_t>(code);
    }
    if (error == websocket::error::message_too_big) return 1009;
    if (error == websocket::error::bad_frame_payload) return 1007;
    if (error == websocket::condition::protocol_violation) return 1002;
    return 1006;
}

void WebSocketPeer::send(Text text) {
    if (phase_ != Phase::open || closing_) return;
    bool full = queue_.size() >= limits_.max_queue || queued_bytes_ + text->size() > limits_.max_queue_bytes;
    if (full) {
        ++core_->websockets_slow;
        queue_.clear();
        queued_bytes_ = in_flight_ ? in_flight_->size() : 0;
        return close(1013, "reads too slowly");
    }
    queued_bytes_ += text->size();
    queue_.push_back(std::move(text));
    if (!in_flight_) write_next();
}

void WebSocketPeer::write_next() {
    if (queue_.empty()) {
        deadline_.clear();
        if (closing_) begin_closing();
        return;
    }
    in_flight_ = std::move(queue_.front());
    queue_.pop_front();
    if (!closing_) deadline_.set(milliseconds(core_->options.write_timeout_ms));
    stream_.async_write(asio::buffer(*in_flight_), [self = shared_from_this()](error_code error, std::size_t) {
        if (self->phase_ == Phase::ended) return;
        self->queued_bytes_ -= self->in_flight_->size();
        self->in_flight_.reset();
        if (error) return self->finish(self->closing_ ? self->closing_->code : 1006);
        ++self->core_->websocket_messages_out;
        self->write_next();
    });
}

void WebSocketPeer::close(std::uint16_t code, std::string reason) {
    if (phase_ != Phase::open || closing_) return;
    closing_.emplace(Closing{code, std::string(text::truncate_utf8(reason, longest_reason))});
    deadline_.set(closing_time);
    if (!in_flight_) begin_closing();
}

void WebSocketPeer::begin_closing() {
    closing_->begun = true;
    deadline_.set(closing_time);
    websocket::close_reason reason(static_cast<websocket::close_code>(closing_->code), closing_->reason);
    stream_.async_close(reason, [self = shared_from_this()](error_code) { self->finish(self->closing_->code); });
}

void WebSocketPeer::on_deadline() {
    if (!closing_) ++core_->timeouts;  // a write that does not get away
    finish(closing_ ? closing_->code : 1006);
}

// The end, however it came. What is still under way finds the socket closed and does nothing.
void WebSocketPeer::finish(std::uint16_t code) {
    if (phase_ == Phase::ended) return;
    bool was_open = phase_ == Phase::open;
    phase_ = Phase::ended;
    deadline_.clear();
    stream_.next_layer().close();
    queue_.clear();
    --core_->websockets_open;
    auto on_end = std::exchange(on_close, nullptr);
    on_message = nullptr;
    auto core = core_;
    core->leave(*this);
    if (!was_open || !on_end) return;
    try {
        on_end(code);
    } catch (const std::exception& error) {
        core->log.error("websocket.handler_threw", {{"where", "on_close"}, {"what", error.what()}});
    }
}

}  // namespace

void WebSocketTransport::tear_down(Ended ended) {
    std::make_shared<Lingering>(deadlines_, stream_, std::move(ended))->start();
}

void open_websocket(const std::shared_ptr<ServerCore>& core, std::unique_ptr<ByteStream> stream, Connection& from,
                    const std::string& key, Acceptance acceptance) {
    auto peer = std::make_shared<WebSocketPeer>(core, std::move(stream), from, acceptance.limits);
    peer->open(key, std::move(acceptance.subprotocol), std::move(acceptance.opened));
}

}  // namespace parley::net
