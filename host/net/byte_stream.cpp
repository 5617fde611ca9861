#include "net/byte_stream.hpp"

#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace parley::net {

namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
using asio::ip::tcp;

namespace {

// Closed, and unexpected bytes, both show as something other than "would block".
bool quiet(int descriptor) {
    char byte = 0;
    auto got = ::recv(descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

template <class Stream>
void write_both(Stream& stream, asio::const_buffer first, asio::const_buffer second, IoHandler handler) {
    if (second.size() == 0) {
        asio::async_write(stream, first, std::move(handler));
    } else {
        std::array<asio::const_buffer, 2> both{first, second};
        asio::async_write(stream, both, std::move(handler));
    }
}

template <class Socket>
class PlainStream final : public ByteStream {
public:
    explicit PlainStream(Socket socket) : socket_(std::move(socket)) {}

    void start_read(asio::mutable_buffer into, IoHandler handler) override {
        socket_.async_read_some(into, std::move(handler));
    }
    void start_write(asio::const_buffer first, asio::const_buffer second, IoHandler handler) override {
        write_both(socket_, first, second, std::move(handler));
    }
    void start_handshake(IoHandler handler) override { complete(std::move(handler), {}); }
    void start_finish(IoHandler handler) override {
        error_code error;
        socket_.shutdown(Socket::shutdown_send, error);
        complete(std::move(handler), error);
    }
    void cancel() override {
        error_code ignored;  // it fails only on a socket that is closed already
        socket_.cancel(ignored);
    }
    void close() override {
        error_code ignored;  // the descriptor is gone either way
        socket_.close(ignored);
    }
    bool secure() const override { return false; }
    bool idle_and_open() override { return socket_.is_open() && quiet(socket_.native_handle()); }

private:
    void complete(IoHandler handler, error_code error) {
        asio::post(socket_.get_executor(),
                   [handler = std::move(handler), error]() mutable { std::move(handler)(error, 0); });
    }

    Socket socket_;
};

class TlsStream final : public ByteStream {
public:
    TlsStream(tcp::socket socket, ssl::context& context, ssl::stream_base::handshake_type role)
        : stream_(std::move(socket), context), role_(role) {}

    ssl::stream<tcp::socket>& stream() { return stream_; }

    void start_read(asio::mutable_buffer into, IoHandler handler) override {
        stream_.async_read_some(into, std::move(handler));
    }
    void start_write(asio::const_buffer first, asio::const_buffer second, IoHandler handler) override {
        write_both(stream_, first, second, std::move(handler));
    }
    void start_handshake(IoHandler handler) override {
        stream_.async_handshake(
            role_, [handler = std::move(handler)](error_code error) mutable { std::move(handler)(error, 0); });
    }
    void start_finish(IoHandler handler) override {
        stream_.async_shutdown(
            [handler = std::move(handler)](error_code error) mutable { std::move(handler)(error, 0); });
    }
    void cancel() override {
        error_code ignored;  // it fails only on a socket that is closed already
        stream_.next_layer().cancel(ignored);
    }
    void close() override {
        error_code ignored;  // the descriptor is gone either way
        stream_.next_layer().close(ignored);
    }
    bool secure() const override { return true; }
    bool idle_and_open() override {
        auto& socket = stream_.next_layer();
        return socket.is_open() && quiet(socket.native_handle());
    }

private:
    ssl::stream<tcp::socket> stream_;
    ssl::stream_base::handshake_type role_;
};

}  // namespace

std::unique_ptr<ByteStream> make_stream(tcp::socket socket) {
    return std::make_unique<PlainStream<tcp::socket>>(std::move(socket));
}

std::unique_ptr<ByteStream> make_stream(asio::local::stream_protocol::socket socket) {
    return std::make_unique<PlainStream<asio::local::stream_protocol::socket>>(std::move(socket));
}

std::unique_ptr<ByteStream> make_tls_server_stream(tcp::socket socket, ssl::context& context) {
    return std::make_unique<TlsStream>(std::move(socket), context, ssl::stream_base::server);
}

std::unique_ptr<ByteStream> make_tls_client_stream(tcp::socket socket, ssl::context& context, const std::string& host) {
    auto tls = std::make_unique<TlsStream>(std::move(socket), context, ssl::stream_base::client);
    auto& stream = tls->stream();
    error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (not_an_address) SSL_set_tlsext_host_name(stream.native_handle(), host.c_str());
    stream.set_verify_mode(ssl::verify_peer);
    stream.set_verify_callback(ssl::host_name_verification(host));
    return tls;
}

}  // namespace parley::net
