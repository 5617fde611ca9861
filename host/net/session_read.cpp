// How a session reads: the head of a request and its body, within their limits.
#include <algorithm>
#include <iterator>

#include "net/forwarded.hpp"
#include "net/session_turn.hpp"
#include "net/target.hpp"

namespace parley::net {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using std::chrono::milliseconds;

namespace {
constexpr std::size_t largest_piece = 48 * 1024;  // bytes of a body that wait for a sink, before one more read
constexpr std::size_t small_body = 64 * 1024;     // is taken even when many large ones are held
constexpr std::string_view continue_line = "HTTP/1.1 100 Continue\r\n\r\n";
}  // namespace

std::string_view Session::arrived() const {
    return {static_cast<const char*>(buffer_.cdata().data()), buffer_.size()};
}

void Session::refuse(Turn& turn, int status, std::string_view code, std::string_view message) {
    // Refused in its head, the request is in the buffer yet.
    if (!turn.errors) turn.errors = core_->router.error_shape(path_asked_for(arrived()));
    turn.refusal = (*turn.errors)(status, code, message);
}

void Session::refuse_malformed(Turn& turn, int status, const char* reason) {
    ++core_->refused_malformed;
    turn.keep = false;
    refuse(turn, status, "malformed", reason);
}

// False when the connection ended without a request.
awaitable<bool> Session::read_head(Turn& turn) {
    const auto& options = core_->options;
    std::size_t scanned = 0;
    bool blank_skipped = false;
    if (buffer_.size() == 0 && buffer_.capacity() > 16 * 1024) buffer_.shrink_to_fit();
    if (core_->stopping && buffer_.size() == 0) co_return false;
    enter(Phase::idle, milliseconds(first_ ? options.header_timeout_ms : options.idle_timeout_ms));
    first_ = false;
    for (;;) {
        if (!blank_skipped &&
            arrived().starts_with("\r\n")) {  // RFC 9112 2.2: one empty line before a request is forgiven
            buffer_.consume(2);
            blank_skipped = true;
        }
        auto bytes = arrived();
        if (!bytes.empty() && phase_ == Phase::idle) enter(Phase::head, milliseconds(options.header_timeout_ms));
        HeadEnd end;
        if (bytes != "\r" || blank_skipped) end = find_head_end(bytes, scanned);
        if (end.state == HeadEnd::State::malformed) {
            refuse_malformed(turn, 400, "malformed request");
            co_return true;
        }
        if (std::max(end.size, end.state == HeadEnd::State::more ? bytes.size() : 0) > options.max_header_bytes) {
            refuse_malformed(turn, 431, "the head is too large");
            co_return true;
        }
        if (end.state == HeadEnd::State::complete) {
            if (take_head(turn, bytes.substr(0, end.size))) buffer_.consume(end.size);
            co_return true;
        }
        auto into = buffer_.prepare(4096);
        auto [error, got] = co_await stream_->read(into);
        if (aborted_) co_return false;
        if (timed_out_) {
            if (arrived().empty()) co_return false;
            refuse(turn, 408, "timeout", "the request came too slowly");
            co_return true;
        }
        if (error) co_return false;
        buffer_.commit(got);
    }
}

// From raw bytes to `turn.request`. False when they were refused.
bool Session::take_head(Turn& turn, std::string_view bytes) {
    turn.check = check_head(bytes, core_->options.max_header_fields);
    if (turn.check.status != 0) {
        refuse_malformed(turn, turn.check.status, turn.check.reason);
        return false;
    }
    auto& parser = turn.parser;
    parser.header_limit(static_cast<std::uint32_t>(bytes.size() + 1));
    parser.body_limit(boost::none);  // the route's, later
    error_code error;
    auto taken = parser.put(asio::buffer(bytes), error);
    // Two readers of the same bytes have to agree on where the message ends.
    bool agreed = !error && taken == bytes.size() && parser.is_header_done() &&
                  parser.chunked() == turn.check.chunked && parser.content_length().value_or(0) == turn.check.length;
    if (!agreed) {
        refuse_malformed(turn, 400, "malformed request");
        return false;
    }
    ++core_->requests;
    turn.keep = turn.check.keep_alive;
    auto& request = turn.request;
    const auto& message = parser.get();
    request.method.assign(message.method_string().data(), message.method_string().size());
    request.target.assign(message.target().data(), message.target().size());
    for (const auto& field : message) {
        auto name = field.name_string(), value = field.value();
        request.headers.add(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
    }
    request.remote = client_address(request.headers, peer().address, core_->options.trusted_proxies);
    request.local = peer().local;
    turn.head_only = request.method == "HEAD";
    return true;
}

// Runs what has arrived through the parser; a message that follows stays in the buffer.
void Session::feed_parser(Turn& turn) {
    auto& parser = turn.parser;
    while (buffer_.size() > 0 && !parser.is_done() && !turn.refusal) {
        error_code error;
        auto taken = parser.put(buffer_.data(), error);
        buffer_.consume(taken);
        if (error == http::error::body_limit) {
            refuse(turn, 413, "too_large", "the body is too large");
        } else if (error && error != http::error::need_more) {
            refuse_malformed(turn, 400, "malformed body");
        } else if (taken == 0) {
            break;
        }
    }
    if (!turn.refusal && !parser.is_done() && buffer_.size() >= body_window) {
        refuse_malformed(turn, 400, "a chunk header or trailer is too long");
    }
}

void Session::hold_body(Turn& turn) {
    auto size = turn.parser.get().body().size();
    turn.held->set(size);
    if (size <= small_body || core_->held_bytes <= core_->options.max_held_bytes) return;
    refuse(turn, 503, "overloaded", "too many large requests are being read: try again in a few seconds");
    turn.refusal->headers.set("Retry-After", "5");
}

// Into the request, or piece by piece into `sink`.
awaitable<void> Session::read_body(Turn& turn, BodySink* sink) {
    auto& parser = turn.parser;
    parser.body_limit(turn.match.limits->max_body);
    parser.eager(true);
    auto fields = std::distance(parser.get().begin(), parser.get().end());
    // Slow senders: the timeout, a second more for each 64 KiB that came, and never less than 1 KiB/s after a third of
    // it.
    auto timeout = milliseconds(core_->options.body_timeout_ms);
    auto started = std::chrono::steady_clock::now();
    std::size_t wire = buffer_.size();
    const std::size_t wire_limit =
        8 * turn.match.limits->max_body + body_window;  // one-byte chunks cost six times their body
    const auto worth = sink ? std::min(sink->worth(), largest_piece) : 0;
    phase_ = Phase::body;
    if (turn.check.expects_continue && buffer_.size() == 0) {
        deadline_.set(timeout);
        auto line = asio::buffer(continue_line.data(), continue_line.size());
        auto [error, sent] = co_await stream_->write(line);
        if (error) aborted_ = true;
    }
    if (!sink) turn.held.emplace(core_->held_bytes);
    while (!aborted_) {
        feed_parser(turn);
        if (!turn.refusal && !sink) hold_body(turn);
        if (turn.refusal) break;
        bool full = sink && !parser.get().body().empty() && (parser.is_done() || parser.get().body().size() >= worth);
        if (full) {
            auto before = std::chrono::steady_clock::now();
            co_await hand_over(turn, *sink);
            started += std::chrono::steady_clock::now() - before;  // the disk's time is not the client's
            if (aborted_ || turn.refusal || turn.unsunk) co_return;
            if (answer_->is_there()) co_return;  // the handler does not want the rest
            phase_ = Phase::body;
        }
        if (parser.is_done()) break;
        auto earned = milliseconds(1000 * (turn.stored + parser.get().body().size()) / (64 * 1024));
        auto least = timeout / 3 + milliseconds(1000 * wire / 1024);
        deadline_.set_at(started + std::min(timeout + earned, least));
        auto left = parser.content_length_remaining().value_or(16 * 1024);
        auto space = std::min<std::uint64_t>(
            {std::max<std::uint64_t>(left, 4096), body_window, buffer_.max_size() - buffer_.size()});
        auto into = buffer_.prepare(space);
        auto [error, got] = co_await stream_->read(into);
        if (timed_out_) {
            refuse(turn, 408, "timeout", "the body came too slowly");
            co_return;
        }
        if (error) aborted_ = true;
        buffer_.commit(got);
        wire += got;
        if (wire > wire_limit) co_return refuse_malformed(turn, 400, "far too many small chunks");
    }
    if (aborted_ || turn.refusal) co_return;
    if (std::distance(parser.get().begin(), parser.get().end()) != fields) {
        co_return refuse_malformed(turn, 400, "trailers are not taken here");
    }
    turn.body_is_read = true;
    turn.request.body = std::move(parser.get().body());
}

}  // namespace parley::net
