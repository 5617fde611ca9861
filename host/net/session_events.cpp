// How a session serves an event stream: its queue is written as it fills, and the connection is watched for its end.
#include <array>
#include <charconv>

#include "net/event_queue.hpp"
#include "net/session_turn.hpp"

namespace parley::net {

namespace asio = boost::asio;
using asio::awaitable;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t chunk_size = 64 * 1024;
constexpr std::size_t most_unasked = 4096;  // bytes that a reader may send, for no reason
constexpr milliseconds parting_time{1000};
constexpr std::string_view last_chunk = "0\r\n\r\n";

}  // namespace

EventQueue::EventQueue(std::shared_ptr<ServerCore> core, EventStreamLimits limits)
    : core_(std::move(core)), limits_(limits) {
    ++core_->event_streams_open;
}

EventQueue::~EventQueue() {
    finish();
}

// Not at once: the session would write, or end, inside the call of somebody who is going through many streams.
void EventQueue::wake() {
    if (std::exchange(waking_, true)) return;
    core_->loop.post([self = shared_from_this()] {
        self->waking_ = false;
        self->gate.open();
    });
}

void EventQueue::send(std::shared_ptr<const std::string> event) {
    if (closing_ || ended_) return;
    bool full = events_.size() >= limits_.max_queue || bytes_ + event->size() > limits_.max_queue_bytes;
    if (full) {
        ++core_->event_streams_slow;
        events_.clear();
        bytes_ = 0;
        return close();
    }
    bytes_ += event->size();
    events_.push_back(std::move(event));
    wake();
}

void EventQueue::close() {
    if (ended_) return;
    closing_ = true;
    wake();
}

void EventQueue::heartbeat() {
    static const auto comment = std::make_shared<const std::string>(":\n\n");
    if (events_.empty()) send(comment);
}

std::string EventQueue::take_chunk() {
    std::string body;
    while (!events_.empty() && (body.empty() || body.size() + events_.front()->size() <= chunk_size)) {
        bytes_ -= events_.front()->size();
        body += *events_.front();
        events_.pop_front();
    }
    std::array<char, 20> size{};
    auto end = std::to_chars(size.begin(), size.end(), body.size(), 16).ptr;
    std::string out(size.data(), end);
    out.reserve(out.size() + body.size() + 4);
    return out.append("\r\n").append(body).append("\r\n");
}

void EventQueue::finish() {
    if (std::exchange(ended_, true)) return;
    --core_->event_streams_open;
    events_.clear();
    auto on_end = std::exchange(on_close, nullptr);
    if (!on_end) return;
    try {
        on_end();
    } catch (const std::exception& error) {
        core_->log.error("http.handler_threw", {{"where", "on_close"}, {"what", error.what()}});
    }
}

// Reads what the reader should not send, to see it go. Held by the read that is under way.
struct Session::Watch : std::enable_shared_from_this<Watch> {
    Watch(ByteStream& s, EventQueue& q) : stream(s), queue(q) {}

    void read() {
        auto into = asio::buffer(bytes);
        stream.start_read(into, IoHandler([self = shared_from_this()](error_code error, std::size_t got) {
                              self->count += got;
                              if (!error && self->count <= most_unasked) return self->read();
                              self->gone = true;
                              self->queue.gate.open();
                              self->over.open();
                          }));
    }

    ByteStream& stream;
    EventQueue& queue;
    std::array<char, 256> bytes{};
    std::size_t count = 0;
    bool gone = false;
    Gate over;
};

awaitable<void> Session::send_events(Response response, bool head_only) {
    auto source = std::exchange(response.events, nullptr);
    auto head = core_->writer.stream_head(response);
    enter(Phase::writing, milliseconds(core_->options.write_timeout_ms));
    auto bytes = asio::buffer(head);
    auto [error, sent] = co_await stream_->write(bytes);
    if (error || aborted_ || head_only) co_return;
    auto queue = std::make_shared<EventQueue>(core_, source->limits);
    auto watch = std::make_shared<Watch>(*stream_, *queue);
    events_ = queue;
    watch->read();
    try {
        source->opened(queue);
    } catch (const std::exception& thrown) {
        core_->log.error("http.handler_threw", {{"what", thrown.what()}});
        queue->close();
    }
    if (core_->stopping) queue->close();
    bool whole = co_await write_events(*queue, *watch, source->limits.heartbeat_ms);
    queue->finish();
    events_.reset();
    // The watch still reads: it has to end before the stream does. When all has been said, the reader hangs up.
    if (whole && !stream_->secure()) {
        enter(Phase::hanging_up, parting_time);
        co_await stream_->finish();
    } else {
        stream_->close();
    }
    if (!watch->over.is_open()) {
        // The read alone holds the watch from here on, and the watch this session: when the loop ends before the read
        // does, both go with it.
        Gate& over = watch->over;
        watch.reset();
        co_await over.wait();
    }
    stream_->close();
}

// True when the stream was ended by the host and everything has been written.
awaitable<bool> Session::write_events(EventQueue& queue, Watch& watch, int heartbeat_ms) {
    for (;;) {
        if (aborted_ || watch.gone || queue.ended()) co_return false;
        queue.gate.close();
        if (!queue.empty()) {
            auto chunk = queue.take_chunk();
            enter(Phase::writing, milliseconds(core_->options.write_timeout_ms));
            auto bytes = asio::buffer(chunk);
            auto [error, sent] = co_await stream_->write(bytes);
            if (error) co_return false;
        } else if (queue.closing()) {
            enter(Phase::writing, milliseconds(core_->options.write_timeout_ms));
            auto bytes = asio::buffer(last_chunk.data(), last_chunk.size());
            auto [error, sent] = co_await stream_->write(bytes);
            co_return !error;
        } else {
            enter(Phase::streaming, milliseconds(heartbeat_ms));
            co_await queue.gate.wait();
        }
    }
}

}  // namespace parley::net
