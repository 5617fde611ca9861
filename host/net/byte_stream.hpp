// A connection as a stream of bytes: TCP, TLS or a Unix socket behind one virtual interface, so that the server's and
// the client's sessions are compiled once and not once for each kind of stream. [I/O thread]
#pragma once

#include <boost/asio/any_completion_handler.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <string>

namespace parley::net {

using boost::system::error_code;
using IoHandler = boost::asio::any_completion_handler<void(error_code, std::size_t)>;

class ByteStream {
private:
    template <class Start>
    static auto initiate(Start start) {
        constexpr auto token = boost::asio::as_tuple(boost::asio::deferred);
        auto launch = [start](auto handler) { start(IoHandler(std::move(handler))); };
        return boost::asio::async_initiate<decltype(token), void(error_code, std::size_t)>(std::move(launch), token);
    }

public:
    virtual ~ByteStream() = default;

    virtual void start_read(boost::asio::mutable_buffer into, IoHandler handler) = 0;
    // Writes all of both; the count is what left before an error.
    virtual void start_write(boost::asio::const_buffer first, boost::asio::const_buffer second, IoHandler handler) = 0;
    // TLS: the handshake. Others complete at once; ask secure() first to spare the turn.
    virtual void start_handshake(IoHandler handler) = 0;
    // Says that nothing more will be written; reading goes on.
    virtual void start_finish(IoHandler handler) = 0;

    // Ends what is under way with operation_aborted; the stream may still be written to.
    virtual void cancel() = 0;
    virtual void close() = 0;
    virtual bool secure() const = 0;
    // Still connected with nothing to be read: a pooled connection may be used again.
    virtual bool idle_and_open() = 0;

    // co_await forms, giving {error_code, std::size_t}. The buffers must outlive the wait.
    auto read(boost::asio::mutable_buffer into) {
        return initiate([this, into](IoHandler handler) { start_read(into, std::move(handler)); });
    }
    auto write(boost::asio::const_buffer first, boost::asio::const_buffer second = {}) {
        return initiate([=, this](IoHandler handler) { start_write(first, second, std::move(handler)); });
    }
    auto handshake() {
        return initiate([this](IoHandler handler) { start_handshake(std::move(handler)); });
    }
    auto finish() {
        return initiate([this](IoHandler handler) { start_finish(std::move(handler)); });
    }
};

std::unique_ptr<ByteStream> make_stream(boost::asio::ip::tcp::socket socket);
std::unique_ptr<ByteStream> make_stream(boost::asio::local::stream_protocol::socket socket);
std::unique_ptr<ByteStream> make_tls_server_stream(boost::asio::ip::tcp::socket socket,
                                                   boost::asio::ssl::context& context);
// `host` is sent as SNI and has to stand in the peer's certificate.
std::unique_ptr<ByteStream> make_tls_client_stream(boost::asio::ip::tcp::socket socket,
                                                   boost::asio::ssl::context& context, const std::string& host);

}  // namespace parley::net
