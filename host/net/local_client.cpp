#include "net/local_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace parley::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using Socket = asio::local::stream_protocol::socket;

constexpr std::size_t largest_answer = 128u << 20;

// The calls below block; the kernel ends them.
void set_timeout(Socket& socket, int timeout_ms) {
    const timeval limit{timeout_ms / 1000, (timeout_ms % 1000) * 1000};
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(socket.native_handle(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

Error failure(const boost::system::error_code& error) {
    if (error == asio::error::would_block || error == asio::error::try_again || error == asio::error::timed_out)
        return make_error(Errc::timeout, "the host did not answer in time");
    return make_error(Errc::unavailable, "the host closed the connection: " + error.message());
}

}  // namespace

Result<Response> local_request(const std::string& socket_path, const std::string& method, const std::string& target,
                               const std::string& body, int timeout_ms) {
    asio::io_context context;
    Socket socket(context);
    boost::system::error_code error;
    socket.connect(asio::local::stream_protocol::endpoint(socket_path), error);
    if (error == asio::error::access_denied)
        return make_error(Errc::denied, "you may not open " + socket_path + ": run this as the user of the host");
    if (error) return make_error(Errc::unavailable, "no running parley answers at " + socket_path);
    set_timeout(socket, timeout_ms);

    http::request<http::string_body> request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::connection, "close");
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = body;
    request.prepare_payload();
    http::write(socket, request, error);
    if (error) return failure(error);

    boost::beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(largest_answer);
    http::read(socket, buffer, parser, error);
    if (error) return failure(error);
    Response response;
    response.status = parser.get().result_int();
    response.body = std::move(parser.get().body());
    return response;
}

}  // namespace parley::net
