// A ByteStream as Beast's websocket::stream wants the stream below it. [I/O thread]
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/beast/core/role.hpp>
#include <memory>

#include "net/byte_stream.hpp"
#include "net/deadlines.hpp"

namespace parley::net {

class WebSocketTransport {
public:
    using executor_type = boost::asio::io_context::executor_type;
    using Ended = boost::asio::any_completion_handler<void(error_code)>;

    WebSocketTransport(boost::asio::io_context& io, Deadlines& deadlines, std::unique_ptr<ByteStream> stream)
        : io_(io), deadlines_(deadlines), stream_(std::move(stream)) {}

    executor_type get_executor() const { return io_.get_executor(); }
    void close() { stream_->close(); }

    template <class Buffers, class Token>
    auto async_read_some(const Buffers& buffers, Token&& token) {
        auto start = [this](auto handler, boost::asio::mutable_buffer into) {
            stream_->start_read(into, keeping_stream(std::move(handler)));
        };
        auto into = next_of<boost::asio::mutable_buffer>(boost::asio::buffer_sequence_begin(buffers),
                                                         boost::asio::buffer_sequence_end(buffers));
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(start, token, into);
    }

    template <class Buffers, class Token>
    auto async_write_some(const Buffers& buffers, Token&& token) {
        auto start = [this](auto handler, boost::asio::const_buffer first, boost::asio::const_buffer second) {
            stream_->start_write(first, second, keeping_stream(std::move(handler)));
        };
        auto at = boost::asio::buffer_sequence_begin(buffers);
        auto end = boost::asio::buffer_sequence_end(buffers);
        auto first = next_of<boost::asio::const_buffer>(at, end);
        auto second = next_of<boost::asio::const_buffer>(at, end);  // a frame is its head and its payload: one write
        return boost::asio::async_initiate<Token, void(error_code, std::size_t)>(start, token, first, second);
    }

    friend void beast_close_socket(WebSocketTransport& transport) { transport.close(); }
    template <class Handler>
    friend void async_teardown(boost::beast::role_type, WebSocketTransport& transport, Handler&& handler) {
        transport.tear_down(Ended(std::forward<Handler>(handler)));
    }

private:
    // Says that nothing more comes and reads for a moment what still does: closing with unread bytes would reset the
    // connection and take the close frame from the peer.
    void tear_down(Ended ended);

    // Beast destroys its stream as soon as nobody waits for it any more, TLS would still write to it.
    template <class Handler>
    IoHandler keeping_stream(Handler handler) {
        return IoHandler([stream = stream_, handler = std::move(handler)](error_code error, std::size_t size) mutable {
            std::move(handler)(error, size);
        });
    }

    // The next buffer with bytes in it, or an empty one.
    template <class Buffer, class Iterator, class End>
    static Buffer next_of(Iterator&& at, const End& end) {
        while (at != end) {
            Buffer buffer = *at;
            ++at;
            if (buffer.size() > 0) return buffer;
        }
        return {};
    }

    boost::asio::io_context& io_;
    Deadlines& deadlines_;
    std::shared_ptr<ByteStream> stream_;
};

}  // namespace parley::net
